//! One HTTP request and its answer, as every simulator sees them.
//!
//! A request carries the name of its operation from the moment it arrives, so that faults and hooks can aim at it before
//! any simulator has looked at it.

use crate::{services::google::calendars::folded, world::calls::Service};
use bytes::Bytes;
use http::{HeaderMap, request::Parts};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which listener a connection came in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    Google,
    Byroapi,
    Ssm,
    Scheduler,
    DynamoDb,
}

/// What a method and a path mean.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) service: Service,
    /// `events.list`, `spreadsheets.values.get`, `token`, `form`, `GetParameter`; `unknown` when nothing has this path.
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
    /// From a first segment `~name` of the path, which is no part of the service's own paths.
    pub(crate) caller: Option<String>,
    pub(crate) method: String,
    /// As sent, still percent-encoded.
    pub(crate) path: String,
    /// Decoded, in the order sent.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl ReceivedRequest {
    pub(crate) fn new(listener: Port, parts: &Parts, body: Bytes) -> Self {
        let method = parts.method.as_str().to_owned();
        let (caller, path) = caller_and_path(parts.uri.path());
        let route = match listener {
            Port::Google => crate::services::google::route(&method, &path),
            Port::Byroapi => Route::new(Service::Byroapi, "form"),
            Port::Ssm => crate::services::ssm::route(&parts.headers),
            Port::Scheduler => crate::services::scheduler::route(&method, &path),
            Port::DynamoDb => crate::services::dynamodb::route(&parts.headers),
        };
        let query = form_pairs(parts.uri.query().unwrap_or_default());
        Self { route, caller, method, path, query, headers: parts.headers.clone(), body }
    }

    /// The value of a header, if it was sent and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the content type is `expected`, parameters aside.
    pub(crate) fn has_content_type(&self, expected: &str) -> bool {
        let sent = self.header("content-type").unwrap_or_default();
        sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
    }

    /// The body for the call log: JSON if it is JSON, else its text; `None` when empty.
    pub(crate) fn logged_body(&self) -> Option<Value> {
        if self.body.is_empty() {
            return None;
        }
        let text = || Value::String(String::from_utf8_lossy(&self.body).into_owned());
        Some(serde_json::from_slice(&self.body).unwrap_or_else(|_| text()))
    }

    /// The same without the token by which DynamoDB knows a transaction again for ten minutes.
    pub(crate) fn without_token(&self) -> Self {
        let mut body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let token = body.as_object_mut().and_then(|body| body.remove("ClientRequestToken"));
        let body = if token.is_some() { body.to_string().into() } else { self.body.clone() };
        Self { body, ..self.clone() }
    }

    /// The calendar that the path names, in the spelling that stands for all others.
    pub(crate) fn calendar(&self) -> Option<String> {
        self.route.path.get("calendarId").map(|id| folded(id))
    }

    /// Everything a matcher may search: the decoded path, the query and the body.
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

fn caller_and_path(path: &str) -> (Option<String>, String) {
    match path.strip_prefix("/~").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((caller, rest)) => (Some(caller.to_owned()), format!("/{rest}")),
        None => (None, path.to_owned()),
    }
}

/// Reads `application/x-www-form-urlencoded` text, which is also the form of a query.
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

/// What is sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The reason phrase, where it says more than the standard one.
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
