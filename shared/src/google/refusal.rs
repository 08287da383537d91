//! Tells what it means when Google does not answer with success.
//!
//! The hubs drop the status and the headers of a failure, so a [`Witness`] looks at them first. Google's errors:
//! <https://developers.google.com/workspace/calendar/api/guides/errors>

use std::time::Duration;

use chrono::{DateTime, Utc};
use google_calendar3::common::{Delegate, Error, Response, Retry};
use http::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::error::GoogleError;
use super::retry::{Again, FailedAttempt};

/// Reasons for too many requests in a short time, which succeed when they are made later.
const RATE_LIMITS: [&str; 4] =
    ["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"];
/// Reasons for too many requests in a day or of one kind, where coming back in a moment does not help.
const USED_UP: [&str; 2] = ["quotaExceeded", "dailyLimitExceeded"];

/// Reasons that mean that the API is not enabled for the project, or that the project is not in order.
const API_OFF: [&str; 5] =
    ["SERVICE_DISABLED", "accessNotConfigured", "CONSUMER_SUSPENDED", "CONSUMER_INVALID", "BILLING_DISABLED"];

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct GoogleRefusal {
    status: u16,
    reason: String,
    retry_after: Option<Duration>,
}

impl GoogleRefusal {
    /// Reads an answer; `body` is given if it is JSON.
    pub fn read(status: http::StatusCode, headers: &HeaderMap, body: Option<&Value>, now: DateTime<Utc>) -> Self {
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Self {
            status: status.as_u16(),
            reason: body.map(reason).unwrap_or_default(),
            retry_after: retry_after.and_then(|text| parse_retry_after(text, now)),
        }
    }

    /// What the caller of a listing learns. Google ends sync tokens with several statuses, so almost any refusal of a
    /// listing with a token means that the token has expired.
    pub fn of_listing(self, has_token: bool) -> FailedAttempt {
        match self.status {
            401 | 403 | 404 | 408 | 429 => self.into_failure(),
            400..=499 if has_token => FailedAttempt::never(GoogleError::SyncTokenExpired),
            400..=499 => FailedAttempt::never(GoogleError::Refused { status: self.status, reason: self.reason }),
            _ => self.into_failure(),
        }
    }

    /// What the caller learns, and whether to try again.
    pub fn into_failure(self) -> FailedAttempt {
        let Self { status, reason, retry_after } = self;
        match status {
            401 => FailedAttempt { error: GoogleError::Unauthenticated, again: Again::WithFreshToken },
            403 | 429 if USED_UP.contains(&reason.as_str()) => {
                FailedAttempt::never(GoogleError::RateLimited { retry_after })
            }
            403 if API_OFF.contains(&reason.as_str()) => FailedAttempt::never(GoogleError::ApiOff { reason }),
            403 if !RATE_LIMITS.contains(&reason.as_str()) => FailedAttempt::never(GoogleError::Forbidden { reason }),
            403 | 429 => FailedAttempt::later(GoogleError::RateLimited { retry_after }),
            404 | 410 => FailedAttempt::never(GoogleError::NotFound),
            408 => FailedAttempt::later(GoogleError::TimedOut),
            409 => FailedAttempt::never(GoogleError::AlreadyExists),
            412 => FailedAttempt::never(GoogleError::Changed),
            500..=599 => FailedAttempt::later(GoogleError::Busy { retry_after }),
            _ => FailedAttempt::never(GoogleError::Refused { status, reason }),
        }
    }
}

/// Google's reason as one word: Calendar has it in `errors`, Sheets in `details` or only as a `status`. Whatever is not
/// a plain word is left out, because it may tell too much.
fn reason(body: &Value) -> String {
    let error = &body["error"];
    let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    let in_details = details.iter().find_map(|detail| detail["reason"].as_str());
    let is_off = error["message"].as_str().is_some_and(|text| text.contains("has not been used in project"));
    let word = in_details
        .filter(|word| API_OFF.contains(word))
        .or_else(|| is_off.then_some(API_OFF[0]))
        .or_else(|| error["errors"][0]["reason"].as_str())
        .or(in_details)
        .or_else(|| error["status"].as_str())
        .unwrap_or_default();
    let plain = word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain { word.to_owned() } else { String::new() }
}

/// Reads seconds or a date: <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>
fn parse_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now.into()).unwrap_or_default())
}

/// Watches one call of a hub.
pub(super) struct Witness {
    now: DateTime<Utc>,
    refusal: Option<GoogleRefusal>,
}

impl Witness {
    /// A witness of a call that begins at `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { now, refusal: None }
    }

    /// The value the hub answers, or why there is none.
    pub fn judge<T>(self, outcome: Result<(Response, T), Error>) -> Result<T, FailedAttempt> {
        match (outcome, self.refusal) {
            (Ok((_, value)), _) => Ok(value),
            (Err(_), Some(refusal)) => Err(refusal.into_failure()),
            (Err(Error::HttpError(_)), None) => Err(FailedAttempt::later(GoogleError::Unreachable)),
            (Err(_), None) => Err(FailedAttempt::later(GoogleError::Unreadable)),
        }
    }
}

impl Delegate for Witness {
    fn http_failure(&mut self, response: &Response, body: Option<&Value>) -> Retry {
        self.refusal = Some(GoogleRefusal::read(response.status(), response.headers(), body, self.now));
        Retry::Abort
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-06-15T10:00:00Z".parse().unwrap()
    }

    fn classify(status: u16, body: &Value, retry_after: Option<&'static str>) -> FailedAttempt {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        }
        let status = StatusCode::from_u16(status).unwrap();
        GoogleRefusal::read(status, &headers, Some(body), now()).into_failure()
    }

    fn calendar_error(reason: &str) -> Value {
        json!({"error": {"code": 1, "message": "m", "errors": [{"domain": "d", "reason": reason, "message": "m"}]}})
    }

    #[test]
    fn rate_limits_pass_and_used_up_quotas_do_not() {
        let limited = || GoogleError::RateLimited { retry_after: None };
        for (status, reason) in [(403, "rateLimitExceeded"), (403, "userRateLimitExceeded"), (429, "rateLimitExceeded")]
        {
            assert_eq!(classify(status, &calendar_error(reason), None), FailedAttempt::later(limited()), "{reason}");
        }
        for (status, reason) in [(403, "quotaExceeded"), (403, "dailyLimitExceeded"), (429, "quotaExceeded")] {
            assert_eq!(classify(status, &calendar_error(reason), None), FailedAttempt::never(limited()), "{reason}");
        }
        let sheets = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "m"}});
        assert_eq!(classify(429, &sheets, None), FailedAttempt::later(limited()));
        assert_eq!(classify(429, &Value::Null, None), FailedAttempt::later(limited()));
    }

    #[test]
    fn an_api_that_is_off_is_found_wherever_google_says_so() {
        let text = "Google Sheets API has not been used in project 1 before or it is disabled.";
        for error in [
            json!({"status": "PERMISSION_DENIED", "message": text, "details": [{"links": []}]}),
            json!({"errors": [{"reason": "forbidden"}], "details": [{"reason": "SERVICE_DISABLED"}]}),
            json!({"errors": [{"reason": "accessNotConfigured"}]}),
        ] {
            let failure = classify(403, &json!({"error": error}), None);
            assert!(matches!(failure.error, GoogleError::ApiOff { .. }), "{error}");
        }
    }

    #[test]
    fn a_forbidden_thing_names_its_reason() {
        let forbidden = |reason: &str| FailedAttempt::never(GoogleError::Forbidden { reason: reason.to_owned() });
        assert_eq!(classify(403, &calendar_error("requiredAccessLevel"), None), forbidden("requiredAccessLevel"));
        let disabled =
            json!({"error": {"status": "PERMISSION_DENIED", "details": [{}, {"reason": "SERVICE_DISABLED"}]}});
        let off = |reason: &str| FailedAttempt::never(GoogleError::ApiOff { reason: reason.to_owned() });
        assert_eq!(classify(403, &disabled, None), off("SERVICE_DISABLED"));
        assert_eq!(classify(403, &calendar_error("accessNotConfigured"), None), off("accessNotConfigured"));
        let sheets = json!({"error": {"status": "PERMISSION_DENIED"}});
        assert_eq!(classify(403, &sheets, None), forbidden("PERMISSION_DENIED"));
    }

    #[test]
    fn a_reason_that_is_no_word_is_left_out() {
        for text in ["anna@example.com", "two words", &"x".repeat(65)] {
            let refused = FailedAttempt::never(GoogleError::Refused { status: 400, reason: String::new() });
            assert_eq!(classify(400, &calendar_error(text), None), refused, "{text}");
        }
        let refused = FailedAttempt::never(GoogleError::Refused { status: 400, reason: "invalid".to_owned() });
        assert_eq!(classify(400, &calendar_error("invalid"), None), refused);
    }

    #[test]
    fn the_other_statuses() {
        let failure = |status| classify(status, &Value::Null, None);
        assert_eq!(failure(401).again, Again::WithFreshToken);
        assert_eq!(failure(404), FailedAttempt::never(GoogleError::NotFound));
        assert_eq!(failure(408), FailedAttempt::later(GoogleError::TimedOut));
        assert_eq!(failure(409), FailedAttempt::never(GoogleError::AlreadyExists));
        assert_eq!(failure(410), FailedAttempt::never(GoogleError::NotFound));
        assert_eq!(failure(412), FailedAttempt::never(GoogleError::Changed));
        assert_eq!(failure(302), FailedAttempt::never(GoogleError::Refused { status: 302, reason: String::new() }));
        for status in [500, 502, 503, 504, 599] {
            assert_eq!(failure(status), FailedAttempt::later(GoogleError::Busy { retry_after: None }));
        }
    }

    #[test]
    fn a_sync_token_ends_in_many_ways() {
        let of = |status, has_token| {
            GoogleRefusal { status, reason: "invalid".to_owned(), retry_after: None }.of_listing(has_token)
        };
        for status in [400, 405, 406, 409, 410, 411, 412, 413, 414, 415, 416, 417, 422, 423, 428, 431, 499] {
            assert_eq!(of(status, true), FailedAttempt::never(GoogleError::SyncTokenExpired), "{status}");
            let refused = GoogleError::Refused { status, reason: "invalid".to_owned() };
            assert_eq!(of(status, false), FailedAttempt::never(refused), "{status}");
        }
        for status in [401, 403, 404, 408, 429, 500, 503, 302] {
            assert_eq!(of(status, true), of(status, false), "{status}");
            assert_ne!(of(status, true).error, GoogleError::SyncTokenExpired, "{status}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (text, seconds) in [("7", 7), (" 120 ", 120), ("Mon, 15 Jun 2026 10:00:42 GMT", 42), ("0", 0)] {
            let expected = GoogleError::Busy { retry_after: Some(Duration::from_secs(seconds)) };
            assert_eq!(classify(503, &Value::Null, Some(text)).error, expected, "{text}");
        }
        assert_eq!(parse_retry_after("Mon, 15 Jun 2026 09:00:00 GMT", now()), Some(Duration::ZERO), "in the past");
        assert_eq!(parse_retry_after("soon", now()), None);
        assert_eq!(parse_retry_after("-1", now()), None);
    }
}
