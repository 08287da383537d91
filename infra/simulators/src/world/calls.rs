//! A call as the log of the world has it.

use crate::services::google::calendar::folded;
use crate::wire::exchange::{ReceivedRequest, Service};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Instant;

/// One request and how it ended.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// Who called, if the URL was made with `World::url_for`.
    pub caller: Option<String>,
    /// `events.list`, `calendarList.insert`, `spreadsheets.values.batchGet`, `token`, `form`, `GetParameter`,
    /// `CreateSchedule`, `UpdateItem`, or `unknown`.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The calendar id in the path, decoded and in lower case, because Google takes no notice of case.
    pub calendar: Option<String>,
    /// The event id in the path, decoded.
    pub event: Option<String>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The `If-Match` header.
    pub if_match: Option<String>,
    /// The body as JSON, or as a string if it is not JSON.
    pub body: Option<Value>,
    /// The status sent back; `None` before there is one, and always if the connection was dropped.
    pub status: Option<u16>,
    /// The simulated time of arrival.
    pub at: DateTime<Utc>,
    /// The real time of arrival.
    pub received: Instant,
    /// The real time of the answer; `None` whenever `status` is.
    pub answered: Option<Instant>,
    /// The length of the request's body, and of the answer's once it is there.
    pub bytes: usize,
}

impl Call {
    pub(crate) fn new(request: &ReceivedRequest, at: DateTime<Utc>) -> Self {
        Self {
            service: request.route.service,
            caller: request.caller.clone(),
            operation: request.route.operation.clone(),
            method: request.method.clone(),
            path: request.path.clone(),
            calendar: calendar_of(request),
            event: request.route.path.get("eventId").cloned(),
            query: request.query.clone(),
            if_match: request.header("if-match").map(str::to_owned),
            body: request.logged_body(),
            status: None,
            at,
            received: Instant::now(),
            answered: None,
            bytes: request.body.len(),
        }
    }

    /// How many units of Google Calendar's quota the call takes; none if it is for another service.
    pub fn units(&self) -> u32 {
        match (self.service, self.operation.rsplit('.').next()) {
            (Service::Google, Some("list" | "get" | "watch" | "stop")) => 1,
            (Service::Google, _) => 3,
            _ => 0,
        }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The calendar that the path of a request names, in the spelling of the log.
pub(crate) fn calendar_of(request: &ReceivedRequest) -> Option<String> {
    request.route.path.get("calendarId").map(|id| folded(id))
}
