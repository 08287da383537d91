//! A faulty layer between a client and the services. With it a simulation makes its client faulty, to see whether its
//! checks notice.
//!
//! The layer changes a request before anything looks at it, so the log and the strict checks see the changed one.

use super::calls::Call;
use crate::wire::exchange::{Answer, ReceivedRequest};
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// Changes what passes between a client and the services.
pub trait Tamper: Send + Sync {
    /// Changes a request of one operation (see [`Call::operation`]). The body is null if it is not JSON.
    fn request(&self, _operation: &str, _headers: &mut HeaderMap, _body: &mut Value) {}

    /// How many times a request has its effect; never asked about DynamoDB.
    fn times(&self, _operation: &str) -> usize {
        1
    }

    /// Changes a successful answer. The body is null if it is not JSON.
    fn answer(&self, _call: &Call, _body: &mut Value) {}

    /// Changes the text of a successful answer, perhaps into something that is not JSON.
    fn answer_text(&self, _call: &Call, _body: &mut String) {}
}

/// Lets the layer change a request.
pub(crate) fn change_request(layer: &dyn Tamper, request: &mut ReceivedRequest) {
    let operation = &request.route.operation;
    change(&mut request.body, |body| layer.request(operation, &mut request.headers, body));
}

/// Lets the layer change the answer to a call, if it is a success.
pub(crate) fn change_answer(layer: &dyn Tamper, call: &Call, answer: &mut Answer) {
    if answer.status != 200 {
        return;
    }
    change(&mut answer.body, |body| layer.answer(call, body));
    let before = String::from_utf8_lossy(&answer.body);
    let mut text = before.clone().into_owned();
    layer.answer_text(call, &mut text);
    if text != before {
        answer.body = text.into();
    }
}

fn change(bytes: &mut Bytes, change: impl FnOnce(&mut Value)) {
    let before: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let mut body = before.clone();
    change(&mut body);
    if body != before {
        *bytes = body.to_string().into();
    }
}
