//! The part of [`GoogleCalendar`] that reads and writes single events; `listing.rs` lists them:
//! <https://developers.google.com/workspace/calendar/api/v3/reference>
//!
//! The hub only makes the inserts: it can give no `If-Match` to a PATCH, and drops the UTC offsets of what it reads.

use google_calendar3::api;
use google_calendar3::common::Error;
use http::HeaderValue;
use http::header::IF_MATCH;
use secrecy::SecretString;
use serde::de::IgnoredAny;

use super::budget::{Budget, READ, WRITE};
use super::client::GoogleClient;
use super::endpoint::path_segment;
use super::error::GoogleError;
use super::event::{self, FIELDS, ReadContext, ReadEvent};
use super::refusal::{GoogleRefusal, Witness};
use super::retry::FailedAttempt;
use crate::domain::calendar_id::CalendarId;
use crate::domain::etag::Etag;
use crate::domain::event::{Event, EventChange};
use crate::domain::event_id::EventId;
use crate::domain::zone::Zone;

/// One calendar of Google, called within one budget.
#[derive(Clone, Copy, Debug)]
pub struct GoogleCalendar<'a> {
    pub(super) google: &'a GoogleClient,
    pub(super) budget: &'a Budget,
    pub(super) id: &'a CalendarId,
    zone: Option<Zone>,
}

impl<'a> GoogleCalendar<'a> {
    /// The calendar `id`. Calls nobody.
    pub fn new(google: &'a GoogleClient, budget: &'a Budget, id: &'a CalendarId) -> Self {
        Self { google, budget, id, zone: None }
    }

    /// The same calendar, whose timed events have their days in `zone`; without one, each event's own zone counts.
    #[must_use]
    pub fn in_zone(self, zone: Option<Zone>) -> Self {
        Self { zone, ..self }
    }

    /// An event, also a deleted one where Google still shows it. [`GoogleError::OddEvent`] if anything of it cannot be
    /// read.
    pub async fn get_event(self, event_id: &EventId) -> Result<Event, GoogleError> {
        let event = self.get(event_id, |text| event::read(text, self.context())).await?;
        event.and_then(Event::with_version).and_then(Event::with_days).map_err(GoogleError::OddEvent)
    }

    /// An event of which parts may be unreadable, as long as its id, its version and its owner are clear.
    /// [`GoogleError::OddEvent`] if one of these cannot be read.
    pub async fn get_own_event(self, event_id: &EventId) -> Result<Event, GoogleError> {
        let event = self.get(event_id, |text| event::read_essential(text, self.context())).await?;
        event.and_then(Event::with_version).map_err(GoogleError::OddEvent)
    }

    /// The same, with the days of a timed event as the calendar has them, although its zone is not known.
    /// [`GoogleError::NotFound`] also if the event has another id: Google may take ids for equal that we tell apart.
    pub async fn look_at_event(self, event_id: &EventId) -> Result<Event, GoogleError> {
        let context = || ReadContext { by_offsets: true, ..self.context() };
        let event = self.get(event_id, |text| event::read_essential(text, context())).await?;
        let event = event.and_then(Event::with_version).map_err(GoogleError::OddEvent)?;
        if event.id == *event_id { Ok(event) } else { Err(GoogleError::NotFound) }
    }

    /// An event, or what of it cannot be read.
    async fn get<F>(self, event_id: &EventId, read: F) -> Result<Result<Event, String>, GoogleError>
    where
        F: Fn(&str) -> Result<Event, String>,
    {
        let (url, read) = (&self.event_url(event_id), &read);
        let get = |token: SecretString| async move {
            let request = self.google.requests().get(url);
            let text = self.google.send(request, &token).await?.map_err(GoogleRefusal::into_failure)?;
            match read(&text) {
                // A page of another server, or half an answer, is not JSON.
                Err(_) if serde_json::from_str::<IgnoredAny>(&text).is_err() => {
                    Err(FailedAttempt::later(GoogleError::Unreadable))
                }
                event => Ok(event),
            }
        };
        self.google.call(self.budget, READ, get).await
    }

    /// Makes an event under an id of our choice. [`GoogleError::AlreadyExists`] also when an earlier attempt of this very
    /// call made it and its answer was lost.
    pub async fn insert_event(self, event_id: &EventId, content: &EventChange) -> Result<Event, GoogleError> {
        let path = &path_segment(self.id.as_str());
        let event = &event::new_event(event_id, content);
        let insert = |token: SecretString| async move {
            let hub = self.google.calendar_hub(&token);
            let mut witness = Witness::new(self.google.now());
            let call = hub.events().insert(event.clone(), path).param("fields", FIELDS);
            match call.delegate(&mut witness).doit().await {
                // The event is made, however odd the answer is.
                Err(Error::JsonDecodeError(text, _)) => self.written(&text, event_id, content),
                outcome => {
                    let read = ReadEvent { event: witness.judge(outcome)?, text: "" };
                    Ok(event::written(read, event_id, content, self.context()))
                }
            }
        };
        self.google.writes().during(self.id, self.google.call(self.budget, WRITE, insert)).await
    }

    /// Changes an event if it still is the version that `etag` names. [`GoogleError::Changed`] also when an earlier attempt
    /// of this very call changed it and its answer was lost.
    pub async fn patch_event(
        self,
        event_id: &EventId,
        etag: &Etag,
        change: &EventChange,
    ) -> Result<Event, GoogleError> {
        // Without a version as its condition, the write would replace whatever is there.
        let version = HeaderValue::from_str(etag).ok().filter(|etag| !etag.is_empty());
        let version = &version.ok_or(GoogleError::Changed)?;
        let url = &self.event_url(event_id);
        let body = &event::patch(change);
        let patch = |token: SecretString| async move {
            let request = self.google.requests().patch(url).header(IF_MATCH, version).json(body);
            let text = self.google.send(request, &token).await?.map_err(GoogleRefusal::into_failure)?;
            self.written(&text, event_id, change)
        };
        self.google.writes().during(self.id, self.google.call(self.budget, WRITE, patch)).await
    }

    /// Reads an event from the answer to a write.
    fn written(self, text: &str, event_id: &EventId, content: &EventChange) -> Result<Event, FailedAttempt> {
        let event = event::read_written(text, event_id, content, self.context());
        event.ok_or(FailedAttempt::later(GoogleError::Unreadable))
    }

    /// Puts the calendar into the service account's list. Doing it again changes nothing.
    pub async fn subscribe(self) -> Result<(), GoogleError> {
        let entry = &api::CalendarListEntry { id: Some(self.id.as_str().to_owned()), ..Default::default() };
        let subscribe = |token: SecretString| async move {
            let hub = self.google.calendar_hub(&token);
            let mut witness = Witness::new(self.google.now());
            let call = hub.calendar_list().insert(entry.clone()).param("fields", "id");
            match call.delegate(&mut witness).doit().await {
                // The calendar is in the list, whatever else the answer says.
                Err(Error::JsonDecodeError(..)) => Ok(()),
                outcome => witness.judge(outcome).map(drop),
            }
        };
        self.google.call(self.budget, WRITE, subscribe).await
    }

    fn event_url(self, event_id: &EventId) -> String {
        let (calendar, id) = (path_segment(self.id.as_str()), path_segment(event_id));
        format!("{}calendars/{calendar}/events/{id}?fields={FIELDS}", self.google.calendar_url())
    }

    fn context(self) -> ReadContext<'a> {
        ReadContext { calendar: self.id, zone: self.zone, by_offsets: false, now: self.google.now() }
    }
}
