//! Layers that spoil what passes between the library, Google and Byroapi.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use http::header::{HeaderMap, HeaderValue, IF_MATCH};
use moffman_simulators::{Call, Tamper};
use serde_json::{Value, json};

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

/// All pages but the first are empty.
pub(super) struct SkippedPages;

impl Tamper for SkippedPages {
    fn answer(&self, call: &Call, body: &mut Value) {
        if is_listing(call) && call.parameter("pageToken").is_some() {
            body["items"] = json!([]);
        }
    }
}

/// Each calendar's listings of a single page come in pairs, of which the second repeats the first.
#[derive(Default)]
pub(super) struct RepeatedListing {
    earlier: Mutex<HashMap<String, Value>>,
}

impl Tamper for RepeatedListing {
    fn answer(&self, call: &Call, body: &mut Value) {
        let Some(calendar) = call.calendar.as_ref().filter(|_| is_listing(call)) else { return };
        if call.parameter("pageToken").is_some() || body["nextSyncToken"].is_null() {
            return;
        }
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = earlier.remove(calendar) {
            *body = answer;
        } else {
            earlier.insert(calendar.clone(), body.clone());
        }
    }
}

/// The first listing that would show a version of an event leaves it out.
#[derive(Default)]
pub(super) struct LaggingIndex {
    indexed: Mutex<HashSet<String>>,
}

impl Tamper for LaggingIndex {
    fn answer(&self, call: &Call, body: &mut Value) {
        let items = body.get_mut("items").and_then(Value::as_array_mut);
        let Some(items) = items.filter(|_| is_listing(call)) else { return };
        let mut indexed = self.indexed.lock().unwrap_or_else(PoisonError::into_inner);
        items.retain(|event| !indexed.insert(format!("{} {}", event["id"], event["etag"])));
    }
}

fn is_listing(call: &Call) -> bool {
    call.operation == "events.list"
}
