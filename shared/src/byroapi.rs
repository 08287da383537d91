//! Has Byroapi issue an approval form: it fills in a PDF and sends it by e-mail. <https://pypi.org/project/byroapi/>
//!
//! Byroapi has no way to tell a repeated request from a new one, so each call here sends at most one: on a connection of
//! its own, without redirects or retries. What an answer means is for the caller to act on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderValue};
use hyper::ext::ReasonPhrase;
use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::clock::Clock;
use crate::transport::Transport;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// The form service.
#[derive(Clone)]
pub struct Byroapi {
    client: reqwest::Client,
    url: Arc<str>,
    authorization: Option<SecretString>,
    timeout: Duration,
    clock: Clock,
}

/// What became of a form.
///
/// Reasons are the status and the phrase that came with it, shortened; Byroapi's phrases can name a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Byroapi has issued it.
    Issued,
    /// Byroapi has not issued it and says so.
    Refused {
        /// Why.
        reason: String,
    },
    /// Byroapi never heard of it: there was no connection.
    NotReached,
    /// It may or may not have been issued.
    Unknown {
        /// Why that is not known.
        reason: String,
    },
}

impl Byroapi {
    /// A form service at `url`, whose `Authorization` header, if any, is sent as it is. Waits `timeout` for an answer.
    pub fn new(
        url: impl AsRef<str>,
        authorization: Option<SecretString>,
        timeout: Duration,
        transport: &Transport,
        clock: Clock,
    ) -> Self {
        Self { client: transport.forms().clone(), url: url.as_ref().into(), authorization, timeout, clock }
    }

    /// Sends `form` once.
    pub async fn issue(&self, form: &Value) -> Answer {
        let mut request = self.client.post(&*self.url).json(form);
        if let Some(authorization) = &self.authorization {
            let Ok(mut value) = HeaderValue::from_str(authorization.expose_secret()) else {
                return Answer::Refused {
                    reason: "the configured authorization does not fit into a header".to_owned(),
                };
            };
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        match self.clock.timeout(self.timeout, request.send()).await {
            Ok(Ok(answer)) => classify(answer.status(), answer.extensions().get()),
            Ok(Err(error)) => classify_error(&error),
            Err(_) => Answer::Unknown { reason: "no answer in time".to_owned() },
        }
    }
}

impl fmt::Debug for Byroapi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Byroapi").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// The status decides; Byroapi's body is always empty or `{}`. Gateways answer 408, 502 and 504 without knowing what became
/// of the request; a status that nobody expects tells nothing either.
fn classify(status: StatusCode, phrase: Option<&ReasonPhrase>) -> Answer {
    let reason = || describe(status, phrase);
    match status.as_u16() {
        200..=299 => Answer::Issued,
        408 => Answer::Unknown { reason: reason() },
        400..=499 | 500 | 503 => Answer::Refused { reason: reason() },
        _ => Answer::Unknown { reason: reason() },
    }
}

fn classify_error(error: &reqwest::Error) -> Answer {
    if error.is_builder() {
        Answer::Refused { reason: "the configured address cannot be used".to_owned() }
    } else if error.is_connect() {
        Answer::NotReached
    } else {
        Answer::Unknown { reason: "the connection broke before the answer".to_owned() }
    }
}

fn describe(status: StatusCode, phrase: Option<&ReasonPhrase>) -> String {
    let phrase = phrase.map(|phrase| String::from_utf8_lossy(phrase.as_bytes()).into_owned());
    let phrase = phrase.or_else(|| status.canonical_reason().map(str::to_owned)).unwrap_or_default();
    let text = format!("{} {phrase}", status.as_u16());
    text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, phrase: &'static [u8]) -> Answer {
        classify(StatusCode::from_u16(status).unwrap(), Some(&ReasonPhrase::from_static(phrase)))
    }

    #[test]
    fn the_status_tells_what_became_of_the_form() {
        for status in [200, 201, 202, 204] {
            assert_eq!(answer(status, b"Fine"), Answer::Issued, "{status}");
        }
        for status in [400, 401, 404, 409, 413, 422, 429, 500, 503] {
            assert_eq!(answer(status, b"No"), Answer::Refused { reason: format!("{status} No") });
        }
        for status in [301, 303, 307, 408, 501, 502, 504, 599] {
            assert_eq!(answer(status, b"Hm"), Answer::Unknown { reason: format!("{status} Hm") });
        }
    }

    #[test]
    fn a_reason_is_short_and_plain() {
        let describe =
            |phrase: &'static [u8]| describe(StatusCode::IM_A_TEAPOT, Some(&ReasonPhrase::from_static(phrase)));
        assert_eq!(describe(b"no such\ttemplate \xff"), "418 no such template \u{fffd}");
        assert_eq!(describe(&[b'x'; 5_000]).chars().count(), LONGEST_REASON);
        assert_eq!(super::describe(StatusCode::INTERNAL_SERVER_ERROR, None), "500 Internal Server Error");
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_told_apart() {
        let transport = Transport::new().unwrap();
        let issue = async |url: &str, authorization: Option<&str>| {
            let authorization = authorization.map(SecretString::from);
            let timeout = Duration::from_secs(5);
            Byroapi::new(url, authorization, timeout, &transport, Clock::system()).issue(&Value::Null).await
        };
        // Nobody can listen on port 0.
        assert_eq!(issue("http://127.0.0.1:0/", None).await, Answer::NotReached);
        assert!(matches!(issue("http://127.0.0.1:0/", Some("a\nb")).await, Answer::Refused { .. }));
        assert!(matches!(issue("not an address", None).await, Answer::Refused { .. }));
    }

    #[test]
    fn the_authorization_is_not_shown() {
        let transport = Transport::new().unwrap();
        let byroapi = Byroapi::new("http://h/", Some("secret".into()), Duration::ZERO, &transport, Clock::system());
        assert!(!format!("{byroapi:?}").contains("secret"));
    }
}
