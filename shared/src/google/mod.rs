//! Talks to Google Calendar and Google Sheets as a service account.
//!
//! Every call has a [`Budget`]; it is repeated where that helps, within the deadline, and keeps to the pace when it has
//! one. Ids and ranges go in as they are.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use google_calendar3::CalendarHub;
use google_sheets4::Sheets;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::clock::{Clock, Moment, Randomness};
use crate::metrics;
use crate::store::Store;
use crate::transport::{Connector, HttpClient, Transport, USER_AGENT};

mod auth;
mod calendar;
mod error;
mod event;
mod key;
mod listing;
#[cfg(test)]
mod manual_time;
mod odd;
pub mod pace;
mod refusal;
mod retry;
mod sheets;
mod token_refusal;

pub use error::GoogleError;
pub use key::KeyError;
pub use listing::{AccessRole, EventsPage, Listing, OddEvent};
pub use sheets::{SheetError, SheetRange};
pub use token_refusal::TokenRefusal;

use auth::Auth;
use pace::Pace;
use retry::{Again, Failure, Retry};

/// What may stand in a path as it is: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a call may take.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// When the caller's own time is over: nothing begins after it.
    pub deadline: Option<Moment>,
    /// The pace to keep to.
    pub pace: Option<Pace>,
}

/// What a [`GoogleClient`] is made of.
#[derive(Debug)]
pub struct GoogleOptions<'a> {
    /// The text of the service account's JSON key file.
    pub key: &'a SecretString,
    /// One base URL for Calendar and Sheets instead of Google's own hosts.
    pub endpoint: Option<&'a str>,
    /// Connections.
    pub transport: &'a Transport,
    /// Where the access token is kept.
    pub store: Store,
    /// Where time comes from.
    pub clock: Clock,
    /// For the jitter.
    pub randomness: Randomness,
}

/// Calls Google's APIs. Clones share connections and the access token.
#[derive(Clone)]
pub struct GoogleClient(Arc<Inner>);

struct Inner {
    client: HttpClient,
    auth: Auth,
    calendar_url: String,
    sheets_url: String,
    service_account_email: String,
    clock: Clock,
    randomness: Randomness,
}

impl GoogleClient {
    /// Checks the key and the endpoint; calls nobody.
    pub fn new(options: GoogleOptions<'_>) -> Result<Self, KeyError> {
        let GoogleOptions { key, endpoint, transport, store, clock, randomness } = options;
        let key = key::read(key)?;
        let (calendar_url, sheets_url) = base_urls(endpoint)?;
        Ok(Self(Arc::new(Inner {
            client: transport.client(),
            service_account_email: key.client_email.clone(),
            auth: Auth::new(key, transport, store, clock.clone())?,
            calendar_url,
            sheets_url,
            clock,
            randomness,
        })))
    }

    /// The address with which calendars and spreadsheets are shared.
    pub fn service_account_email(&self) -> &str {
        &self.0.service_account_email
    }

    /// Makes `request` with a token as often as it takes; each attempt costs `units` of the quota.
    async fn call<T, F, A>(&self, budget: &Budget, units: u32, request: F) -> Result<T, GoogleError>
    where
        F: Fn(SecretString) -> A,
        A: Future<Output = Result<T, Failure>>,
    {
        let request = &request;
        let retry = Retry { clock: &self.0.clock, randomness: &self.0.randomness, budget, units };
        let attempt = async move |_failed| {
            let token = self.0.auth.token().await?;
            let outcome = request(token.clone()).await;
            if outcome.as_ref().is_err_and(|failure| failure.again == Again::WithFreshToken) {
                self.0.auth.reject(&token).await;
            }
            outcome
        };
        // The futures of the hubs and of the SDK are large; boxed, they do not swell those of all callers.
        let outcome = retry.run(|failed| Box::pin(attempt(failed))).await;
        if outcome.as_ref().is_err_and(GoogleError::concerns_the_account) {
            metrics::google_refusal(self.now());
        }
        outcome
    }

    /// A hub costs next to nothing; each call has its own, so that it uses the very token it was given.
    fn calendar_hub(&self, token: &SecretString) -> CalendarHub<Connector> {
        let mut hub = CalendarHub::new(self.0.client.clone(), token.expose_secret().to_owned());
        hub.base_url(self.0.calendar_url.clone());
        hub.user_agent(USER_AGENT.to_owned());
        hub
    }

    fn sheets_hub(&self, token: &SecretString) -> Sheets<Connector> {
        let mut hub = Sheets::new(self.0.client.clone(), token.expose_secret().to_owned());
        hub.base_url(self.0.sheets_url.clone());
        hub.user_agent(USER_AGENT.to_owned());
        hub
    }

    fn calendar_url(&self) -> &str {
        &self.0.calendar_url
    }

    fn client(&self) -> &HttpClient {
        &self.0.client
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }
}

impl fmt::Debug for GoogleClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GoogleClient")
    }
}

/// Checks the text of a service account's JSON key file.
pub(crate) fn check_key(key: &SecretString) -> Result<(), KeyError> {
    key::read(key).map(drop)
}

/// Checks a base URL that is to stand for Google's own hosts.
pub(crate) fn check_endpoint(endpoint: &str) -> Result<(), KeyError> {
    base_urls(Some(endpoint)).map(drop)
}

/// The base URLs of Calendar and Sheets, with a slash at their end.
fn base_urls(endpoint: Option<&str>) -> Result<(String, String), KeyError> {
    let Some(endpoint) = endpoint else {
        let urls = ("https://www.googleapis.com/calendar/v3/", "https://sheets.googleapis.com/");
        return Ok((urls.0.to_owned(), urls.1.to_owned()));
    };
    let url = Url::parse(endpoint).map_err(|_| KeyError::Endpoint)?;
    let plain = url.query().is_none() && url.fragment().is_none();
    if !plain || !matches!(url.scheme(), "http" | "https") {
        return Err(KeyError::Endpoint);
    }
    let base = url.as_str().trim_end_matches('/');
    Ok((format!("{base}/calendar/v3/"), format!("{base}/")))
}

/// An id as one segment of a path. The hubs do not encode it.
fn path_segment(id: &str) -> String {
    utf8_percent_encode(id, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_stands_for_both_hosts() {
        for endpoint in ["http://127.0.0.1:4000", "http://127.0.0.1:4000/"] {
            let (calendar, sheets) = base_urls(Some(endpoint)).unwrap();
            assert_eq!(calendar, "http://127.0.0.1:4000/calendar/v3/");
            assert_eq!(sheets, "http://127.0.0.1:4000/");
        }
        assert_eq!(base_urls(Some("https://example.com/google")).unwrap().1, "https://example.com/google/");
        for endpoint in ["", "localhost", "ftp://example.com", "http://example.com/?a=b", "http://"] {
            assert_eq!(base_urls(Some(endpoint)), Err(KeyError::Endpoint), "{endpoint}");
        }
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(
            path_segment("en.czech#holiday@group.v.calendar.google.com"),
            "en.czech%23holiday%40group.v.calendar.google.com"
        );
        assert_eq!(path_segment("a/b c?{eventId}ž"), "a%2Fb%20c%3F%7BeventId%7D%C5%BE");
    }
}
