//! Has Byroapi issue an approval form: it fills in a PDF and sends it by e-mail. <https://github.com/calcite/byroapi>
//!
//! Byroapi has no way to tell a repeated request from a new one, so each call here sends at most one: on a connection of
//! its own, without redirects or retries. What follows from an answer is up to the caller.

use std::time::Duration;

use derive_more::Debug;
use http::Uri;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::clock::Clock;
use crate::transport::{Transport, TransportError};

mod answer;

pub use answer::IssueAnswer;

/// The form service.
#[derive(Clone, Debug)]
#[debug("Byroapi")]
pub struct Byroapi {
    client: Client,
    url: Url,
    headers: HeaderMap,
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
    /// No connection can be made at all.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl Byroapi {
    /// Checks the address and the header; calls nobody.
    pub fn new(options: ByroapiOptions<'_>) -> Result<Self, ByroapiError> {
        let ByroapiOptions { url, authorization, timeout, transport, clock } = options;
        let url = Url::parse(url).ok().filter(|url| url.as_str().parse::<Uri>().is_ok());
        let url = url.ok_or(ByroapiError::Address)?;
        let authorization = authorization.map(header).transpose()?;
        let headers = authorization.into_iter().map(|value| (AUTHORIZATION, value)).collect();
        Ok(Self { client: transport.forms(timeout)?, url, headers, timeout, clock })
    }

    /// Sends `form` once.
    pub async fn issue(&self, form: &Value) -> IssueAnswer {
        let mut known = IssueAnswer::none_in_time();
        let exchange = async {
            match self.request(form).send().await {
                Ok(answer) => answer::listen(answer, &mut known).await,
                Err(error) => known = IssueAnswer::to_failure(&error),
            }
        };
        // When the time is over, `known` has whatever was learnt by then.
        let _ = self.clock.timeout(self.timeout, exchange).await;
        known
    }

    /// A configured `Authorization` header replaces the one that reqwest makes of a user and a password in the address.
    fn request(&self, form: &Value) -> RequestBuilder {
        self.client.post(self.url.clone()).headers(self.headers.clone()).json(form)
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use reqwest::Request;

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
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                stream.unwrap().write_all(b"no TLS, no HTTP\r\n\r\n").unwrap();
            }
        });
        assert_eq!(issue(&format!("https://{address}/")).await, IssueAnswer::NotReached);
        let broke = IssueAnswer::Unknown { reason: "the connection broke before the answer".to_owned() };
        assert_eq!(issue(&format!("http://{address}/")).await, broke);
    }

    #[test]
    fn the_address_is_checked_before_the_first_form() {
        for url in ["not an address", ""] {
            assert!(matches!(byroapi(url, None, Duration::ZERO), Err(ByroapiError::Address)), "{url}");
        }
    }

    /// The request with which a form would be sent.
    fn request(url: &str, authorization: Option<&str>) -> Result<Request, ByroapiError> {
        byroapi(url, authorization, Duration::ZERO).map(|byroapi| byroapi.request(&Value::Null).build().unwrap())
    }

    #[test]
    fn what_the_address_says_of_a_user_is_sent_as_a_header() {
        let of = |url: &str, given: Option<&str>| {
            let request = request(url, given).unwrap();
            assert_eq!(request.url().as_str(), "http://h/form");
            request.headers().get_all(AUTHORIZATION).into_iter().cloned().collect::<Vec<_>>()
        };
        // "admin:pá ss" in Base64.
        assert_eq!(of("http://admin:p%C3%A1%20ss@h/form", None), ["Basic YWRtaW46cMOhIHNz"]);
        assert_eq!(of("http://admin@h/form", Some("Bearer sesame")), ["Bearer sesame"]);
        assert!(of("http://h/form", None).is_empty());
    }

    #[tokio::test]
    async fn a_connection_that_is_never_made_is_given_up_before_the_form_is() {
        // The system accepts the connection, and nobody answers the first message of TLS.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let byroapi = byroapi(&url, None, Duration::from_millis(300)).unwrap();
        assert_eq!(byroapi.issue(&Value::Null).await, IssueAnswer::NotReached);
    }

    #[test]
    fn the_authorization_is_checked_before_the_first_form() {
        let header =
            |text: &str| request("http://h/", Some(text)).map(|request| request.headers()[AUTHORIZATION].clone());
        assert_eq!(header(" Bearer sesame\n").unwrap(), "Bearer sesame");
        for text in ["Bearer\nsesame", "sésame\u{7f}", " \n"] {
            let error = header(text).unwrap_err();
            assert!(matches!(error, ByroapiError::Authorization) && !error.to_string().contains("sesame"), "{error}");
        }
    }

    #[test]
    fn the_authorization_is_not_shown() {
        for (url, authorization) in [("http://h/", Some("secret")), ("http://user:secret@h/", None)] {
            let byroapi = byroapi(url, authorization, Duration::ZERO).unwrap();
            let shown = format!("{byroapi:?} {:?}", request(url, authorization).unwrap());
            // "user:secret" in Base64.
            assert!(!shown.contains("secret") && !shown.contains("dXNlcjpzZWNyZXQ="), "{shown}");
        }
    }
}
