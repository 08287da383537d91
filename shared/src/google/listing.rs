//! Lists the events of a [`GoogleCalendar`], page by page: <https://developers.google.com/workspace/calendar/api/v3/reference/events/list>
//!
//! The hub reads a page as a whole, so one odd event would cost the whole page. Here each event is read on its own.

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::form_urlencoded;

use super::budget::READ;
use super::calendar::GoogleCalendar;
use super::endpoint::path_segment;
use super::error::GoogleError;
use super::event::{self, FIELDS, ReadContext};
use super::odd;
use super::refusal::GoogleRefusal;
use super::retry::FailedAttempt;
use crate::domain::calendar_id::CalendarId;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::zone::Zone;

/// The most events of a page that a sweep reads; Google may send fewer.
const PAGE: &str = "500";
/// The most events of a page that people look at, which is the most that Google sends.
const LONG_PAGE: &str = "2500";

/// Which events to list. All other parameters are the same for every listing that gives or takes a sync token, as Google
/// demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Events that have changed since the listing that gave this token, deletions included.
    Since(String),
    /// Events that overlap a span of time.
    Window {
        /// Events end after this instant.
        from: DateTime<Utc>,
        /// Events start before this instant.
        to: DateTime<Utc>,
    },
    /// The same in the order of their beginnings; gives no sync token.
    InOrder {
        /// Events end after this instant.
        from: DateTime<Utc>,
        /// Events start before this instant.
        to: DateTime<Utc>,
    },
}

/// A page of a listing. Series come as their occurrences.
#[derive(Clone, Debug)]
pub struct EventsPage {
    /// The events, in no particular order unless one was asked for.
    pub events: Vec<Event>,
    /// The events that cannot be read.
    pub odd: Vec<OddEvent>,
    /// The token of the next page, except on the last one.
    pub next_page: Option<String>,
    /// The token for the next listing, on the last page only.
    pub next_sync: Option<String>,
    /// The calendar's zone, if this program knows it.
    pub time_zone: Option<Zone>,
    /// What Google calls the calendar's zone.
    pub zone_name: Option<String>,
    /// What we may do with the calendar.
    pub access_role: AccessRole,
}

/// An event of a listing that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddEvent {
    /// Its id, if the id can be read.
    pub id: Option<EventId>,
    /// Its place on the page, from 1.
    pub place: usize,
    /// Why it cannot be read.
    pub reason: String,
}

/// What we may do with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessRole {
    /// We may change its events.
    CanWrite,
    /// We may only look at its events, or the role is unknown: it is better not to try.
    ReadOnly,
}

impl GoogleCalendar<'_> {
    /// One page of the events: the first, or the one that `page` names. The days of timed events are in the zone of the
    /// page.
    pub async fn list_events(self, listing: &Listing, page: Option<&str>) -> Result<EventsPage, GoogleError> {
        let path = path_segment(self.id.as_str());
        let url = &format!("{}calendars/{path}/events?{}", self.google.calendar_url(), query(listing, page));
        let has_token = matches!(listing, Listing::Since(_));
        let list = |token: SecretString| async move {
            let answer = self.google.send(self.google.requests().get(url), &token).await?;
            let text = answer.map_err(|refusal: GoogleRefusal| refusal.of_listing(has_token))?;
            EventsPage::read(&text, self.id, self.google.now()).ok_or(FailedAttempt::later(GoogleError::Unreadable))
        };
        self.google.call(self.budget, READ, list).await
    }
}

fn query(listing: &Listing, page: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let fields = format!("nextPageToken,nextSyncToken,timeZone,accessRole,items({FIELDS})");
    let size = if matches!(listing, Listing::InOrder { .. }) { LONG_PAGE } else { PAGE };
    query.append_pair("singleEvents", "true").append_pair("maxResults", size).append_pair("fields", &fields);
    let instant = |instant: &DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    match listing {
        Listing::Since(token) => query.append_pair("syncToken", token),
        Listing::Window { from, to } => {
            query.append_pair("timeMin", &instant(from)).append_pair("timeMax", &instant(to))
        }
        Listing::InOrder { from, to } => query
            .append_pair("timeMin", &instant(from))
            .append_pair("timeMax", &instant(to))
            .append_pair("orderBy", "startTime"),
    };
    query.extend_pairs(page.map(|page| ("pageToken", page)));
    query.finish()
}

/// A page whose events are not read yet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    next_page_token: Option<String>,
    #[serde(borrow, default)]
    next_sync_token: Option<&'a RawValue>,
    #[serde(borrow, default)]
    time_zone: Option<&'a RawValue>,
    #[serde(borrow, default)]
    access_role: Option<&'a RawValue>,
}

impl EventsPage {
    /// Reads a page of the events of `calendar` that came at `now`. `None` if it is no page, or if it is not clear whether
    /// there is another one.
    pub fn read(text: &str, calendar: &CalendarId, now: DateTime<Utc>) -> Option<Self> {
        // serde would take an array for an object without names.
        let is_object = text.trim_ascii_start().starts_with('{');
        let page: Page = is_object.then(|| serde_json::from_str(text).ok())??;
        let zone_name = page.time_zone.and_then(as_text);
        let zone = zone_name.as_deref().and_then(Zone::named);
        let context = ReadContext { calendar, zone, by_offsets: false, now };
        let (mut events, mut odd) = (Vec::new(), Vec::new());
        for (index, item) in page.items.unwrap_or_default().into_iter().map(RawValue::get).enumerate() {
            match event::read(item, context) {
                Ok(event) => events.push(event),
                Err(reason) => odd.push(OddEvent { id: odd::id(item), place: index + 1, reason }),
            }
        }
        Some(Self {
            events,
            odd,
            next_page: page.next_page_token,
            next_sync: page.next_sync_token.and_then(as_text),
            time_zone: zone,
            zone_name,
            access_role: match page.access_role.and_then(as_text).as_deref() {
                Some("owner" | "writer" | "writerWithoutPrivateAccess") => AccessRole::CanWrite,
                _ => AccessRole::ReadOnly,
            },
        })
    }
}

fn as_text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

#[cfg(test)]
mod tests;
