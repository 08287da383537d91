//! Has Byroapi issue an approval form: it fills in a PDF and sends it by e-mail. <https://github.com/calcite/byroapi>
//!
//! Byroapi has no way to tell a repeated request from a new one, so each call here sends at most one: on a connection of
//! its own, without redirects or retries. What an answer means is for the caller to act on.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Uri};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::transport::{self, HttpClient, Transport};

mod answer;

pub use answer::IssueAnswer;

/// The form service.
#[derive(Clone)]
pub struct Byroapi {
    client: HttpClient,
    url: Uri,
    authorization: Option<HeaderValue>,
    timeout: Duration,
    clock: Clock,
}

/// What a [`Byroapi`] is made of.
#[derive(Debug)]
pub struct ByroapiOptions<'a> {
    /// The address of its endpoint for forms. A user and a password in it are sent when there is no `authorization`.
    pub url: &'a str,
    /// The `Authorization` header; white space around it is not sent.
    pub authorization: Option<&'a SecretString>,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// Connections.
    pub transport: &'a Transport,
    /// Where time comes from.
    pub clock: Clock,
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

impl Byroapi {
    /// Checks the address and the header; calls nobody.
    pub fn new(options: ByroapiOptions<'_>) -> Result<Self, ByroapiError> {
        let ByroapiOptions { url, authorization, timeout, transport, clock } = options;
        let url = Url::parse(url).map_err(|_| ByroapiError::Address)?;
        let authorization = authorization.map(header).transpose()?.or_else(|| credentials(&url));
        let url = without_credentials(url).as_str().parse().map_err(|_| ByroapiError::Address)?;
        Ok(Self { client: transport.forms(timeout), url, authorization, timeout, clock })
    }

    /// Sends `form` once.
    pub async fn issue(&self, form: &Value) -> IssueAnswer {
        let mut known = IssueAnswer::none_in_time();
        let exchange = async {
            match self.client.request(self.request(form)).await {
                Ok(answer) => answer::listen(answer, &mut known).await,
                Err(error) => known = IssueAnswer::to_failure(&error),
            }
        };
        // If the time is over before the exchange, the answer is what is known by then.
        let _ = self.clock.timeout(self.timeout, exchange).await;
        known
    }

    fn request(&self, form: &Value) -> Request<transport::RequestBody> {
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
    // This fails only for an address without a host, to which nothing is sent.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn byroapi(url: &str, authorization: Option<&str>, timeout: Duration) -> Result<Byroapi, ByroapiError> {
        let authorization = authorization.map(SecretString::from);
        let (transport, clock) = (&Transport::new().unwrap(), Clock::system());
        Byroapi::new(ByroapiOptions { url, authorization: authorization.as_ref(), timeout, transport, clock })
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_told_apart() {
        let issue = async |url: &str| byroapi(url, None, Duration::from_secs(5)).unwrap().issue(&Value::Null).await;
        // Nobody can listen on port 0.
        assert_eq!(issue("http://127.0.0.1:0/").await, IssueAnswer::NotReached);
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
        assert_eq!(byroapi.issue(&Value::Null).await, IssueAnswer::NotReached);
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
