//! One HTTP request and its answer, in the form in which every service takes and gives them.
//!
//! A request has the name of its operation from its arrival, because faults and hooks aim at it before any service
//! looks at it.

use bytes::Bytes;
use http::{HeaderMap, request::Parts};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;

/// The service that a call was meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Google Calendar.
    Google,
    /// Google's OAuth token endpoint.
    Token,
    /// Google Sheets.
    Sheets,
    /// The form service.
    Byroapi,
    /// AWS Systems Manager's parameter store.
    Ssm,
    /// Amazon EventBridge Scheduler.
    Scheduler,
    /// DynamoDB, once `World::serve_dynamodb` was called.
    DynamoDb,
}

/// The operation that a method and a path stand for.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) service: Service,
    /// `events.list`, `spreadsheets.values.get`, `token`, `form`, `GetParameter`, or `unknown`.
    pub(crate) operation: String,
    /// The path parameters, percent-decoded.
    pub(crate) path: BTreeMap<String, String>,
}

impl Route {
    pub(crate) fn new(service: Service, operation: &str) -> Self {
        Self { service, operation: operation.to_owned(), path: BTreeMap::new() }
    }
}

/// A request whose body has arrived.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) route: Route,
    /// The name in a first path segment such as `/~sweeper`, which tells a test who calls.
    pub(crate) caller: Option<String>,
    pub(crate) method: String,
    /// The path without the caller, still percent-encoded.
    pub(crate) path: String,
    /// The query, decoded, in the order sent.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl ReceivedRequest {
    /// Reads a request; `route` names the operation of the path without its caller.
    pub(crate) fn new(parts: &Parts, body: Bytes, route: impl FnOnce(&str) -> Route) -> Self {
        let (caller, path) = caller_and_path(parts.uri.path());
        Self {
            route: route(&path),
            caller,
            method: parts.method.as_str().to_owned(),
            path,
            query: form_pairs(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            body,
        }
    }

    /// The value of a header, if it was sent and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the content type is `expected`; its parameters do not matter.
    pub(crate) fn has_content_type(&self, expected: &str) -> bool {
        let sent = self.header("content-type").unwrap_or_default();
        sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
    }

    /// The body as JSON, or as a string if it is not JSON; `None` when it is empty.
    pub(crate) fn logged_body(&self) -> Option<Value> {
        if self.body.is_empty() {
            return None;
        }
        Some(json_or_text(&self.body))
    }

    /// The decoded path, the query and the body as one text to search in.
    pub(crate) fn text(&self) -> String {
        let mut text = percent_decode_str(&self.path).decode_utf8_lossy().into_owned();
        for (name, value) in &self.query {
            text.push('\n');
            text.push_str(name);
            text.push('=');
            text.push_str(value);
        }
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(&self.body));
        text
    }
}

/// JSON, or as a string what is none.
pub(crate) fn json_or_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into())
}

fn caller_and_path(path: &str) -> (Option<String>, String) {
    match path.strip_prefix("/~").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((caller, rest)) => (Some(caller.to_owned()), format!("/{rest}")),
        None => (None, path.to_owned()),
    }
}

/// Reads `application/x-www-form-urlencoded` text; a query is written in the same way.
pub(crate) fn form_pairs(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Tells the server to close the connection without an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dropped;

/// What is sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// A reason phrase in place of the status's standard one.
    pub(crate) phrase: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, phrase: None, headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::empty(status).with_body("application/json; charset=UTF-8", value.to_string())
    }

    pub(crate) fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.headers.push(("content-type", content_type.to_owned()));
        self.body = body.into();
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::form_pairs;

    #[test]
    fn a_query_is_decoded_as_a_form() {
        let pairs = form_pairs("a=1%2B1&b=x+y&&c&timeMin=2026-06-01T00:00:00+00:00");
        let expected = [("a", "1+1"), ("b", "x y"), ("c", ""), ("timeMin", "2026-06-01T00:00:00 00:00")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
