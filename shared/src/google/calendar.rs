//! Reads and writes events: <https://developers.google.com/workspace/calendar/api/v3/reference>
//!
//! The hub makes the inserts. It can give no `If-Match` to a PATCH, and drops the offsets of what it reads.

use chrono_tz::Tz;
use google_calendar3::api;
use google_calendar3::common::Error;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, USER_AGENT};
use http_body_util::{BodyExt as _, Collected, Limited};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::error::GoogleError;
use super::event::{self, FIELDS, Place};
use super::refusal::{Refusal, Witness};
use super::retry::Failure;
use super::{Budget, GoogleClient, path_segment};
use crate::domain::calendar_id::CalendarId;
use crate::domain::etag::Etag;
use crate::domain::event::{Event, EventChange};
use crate::domain::event_id::EventId;
use crate::transport;

/// What a read costs of the quota, in units per minute and user.
pub(super) const READ: u32 = 1;
/// What a write costs.
const WRITE: u32 = 3;
/// The longest answer that is read, in bytes: some hundred events have some hundred thousand.
const LONGEST_ANSWER: usize = 64 << 20;

impl GoogleClient {
    /// An event, also a deleted one where Google still shows it. [`GoogleError::OddEvent`] if anything of it cannot be
    /// read.
    ///
    /// `zone` is the calendar's, for the days of a timed event; without it the event's own counts.
    pub async fn get_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &EventId,
        zone: Option<Tz>,
    ) -> Result<Event, GoogleError> {
        let text = self.get_event_text(budget, calendar, event_id).await?;
        let event = event::read(&text, self.place(calendar, zone));
        event.and_then(Event::with_version).and_then(Event::with_days).map_err(GoogleError::OddEvent)
    }

    /// The same, as long as it can be read which event it is, which version of it, and whose.
    pub async fn get_own_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &EventId,
    ) -> Result<Event, GoogleError> {
        let text = self.get_event_text(budget, calendar, event_id).await?;
        let event = event::read_essential(&text, self.place(calendar, None));
        event.and_then(Event::with_version).map_err(GoogleError::OddEvent)
    }

    async fn get_event_text(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &EventId,
    ) -> Result<String, GoogleError> {
        let url = &format!("{}?fields={FIELDS}", self.event_url(calendar, event_id));
        let get = |token: SecretString| async move {
            let text = self.get(url, &token).await?.map_err(Refusal::into_failure)?;
            // A page of somebody else's, or half an answer.
            match serde_json::from_str::<IgnoredAny>(&text) {
                Ok(_) => Ok(text),
                Err(_) => Err(Failure::later(GoogleError::Unreadable)),
            }
        };
        self.call(budget, READ, get).await
    }

    /// Makes an event under an id of our choice. [`GoogleError::AlreadyExists`] also when an earlier attempt of this very
    /// call made it and its answer was lost.
    pub async fn insert_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &EventId,
        content: &EventChange,
    ) -> Result<Event, GoogleError> {
        let path = &path_segment(calendar.as_str());
        let event = &event::new_event(event_id, content);
        let insert = |token: SecretString| async move {
            let hub = self.calendar_hub(&token);
            let mut witness = Witness::new(self.now());
            let call = hub.events().insert(event.clone(), path).param("fields", FIELDS);
            let outcome = call.delegate(&mut witness).doit().await;
            let text = match outcome {
                // It is made, however odd the answer is.
                Err(Error::JsonDecodeError(text, _)) => text,
                outcome => serde_json::to_string(&witness.judge(outcome)?).unwrap_or_default(),
            };
            self.written(&text, event_id, content, calendar, None)
        };
        self.call(budget, WRITE, insert).await
    }

    /// Changes an event if it still is the version that `etag` names. [`GoogleError::Changed`] also when an earlier attempt
    /// of this very call changed it and its answer was lost.
    ///
    /// `zone` as for [`GoogleClient::get_event`].
    pub async fn patch_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &EventId,
        etag: &Etag,
        change: &EventChange,
        zone: Option<Tz>,
    ) -> Result<Event, GoogleError> {
        // Without its version the event could only be overwritten.
        let version = HeaderValue::from_str(etag).ok().filter(|etag| !etag.is_empty());
        let version = &version.ok_or(GoogleError::Changed)?;
        let url = &format!("{}?fields={FIELDS}", self.event_url(calendar, event_id));
        let body = &event::patch(change);
        let patch = |token: SecretString| async move {
            let request = patch_request(url, version, body, &token);
            let text = self.send(request).await?.map_err(Refusal::into_failure)?;
            self.written(&text, event_id, change, calendar, zone)
        };
        self.call(budget, WRITE, patch).await
    }

    /// The event as it was written.
    fn written(
        &self,
        text: &str,
        event_id: &EventId,
        content: &EventChange,
        calendar: &CalendarId,
        zone: Option<Tz>,
    ) -> Result<Event, Failure> {
        let event = event::read_written(text, event_id, content, self.place(calendar, zone));
        event.ok_or(Failure::later(GoogleError::Unreadable))
    }

    /// Puts a calendar into the service account's list. Doing it again changes nothing.
    pub async fn subscribe(&self, budget: &Budget, calendar: &CalendarId) -> Result<(), GoogleError> {
        let entry = &api::CalendarListEntry { id: Some(calendar.as_str().to_owned()), ..Default::default() };
        let subscribe = |token: SecretString| async move {
            let hub = self.calendar_hub(&token);
            let mut witness = Witness::new(self.now());
            let call = hub.calendar_list().insert(entry.clone()).param("fields", "id");
            match call.delegate(&mut witness).doit().await {
                // That is done, whatever else the answer says.
                Err(Error::JsonDecodeError(..)) => Ok(()),
                outcome => witness.judge(outcome).map(drop),
            }
        };
        self.call(budget, WRITE, subscribe).await
    }

    fn event_url(&self, calendar: &CalendarId, event_id: &EventId) -> String {
        let (calendar, id) = (path_segment(calendar.as_str()), path_segment(event_id));
        format!("{}calendars/{calendar}/events/{id}", self.calendar_url())
    }

    fn place<'a>(&self, calendar: &'a CalendarId, zone: Option<Tz>) -> Place<'a> {
        Place { calendar, zone, now: self.now() }
    }

    /// The text of what is there, or why there is none.
    pub(super) async fn get(&self, url: &str, token: &SecretString) -> Result<Result<String, Refusal>, Failure> {
        self.send(get_request(url, token)).await
    }

    /// Goes over the hubs' own connections.
    async fn send(
        &self,
        request: Result<http::Request<transport::Body>, http::Error>,
    ) -> Result<Result<String, Refusal>, Failure> {
        let request = request.map_err(|_| Failure::never(GoogleError::Unreadable))?;
        let answer = self.client().request(request).await.map_err(|_| Failure::later(GoogleError::Unreachable))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await.map(Collected::to_bytes);
        if !parts.status.is_success() {
            let body = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
            return Ok(Err(Refusal::read(parts.status, &parts.headers, body.as_ref(), self.now())));
        }
        let body = body.map_err(|_| Failure::later(GoogleError::Unreadable))?;
        let text = String::from_utf8_lossy(&body);
        Ok(Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()))
    }
}

fn get_request(url: &str, token: &SecretString) -> Result<http::Request<transport::Body>, http::Error> {
    http::Request::get(url)
        .header(AUTHORIZATION, bearer(token)?)
        .header(USER_AGENT, transport::USER_AGENT)
        .body(transport::body(""))
}

fn patch_request(
    url: &str,
    version: &HeaderValue,
    body: &Value,
    token: &SecretString,
) -> Result<http::Request<transport::Body>, http::Error> {
    http::Request::patch(url)
        .header(IF_MATCH, version)
        .header(AUTHORIZATION, bearer(token)?)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, transport::USER_AGENT)
        .body(transport::body(body.to_string()))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, http::Error> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
    value.set_sensitive(true);
    Ok(value)
}
