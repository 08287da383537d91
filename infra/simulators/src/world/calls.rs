//! The log of every request that reached a simulator, in the order of arrival.

use crate::{World, wire::exchange::ReceivedRequest};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Instant;

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
    /// DynamoDB, where [`World::serve_dynamodb`] serves it.
    DynamoDb,
}

/// One request and how it ended.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// Who called, if the path said so: see [`World::url_for`].
    pub caller: Option<String>,
    /// `events.list`, `calendarList.insert`, `spreadsheets.values.batchGet`, `token`, `form`, `GetParameter`, `CreateSchedule`, `UpdateItem`, or `unknown`.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The calendar id in the path, decoded and in lower case: one calendar is one, however it was spelled.
    pub calendar: Option<String>,
    /// The event id in the path, decoded.
    pub event: Option<String>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The `If-Match` header.
    pub if_match: Option<String>,
    /// The body as JSON, or as a string if it is not JSON.
    pub body: Option<Value>,
    /// The status sent back; `None` while there is none, and for ever if the connection was dropped.
    pub status: Option<u16>,
    /// The simulated time of arrival.
    pub at: DateTime<Utc>,
    /// The real time of arrival; what comes before it is the caller's own.
    pub received: Instant,
    /// The real time at which there was an answer; `None` like `status`.
    pub answered: Option<Instant>,
    /// The length of the request's body, and of the answer's once there is one.
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
            calendar: request.calendar(),
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

    /// The units of Google Calendar's quota that it takes; none where it is another service's.
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

impl World {
    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// A position in the log, for [`World::calls_since`].
    pub fn mark(&self) -> usize {
        self.lock().calls.len()
    }

    /// The calls that arrived after `mark` was taken.
    pub fn calls_since(&self, mark: usize) -> Vec<Call> {
        self.lock().calls.iter().skip(mark).cloned().collect()
    }

    /// Every call since the last time, and forgets them. Only while none is under way.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    /// How many calls of one operation arrived, whatever their outcome.
    pub fn count(&self, operation: &str) -> usize {
        self.count_since(0, operation)
    }

    /// How many calls of one operation arrived after `mark` was taken.
    pub fn count_since(&self, mark: usize, operation: &str) -> usize {
        self.lock().calls.iter().skip(mark).filter(|call| call.operation == operation).count()
    }
}
