//! Lists, reads and writes events: <https://developers.google.com/workspace/calendar/api/v3/reference>
//!
//! The hub makes all requests but the PATCH, to which it can give no `If-Match`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use google_calendar3::api;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, USER_AGENT};
use http_body_util::{BodyExt as _, Collected};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::error::GoogleError;
use super::event::{self, FIELDS};
use super::refusal::{Refusal, Witness};
use super::retry::Failure;
use super::{Budget, GoogleClient, path_segment};
use crate::domain::calendar_id::CalendarId;
use crate::domain::event::{Event, EventChange};
use crate::transport;

/// What a read costs of the quota, in units per minute and user.
pub(super) const READ: u32 = 1;
/// What a write costs.
const WRITE: u32 = 3;
/// Events on one page. Google may send fewer.
const PAGE: i32 = 500;

/// Which events to list. All other parameters are the same for every listing, as Google demands of sync tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// What has changed since the listing that gave this token, deletions included.
    Since(String),
    /// What overlaps a span of time.
    Window {
        /// Events end after this instant.
        from: DateTime<Utc>,
        /// Events start before this instant.
        to: DateTime<Utc>,
    },
}

/// A page of a listing. Series come as their occurrences.
#[derive(Clone, Debug)]
pub struct EventsPage {
    /// The events, in no particular order.
    pub events: Vec<Event>,
    /// The token of the next page, except on the last one.
    pub next_page: Option<String>,
    /// On the last page: the token with which the next listing begins.
    pub next_sync: Option<String>,
    /// The calendar's zone; UTC when Google names one that is not known here.
    pub time_zone: Tz,
    /// What we may do with the calendar.
    pub access_role: AccessRole,
}

/// What we may do with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessRole {
    /// Change its events.
    CanWrite,
    /// Look at them. Also said of a role that is not known here: it is better not to try.
    ReadOnly,
}

impl GoogleClient {
    /// One page of the events of a calendar: the first, or the one that `page` names.
    pub async fn list_events(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        listing: &Listing,
        page: Option<&str>,
    ) -> Result<EventsPage, GoogleError> {
        let path = &path_segment(calendar.as_str());
        let fields = &format!("nextPageToken,nextSyncToken,timeZone,accessRole,items({FIELDS})");
        let list = |token: SecretString| async move {
            let hub = self.calendar_hub(&token);
            let mut witness = Witness::of_listing(self.now());
            let mut call = hub.events().list(path).single_events(true).max_results(PAGE).param("fields", fields);
            call = match listing {
                Listing::Since(token) => call.sync_token(token),
                Listing::Window { from, to } => call.time_min(*from).time_max(*to),
            };
            if let Some(page) = page {
                call = call.page_token(page);
            }
            let outcome = call.delegate(&mut witness).doit().await;
            witness.judge(outcome)
        };
        Ok(EventsPage::read(self.call(budget, READ, list).await?, calendar))
    }

    /// An event, also a deleted one where Google still shows it.
    ///
    /// `zone` is the calendar's, for the days of a timed event; without it the event's own counts, or UTC.
    pub async fn get_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &str,
        zone: Option<Tz>,
    ) -> Result<Event, GoogleError> {
        let (path, id) = &(path_segment(calendar.as_str()), path_segment(event_id));
        let get = |token: SecretString| async move {
            let hub = self.calendar_hub(&token);
            let mut witness = Witness::new(self.now());
            let call = hub.events().get(path, id).param("fields", FIELDS);
            let outcome = call.delegate(&mut witness).doit().await;
            witness.judge(outcome)
        };
        read(self.call(budget, READ, get).await?, calendar, zone)
    }

    /// Makes an event under an id of our choice. [`GoogleError::AlreadyExists`] also when an earlier attempt of this very
    /// call made it and its answer was lost.
    pub async fn insert_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &str,
        content: &EventChange,
    ) -> Result<Event, GoogleError> {
        let path = &path_segment(calendar.as_str());
        let event = &event::new_event(event_id, content);
        let insert = |token: SecretString| async move {
            let hub = self.calendar_hub(&token);
            let mut witness = Witness::new(self.now());
            let call = hub.events().insert(event.clone(), path).param("fields", FIELDS);
            let outcome = call.delegate(&mut witness).doit().await;
            witness.judge(outcome)
        };
        read(self.call(budget, WRITE, insert).await?, calendar, None)
    }

    /// Changes an event if it still is the version that `etag` names. [`GoogleError::Changed`] also when an earlier attempt
    /// of this very call changed it and its answer was lost.
    ///
    /// `zone` as for [`GoogleClient::get_event`].
    pub async fn patch_event(
        &self,
        budget: &Budget,
        calendar: &CalendarId,
        event_id: &str,
        etag: &str,
        change: &EventChange,
        zone: Option<Tz>,
    ) -> Result<Event, GoogleError> {
        // Without its version the event could only be overwritten.
        let version = HeaderValue::from_str(etag).ok().filter(|etag| !etag.is_empty());
        let version = &version.ok_or(GoogleError::Changed)?;
        let (id, calendar_segment) = (path_segment(event_id), path_segment(calendar.as_str()));
        let url = &format!("{}calendars/{calendar_segment}/events/{id}", self.calendar_url());
        let body = &event::patch(change);
        let patch = |token: SecretString| self.send_patch(url, version, body, token);
        read(self.call(budget, WRITE, patch).await?, calendar, zone)
    }

    async fn send_patch(
        &self,
        url: &str,
        version: &HeaderValue,
        body: &Value,
        token: SecretString,
    ) -> Result<api::Event, Failure> {
        let request = patch_request(url, version, body, &token).map_err(|_| Failure::never(GoogleError::Unreadable))?;
        let answer = self.client().request(request).await.map_err(|_| Failure::later(GoogleError::Unreachable))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map(Collected::to_bytes);
        if parts.status.is_success() {
            let event = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
            return event.ok_or(Failure::later(GoogleError::Unreadable));
        }
        let body = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
        Err(Refusal::read(parts.status, &parts.headers, body.as_ref(), self.now()).into_failure(GoogleError::NotFound))
    }

    /// Puts a calendar into the service account's list. Doing it again changes nothing.
    pub async fn subscribe(&self, budget: &Budget, calendar: &CalendarId) -> Result<(), GoogleError> {
        let entry = &api::CalendarListEntry { id: Some(calendar.as_str().to_owned()), ..Default::default() };
        let subscribe = |token: SecretString| async move {
            let hub = self.calendar_hub(&token);
            let mut witness = Witness::new(self.now());
            let call = hub.calendar_list().insert(entry.clone()).param("fields", "id");
            let outcome = call.delegate(&mut witness).doit().await;
            witness.judge(outcome)
        };
        self.call(budget, WRITE, subscribe).await.map(drop)
    }
}

/// Goes over the hubs' own connections.
fn patch_request(
    url: &str,
    version: &HeaderValue,
    body: &Value,
    token: &SecretString,
) -> Result<http::Request<transport::Body>, http::Error> {
    http::Request::patch(format!("{url}?fields={FIELDS}"))
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

fn read(event: api::Event, calendar: &CalendarId, zone: Option<Tz>) -> Result<Event, GoogleError> {
    event::read(event, calendar, zone).ok_or(GoogleError::Unreadable)
}

impl EventsPage {
    /// Reads a page of the events of `calendar`.
    pub fn read(page: api::Events, calendar: &CalendarId) -> Self {
        let zone = page.time_zone.as_deref().map_or(Tz::UTC, event::parse_zone);
        let events = page.items.unwrap_or_default().into_iter();
        Self {
            events: events.filter_map(|event| event::read(event, calendar, Some(zone))).collect(),
            next_page: page.next_page_token,
            next_sync: page.next_sync_token,
            time_zone: zone,
            access_role: match page.access_role.as_deref() {
                Some("owner" | "writer" | "writerWithoutPrivateAccess") => AccessRole::CanWrite,
                _ => AccessRole::ReadOnly,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(value: serde_json::Value) -> EventsPage {
        EventsPage::read(serde_json::from_value::<api::Events>(value).unwrap(), &"prague@example.com".into())
    }

    #[test]
    fn roles_that_may_write() {
        for role in ["owner", "writer", "writerWithoutPrivateAccess"] {
            assert_eq!(page(json!({"accessRole": role})).access_role, AccessRole::CanWrite, "{role}");
        }
        for role in ["reader", "freeBusyReader", "none", "caretaker"] {
            assert_eq!(page(json!({"accessRole": role})).access_role, AccessRole::ReadOnly, "{role}");
        }
        assert_eq!(page(json!({})).access_role, AccessRole::ReadOnly);
    }

    #[test]
    fn an_unknown_zone_is_taken_for_utc() {
        assert_eq!(page(json!({"timeZone": "Europe/Prague"})).time_zone, Tz::Europe__Prague);
        assert_eq!(page(json!({"timeZone": "Mars/Olympus"})).time_zone, Tz::UTC);
    }
}
