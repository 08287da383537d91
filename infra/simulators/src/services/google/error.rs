//! Google's refusals, in the formats of its APIs.
//!
//! Calendar: <https://developers.google.com/workspace/calendar/api/guides/errors>. Sheets:
//! <https://cloud.google.com/apis/design/errors>. Token endpoint: RFC 6749, 5.2.

use crate::wire::exchange::{Answer, Service};
use serde_json::{Value, json};

/// Why a request is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiRefusal {
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// `parameter` or `header`, and its name.
    location: Option<(&'static str, &'static str)>,
    /// What is wrong with a request that no correct client would send.
    pub(crate) violation: Option<String>,
}

/// What a request gives, or why it is not carried out.
pub(crate) type ApiResult<T = Value> = Result<T, ApiRefusal>;

impl ApiRefusal {
    pub(crate) fn new(status: u16, reason: &str, message: &str) -> Self {
        Self { status, reason: reason.to_owned(), message: message.to_owned(), location: None, violation: None }
    }

    /// 400 for a well-formed request that cannot be carried out.
    pub(crate) fn invalid(message: &str) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 400 for a request that breaks the schema or the documented rules, which is a violation.
    pub(crate) fn wrong(violation: &str) -> Self {
        Self::invalid(&format!("Invalid value: {violation}")).violating(violation)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "notFound", "Not Found")
    }

    pub(crate) fn violating(mut self, text: &str) -> Self {
        self.violation = Some(text.to_owned());
        self
    }

    pub(crate) fn at(mut self, kind: &'static str, name: &'static str) -> Self {
        self.location = Some((kind, name));
        self
    }

    pub(crate) fn answer(&self, service: Service) -> Answer {
        match service {
            Service::Sheets => self.sheets(),
            Service::Token => {
                Answer::json(self.status, &json!({ "error": self.reason, "error_description": self.message }))
            }
            _ => self.calendar(),
        }
    }

    fn calendar(&self) -> Answer {
        let mut error = json!({ "domain": domain(&self.reason), "reason": self.reason, "message": self.message });
        if let (Some((kind, name)), Some(fields)) = (self.location, error.as_object_mut()) {
            fields.insert("locationType".to_owned(), json!(kind));
            fields.insert("location".to_owned(), json!(name));
        }
        let body = json!({ "error": { "code": self.status, "message": self.message, "errors": [error] } });
        Answer::json(self.status, &body)
    }

    fn sheets(&self) -> Answer {
        let status: Value = json!(match self.status {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        });
        let mut body = json!({ "error": { "code": self.status, "message": self.message, "status": status } });
        if self.reason.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            let kind = "type.googleapis.com/google.rpc.ErrorInfo";
            body["error"]["details"] = json!([{ "@type": kind, "reason": self.reason, "domain": "googleapis.com" }]);
        }
        Answer::json(self.status, &body)
    }
}

fn domain(reason: &str) -> &'static str {
    match reason {
        "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded" | "dailyLimitExceeded" => "usageLimits",
        "requiredAccessLevel" | "fullSyncRequired" => "calendar",
        _ => "global",
    }
}

/// The error of a scripted fault. At the token endpoint a description may follow the reason, after a colon.
pub(crate) fn scripted(service: Service, code: u16, reason: &str) -> Answer {
    let message = match reason {
        "rateLimitExceeded" => "Rate Limit Exceeded",
        "userRateLimitExceeded" => "User Rate Limit Exceeded",
        "quotaExceeded" => "Calendar usage limits exceeded.",
        "authError" => "Invalid Credentials",
        "forbidden" => "Forbidden",
        "notFound" => "Not Found",
        "backendError" => "Backend Error",
        other => other,
    };
    let (reason, message) = match reason.split_once(": ") {
        Some(both) if service == Service::Token => both,
        _ => (reason, message),
    };
    ApiRefusal::new(code, reason, message).answer(service)
}
