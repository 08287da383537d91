//! Sends requests to Google with an access token, and repeats those whose repetition may help.
//!
//! `sheets.rs` has the part of a [`GoogleClient`] that reads spreadsheets.

use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use derive_more::Debug;
use google_calendar3::CalendarHub;
use google_sheets4::Sheets;
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::auth::Auth;
use super::budget::Budget;
use super::calls::{CallCount, GoogleCalls};
use super::endpoint::base_urls;
use super::error::GoogleError;
use super::key::KeyError;
use super::refusal::GoogleRefusal;
use super::retry::{Again, FailedAttempt, Retry};
use super::signer::GoogleKey;
use super::writes::Writes;
use crate::clock::{Clock, Randomness};
use crate::metrics;
use crate::store::Store;
use crate::transport::{Connector, HttpClient, Transport, USER_AGENT};

/// The longest answer that is read, in bytes. A page of some hundred events has some hundred thousand.
const LONGEST_ANSWER: usize = 64 << 20;

/// What a [`GoogleClient`] is made of.
#[derive(Debug)]
pub struct GoogleOptions<'a> {
    /// The service account's key.
    pub key: GoogleKey,
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
#[derive(Clone, Debug)]
#[debug("GoogleClient")]
pub struct GoogleClient(Arc<GoogleConnections>);

/// What the clones of a client share.
struct GoogleConnections {
    client: HttpClient,
    requests: reqwest::Client,
    auth: Auth,
    calendar_url: String,
    sheets_url: String,
    writes: Writes,
    calls: CallCount,
    clock: Clock,
    randomness: Randomness,
}

impl GoogleClient {
    /// Checks the key and the endpoint; calls nobody.
    pub fn new(options: GoogleOptions<'_>) -> Result<Self, KeyError> {
        let GoogleOptions { key, endpoint, transport, store, clock, randomness } = options;
        let (calendar_url, sheets_url) = base_urls(endpoint)?;
        Ok(Self(Arc::new(GoogleConnections {
            client: transport.client(),
            requests: transport.requests(),
            auth: Auth::new(key, transport, store, clock.clone())?,
            calendar_url,
            sheets_url,
            writes: Writes::default(),
            calls: CallCount::default(),
            clock,
            randomness,
        })))
    }

    /// The address with which calendars and spreadsheets are shared.
    pub fn service_account_email(&self) -> String {
        self.0.auth.email()
    }

    /// Makes `request` with a token, and again where that may help; each attempt costs `units` of the quota.
    pub(super) async fn call<T, F, A>(&self, budget: &Budget, units: u32, request: F) -> Result<T, GoogleError>
    where
        F: Fn(SecretString) -> A,
        A: Future<Output = Result<T, FailedAttempt>>,
    {
        let request = &request;
        let retry = Retry { clock: &self.0.clock, randomness: &self.0.randomness, budget, units };
        let attempt = async move |_failed| {
            let token = self.0.auth.token().await?;
            self.0.calls.add(1, 0);
            let outcome = request(token.clone()).await;
            if outcome.as_ref().is_err_and(|failure| failure.again == Again::WithFreshToken) {
                self.0.auth.reject(&token).await;
            }
            outcome
        };
        // The futures of the hubs and of the SDK are large; a box keeps those of all callers small.
        let outcome = retry.run(|failed| Box::pin(attempt(failed))).await;
        if outcome.as_ref().is_err_and(GoogleError::concerns_the_account) {
            self.0.calls.add(0, 1);
            metrics::google_refusal(self.now());
        }
        outcome
    }

    /// A hub that uses this very token; making one costs next to nothing.
    pub(super) fn calendar_hub(&self, token: &SecretString) -> CalendarHub<Connector> {
        let mut hub = CalendarHub::new(self.0.client.clone(), token.expose_secret().to_owned());
        hub.base_url(self.0.calendar_url.clone());
        hub.user_agent(USER_AGENT.to_owned());
        hub
    }

    pub(super) fn sheets_hub(&self, token: &SecretString) -> Sheets<Connector> {
        let mut hub = Sheets::new(self.0.client.clone(), token.expose_secret().to_owned());
        hub.base_url(self.0.sheets_url.clone());
        hub.user_agent(USER_AGENT.to_owned());
        hub
    }

    /// Makes the requests that no hub makes.
    pub(super) fn requests(&self) -> &reqwest::Client {
        &self.0.requests
    }

    /// Sends a request that no hub makes, and answers the text of the response.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        token: &SecretString,
    ) -> Result<Result<String, GoogleRefusal>, FailedAttempt> {
        let mut answer = match request.bearer_auth(token.expose_secret()).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_builder() => return Err(FailedAttempt::never(GoogleError::Unreadable)),
            Err(_) => return Err(FailedAttempt::later(GoogleError::Unreachable)),
        };
        let body = read(&mut answer).await;
        if !answer.status().is_success() {
            let body = body.and_then(|body| serde_json::from_slice(&body).ok());
            return Ok(Err(GoogleRefusal::read(answer.status(), answer.headers(), body.as_ref(), self.now())));
        }
        let body = body.ok_or(FailedAttempt::later(GoogleError::Unreadable))?;
        let text = String::from_utf8_lossy(&body);
        Ok(Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()))
    }

    /// What this process has written to calendars.
    pub fn writes(&self) -> &Writes {
        &self.0.writes
    }

    /// The calls so far of all that goes on in this process.
    pub fn calls(&self) -> GoogleCalls {
        self.0.calls.calls()
    }

    /// The base URL of Calendar, with a slash at its end.
    pub(super) fn calendar_url(&self) -> &str {
        &self.0.calendar_url
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }
}

/// The body of an answer, unless it breaks off or is too long.
async fn read(answer: &mut Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.ok()? {
        if body.len() + part.len() > LONGEST_ANSWER {
            return None;
        }
        body.extend_from_slice(&part);
    }
    Some(body)
}
