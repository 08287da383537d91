//! A faulty layer between a client and the services. A simulation makes its client faulty in this way to see whether its
//! checks find out.
//!
//! The layer changes a request before anything has looked at it, so the log and the strict checks see the changed one.

use super::calls::Call;
use crate::wire::exchange::{Answer, ReceivedRequest};
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// Changes what passes between a client and the services.
pub trait Tamper: Send + Sync {
    /// A request of one operation (see [`Call::operation`]) has arrived. The body is null where it is no JSON.
    fn request(&self, _operation: &str, _headers: &mut HeaderMap, _body: &mut Value) {}

    /// How many times a request has its effect. Requests for DynamoDB are not asked about.
    fn times(&self, _operation: &str) -> usize {
        1
    }

    /// The call is answered with success. The body is null where it is no JSON.
    fn answer(&self, _call: &Call, _body: &mut Value) {}

    /// The call is answered with success; this changes the text of the body, also into what is no JSON.
    fn answer_text(&self, _call: &Call, _body: &mut String) {}
}

/// Lets the layer change a request.
pub(crate) fn change_request(layer: &dyn Tamper, request: &mut ReceivedRequest) {
    let operation = &request.route.operation;
    change(&mut request.body, |body| layer.request(operation, &mut request.headers, body));
}

/// Lets the layer change the answer to a call, if it is one of success.
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
