//! Has Byroapi issue an approval form: it fills in a PDF and sends it by e-mail. <https://github.com/calcite/byroapi>
//!
//! Byroapi has no way to tell a repeated request from a new one, so each call here sends at most one: on a connection of
//! its own, without redirects or retries. What an answer means is for the caller to act on.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use hyper::ext::ReasonPhrase;
use hyper_util::client::legacy::Error as HttpError;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::transport::{self, HttpClient, Transport};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// The form service.
#[derive(Clone)]
pub struct Byroapi {
    client: HttpClient,
    url: Uri,
    authorization: Option<HeaderValue>,
    timeout: Duration,
    clock: Clock,
}

/// Why forms cannot be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum ByroapiError {
    /// What is configured as the `Authorization` header cannot be one.
    #[error(
        "the Authorization header for Byroapi (forms.authorization, or the SSM parameter that \
         forms.authorization_parameter names) is empty or has characters that a header must not have"
    )]
    Authorization,
    /// What is configured as the address cannot be one.
    #[error("forms.url is not an http or https address")]
    Address,
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
    /// A form service at `url`, whose `Authorization` header, if any, is sent without white space around it; without one, a
    /// user and a password in `url` are sent. Waits `timeout` for an answer.
    pub fn new(
        url: impl AsRef<str>,
        authorization: Option<&SecretString>,
        timeout: Duration,
        transport: &Transport,
        clock: Clock,
    ) -> Result<Self, ByroapiError> {
        let url = Url::parse(url.as_ref()).map_err(|_| ByroapiError::Address)?;
        let authorization = authorization.map(header).transpose()?.or_else(|| credentials(&url));
        let url = without_credentials(url).as_str().parse().map_err(|_| ByroapiError::Address)?;
        Ok(Self { client: transport.forms(timeout), url, authorization, timeout, clock })
    }

    /// Sends `form` once.
    pub async fn issue(&self, form: &Value) -> Answer {
        let sent = self.clock.timeout(self.timeout, self.client.request(self.request(form))).await;
        match sent {
            Ok(Ok(answer)) => classify(answer.status(), answer.extensions().get()),
            Ok(Err(error)) => classify_error(&error),
            Err(_) => Answer::Unknown { reason: "no answer in time".to_owned() },
        }
    }

    fn request(&self, form: &Value) -> Request<transport::Body> {
        let mut request = Request::new(transport::body(form.to_string()));
        (*request.method_mut(), *request.uri_mut()) = (Method::POST, self.url.clone());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(transport::USER_AGENT));
        headers.extend(self.authorization.clone().map(|authorization| (AUTHORIZATION, authorization)));
        request
    }
}

impl fmt::Debug for Byroapi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Byroapi").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// A stored secret often ends with a line break that nobody sees.
fn header(authorization: &SecretString) -> Result<HeaderValue, ByroapiError> {
    let text = authorization.expose_secret().trim();
    let value = HeaderValue::from_str(text).ok().filter(|value| !value.is_empty());
    let mut value = value.ok_or(ByroapiError::Authorization)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A user and a password in the address, as the `Authorization` header that they stand for.
/// <https://www.rfc-editor.org/rfc/rfc7617#section-2>
fn credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut text: Vec<u8> = percent_decode_str(url.username()).collect();
    text.push(b':');
    text.extend(percent_decode_str(url.password().unwrap_or_default()));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(text))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn without_credentials(mut url: Url) -> Url {
    // Failing means that there is no host, and so nobody to tell them to.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
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

/// A connection that breaks after it was made may have carried the form.
fn classify_error(error: &HttpError) -> Answer {
    if error.is_connect() {
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

    fn byroapi(url: &str, authorization: Option<&str>, timeout: Duration) -> Result<Byroapi, ByroapiError> {
        let authorization = authorization.map(SecretString::from);
        Byroapi::new(url, authorization.as_ref(), timeout, &Transport::new().unwrap(), Clock::system())
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_told_apart() {
        let issue = async |url: &str| byroapi(url, None, Duration::from_secs(5)).unwrap().issue(&Value::Null).await;
        // Nobody can listen on port 0.
        assert_eq!(issue("http://127.0.0.1:0/").await, Answer::NotReached);
    }

    #[test]
    fn the_address_is_checked_before_the_first_form() {
        for url in ["not an address", ""] {
            assert!(matches!(byroapi(url, None, Duration::ZERO), Err(ByroapiError::Address)), "{url}");
        }
    }

    #[test]
    fn what_the_address_says_of_a_user_is_sent_as_a_header() {
        let of = |url: &str, given: Option<&str>| {
            let byroapi = byroapi(url, given, Duration::ZERO).unwrap();
            assert_eq!(byroapi.url, "http://h/form");
            byroapi.authorization
        };
        // "admin:pá ss" in Base64.
        assert_eq!(of("http://admin:p%C3%A1%20ss@h/form", None).unwrap(), "Basic YWRtaW46cMOhIHNz");
        assert_eq!(of("http://admin@h/form", Some("Bearer sesame")).unwrap(), "Bearer sesame");
        assert_eq!(of("http://h/form", None), None);
    }

    #[tokio::test]
    async fn a_connection_that_is_never_made_is_given_up_before_the_form_is() {
        // The system accepts the connection, and nobody answers the first message of TLS.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let byroapi = byroapi(&url, None, Duration::from_millis(300)).unwrap();
        assert_eq!(byroapi.issue(&Value::Null).await, Answer::NotReached);
    }

    #[test]
    fn the_authorization_is_checked_before_the_first_form() {
        let header = |text: &str| byroapi("http://h/", Some(text), Duration::ZERO).map(|byroapi| byroapi.authorization);
        assert_eq!(header(" Bearer sesame\n").unwrap().unwrap(), "Bearer sesame");
        for text in ["Bearer\nsesame", "sésame\u{7f}", " \n"] {
            let error = header(text).unwrap_err();
            assert!(matches!(error, ByroapiError::Authorization) && !error.to_string().contains("sesame"), "{error}");
        }
    }

    #[test]
    fn the_authorization_is_not_shown() {
        let byroapi = byroapi("http://h/", Some("secret"), Duration::ZERO).unwrap();
        assert!(!format!("{byroapi:?} {:?}", byroapi.authorization).contains("secret"));
    }
}
