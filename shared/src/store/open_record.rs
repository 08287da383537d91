//! Events that need work: recorded before the cursor moves past them, deleted when they are done.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::item::{Item, Kind, attributes};
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::event::Event;
use crate::domain::form::FormKey;

/// The longest event id that stands in a sort key as it is, in bytes.
const LONGEST_ID: usize = 512;

/// An event that needs work. What is known of its form lies elsewhere: an event comes and goes, the form stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// The event as it was last seen.
    pub event: Event,
    /// The days to approve.
    pub days: DateRange,
    /// Whose days.
    pub person: PersonKey,
    /// When it was first recorded.
    pub recorded_at: DateTime<Utc>,
    /// Since when the event asks for these days.
    pub asking_since: DateTime<Utc>,
    /// Whether the event is gone and the record stays only to show a form that is not settled.
    pub is_gone: bool,
}

/// The item as it lies in the table; the event's version once more, for whoever looks at the table.
#[derive(Serialize, Deserialize)]
struct Attributes {
    event: String,
    etag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updated: Option<i64>,
    days: DateRange,
    person: PersonKey,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    recorded_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    asking_since: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
}

impl OpenRecord {
    /// The record of an event that asks for `days`; `earlier` is its present record, if there is one.
    pub fn of(event: Event, days: DateRange, person: PersonKey, earlier: Option<&Self>, now: DateTime<Utc>) -> Self {
        let asks_on = earlier.filter(|earlier| earlier.days == days && earlier.person == person && !earlier.is_gone);
        Self {
            // Google's clock may be ahead of ours.
            asking_since: asks_on.map_or(event.updated.unwrap_or(now).min(now), |earlier| earlier.asking_since),
            recorded_at: earlier.map_or(now, |earlier| earlier.recorded_at),
            event,
            days,
            person,
            is_gone: false,
        }
    }

    /// When the event was last changed: as Google says, or, where that is not true, when it was found.
    pub fn dated(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.event.updated.filter(|updated| *updated <= now).unwrap_or(self.asking_since)
    }

    /// The form that the event asks for.
    pub fn form(&self) -> FormKey {
        FormKey { person: self.person.clone(), days: self.days }
    }
}

impl Kind for OpenRecord {
    const NAME: &'static str = "open record";
    const ATTRIBUTES: &'static [&'static str] =
        &["event", "etag", "updated", "days", "person", "recorded_at", "asking_since", "gone"];

    fn write(&self) -> Result<Item, StoreError> {
        let event = serde_json::to_string(&self.event).map_err(|_| StoreError::Malformed(Self::NAME))?;
        let item = Attributes {
            event,
            etag: self.event.etag.clone(),
            updated: self.event.updated.map(|updated| updated.timestamp_millis()),
            days: self.days,
            person: self.person.clone(),
            recorded_at: self.recorded_at,
            asking_since: self.asking_since,
            gone: self.is_gone,
        };
        attributes(&item, Self::NAME)
    }

    fn read(item: Item) -> Option<Self> {
        let item: Attributes = serde_dynamo::from_item(item).ok()?;
        Some(Self {
            event: serde_json::from_str(&item.event).ok()?,
            days: item.days,
            person: item.person,
            recorded_at: item.recorded_at,
            asking_since: item.asking_since,
            is_gone: item.gone,
        })
    }
}

/// An event id that fits into a sort key, which holds 1,024 bytes: Google's ids may be as long as that themselves.
pub(super) fn short(event_id: &str) -> Cow<'_, str> {
    if event_id.len() <= LONGEST_ID { event_id.into() } else { format!("{:x}", Sha256::digest(event_id)).into() }
}
