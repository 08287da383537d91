//! Layers that spoil what Google lists.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use moffman_simulators::{Call, Tamper};
use serde_json::{Value, json};

/// All pages but the first are empty.
pub(super) struct SkippedPages;

impl Tamper for SkippedPages {
    fn answer(&self, call: &Call, body: &mut Value) {
        if is_listing(call) && call.parameter("pageToken").is_some() {
            body["items"] = json!([]);
        }
    }
}

/// Every other listing of one page is the one before it, by calendar.
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

/// Each version of an event is missing from the first listing that would show it.
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
