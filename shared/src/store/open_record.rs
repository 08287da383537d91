//! Events that need work: recorded before the cursor moves past them, deleted when they are done.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attributes::{number, text};
use super::item::ItemKind;
use super::key::ItemKey;
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::form::FormKey;

/// An event that needs work. Its form has an item of its own: events come and go, the form stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRecord {
    /// The event as it was last seen.
    #[serde(with = "as_json")]
    pub event: Event,
    /// The days to approve.
    pub days: DateRange,
    /// The person whose days they are.
    pub person: PersonKey,
    /// When it was first recorded.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub recorded_at: DateTime<Utc>,
    /// Since when the event asks for these days.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub asking_since: DateTime<Utc>,
    /// Whether the event is gone, and the record stays only to show that its form is not settled.
    #[serde(rename = "gone", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
}

impl OpenRecord {
    /// How the sort keys begin.
    pub(super) const SORT_KEYS: &str = "open#";

    pub(super) fn key_in(calendar: &CalendarId, event: &EventId) -> ItemKey {
        ItemKey::of_event(calendar, Self::SORT_KEYS, event)
    }

    /// The first record of an event that asks for `days`.
    pub fn new(event: Event, days: DateRange, person: PersonKey, now: DateTime<Utc>) -> Self {
        // Google's clock may be ahead of ours.
        let asking_since = event.updated.unwrap_or(now).min(now);
        Self { event, days, person, recorded_at: now, asking_since, is_gone: false }
    }

    /// The record, as the one that follows an `earlier` record of the event: it keeps since when the event was known and asked.
    #[must_use]
    pub fn after(mut self, earlier: Option<&Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        self.recorded_at = earlier.recorded_at;
        if earlier.form() == self.form() && !earlier.is_gone {
            self.asking_since = earlier.asking_since;
        }
        self
    }

    /// When the event last changed, as Google says; when it was found, if Google says nothing or an instant to come.
    pub fn dated(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.event.updated.filter(|updated| *updated <= now).unwrap_or(self.asking_since)
    }

    /// Older records are smaller.
    pub fn age(&self) -> (DateTime<Utc>, &EventId) {
        (self.recorded_at, &self.event.id)
    }

    /// The form that the event asks for.
    pub fn form(&self) -> FormKey {
        FormKey { person: self.person.clone(), days: self.days }
    }
}

impl ItemKind for OpenRecord {
    const NAME: &'static str = "open record";
    const ATTRIBUTES: &'static [&'static str] =
        &["event", "etag", "updated", "days", "person", "recorded_at", "asking_since", "gone"];

    /// The event's version again, for people who look at the table.
    fn for_others(&self) -> Vec<(&'static str, AttributeValue)> {
        let updated = self.event.updated.map(|updated| ("updated", number(updated.timestamp_millis())));
        [("etag", text(&self.event.etag))].into_iter().chain(updated).collect()
    }
}

/// The event in one attribute, as JSON.
mod as_json {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Event;

    pub(super) fn serialize<S: Serializer>(event: &Event, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(event).map_err(S::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::{events, form_keys, instants};
    use crate::store::item::tests::assert_reads_back;

    fn records() -> impl Strategy<Value = OpenRecord> {
        (events(), form_keys(), instants(), instants(), any::<bool>()).prop_map(
            |(event, FormKey { person, days }, recorded_at, asking_since, is_gone)| OpenRecord {
                event,
                days,
                person,
                recorded_at,
                asking_since,
                is_gone,
            },
        )
    }

    proptest! {
        #[test]
        fn an_open_record_reads_back(record in records()) {
            assert_reads_back(&record);
        }
    }
}
