//! A request to the REST API of a healthy service: answered as documented, never with a 5xx, and safe to repeat.
//!
//! The first line of the input is the method and the path, the rest is the body. A request that reached a service may
//! have changed the world, so the next input gets a new one and does the same whatever came before.

use std::cell::RefCell;

use axum::http::StatusCode;
use serde_json::Value;

use crate::service::{HttpAnswer, RestService};

/// What a caller may be told while everything works.
const EXPECTED: [StatusCode; 6] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::CONFLICT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

thread_local! {
    static SERVICE: RefCell<Option<RestService>> = const { RefCell::new(None) };
}

pub(crate) fn check(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (line, body) = input.split_at(end);
    let Some((method, path)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(' ')) else {
        return;
    };
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    SERVICE.with_borrow_mut(|kept| {
        let service = kept.get_or_insert_with(RestService::start);
        answered(service, method, path, body);
        if service.was_used() {
            *kept = None;
        }
    });
}

fn answered(service: &RestService, method: &str, path: &str, body: &[u8]) {
    let Some(answer) = service.send(method, path, body) else {
        return;
    };
    well_formed(&answer, method);
    let again = service.send(method, path, body).map(|again| (again.status, without_ids(&again)));
    let is_repeatable = path.contains("/reservations") || !answer.status.is_success();
    if is_repeatable {
        assert_eq!(again, Some((answer.status, without_ids(&answer))));
    }
    assert_eq!(service.complaints(), Ok(()));
}

fn well_formed(answer: &HttpAnswer, method: &str) {
    let status = answer.status;
    assert!(status == StatusCode::OK || EXPECTED.contains(&status), "{status} {}", answer.text);
    assert_eq!(answer.request_id.len(), 32, "{answer:?}");
    if method == "HEAD" {
        assert_eq!(answer.text, "");
        return;
    }
    let json = answer.json();
    assert!(json.is_object(), "{answer:?}");
    if status == StatusCode::OK {
        assert_eq!(answer.content_type, "application/json");
        return;
    }
    assert_eq!(answer.content_type, "application/problem+json");
    assert_eq!(json["status"], status.as_u16(), "{json}");
    assert_eq!(json["request_id"], answer.request_id.as_str(), "{json}");
    for member in ["type", "title", "detail"] {
        assert!(json[member].as_str().is_some_and(|text| !text.is_empty() && text.len() < 1_000), "{member}: {json}");
    }
}

/// The body without the request's own id.
fn without_ids(answer: &HttpAnswer) -> Value {
    let mut json = answer.json();
    if let Some(members) = json.as_object_mut() {
        members.remove("request_id");
    }
    json
}
