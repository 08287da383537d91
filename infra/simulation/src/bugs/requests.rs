//! Layers that spoil requests to Google and Byroapi.

use http::header::{HeaderMap, HeaderValue, IF_MATCH};
use moffman_simulators::Tamper;
use serde_json::Value;

/// Every PATCH names any version, so Google never refuses it.
pub(super) struct AnyVersion;

impl Tamper for AnyVersion {
    fn request(&self, operation: &str, headers: &mut HeaderMap, _: &mut Value) {
        if operation == "events.patch" {
            headers.insert(IF_MATCH, HeaderValue::from_static("*"));
        }
    }
}

/// Every form is sent twice.
pub(super) struct FormsTwice;

impl Tamper for FormsTwice {
    fn times(&self, operation: &str) -> usize {
        if operation == "form" { 2 } else { 1 }
    }
}
