//! What was done with an event, remembered when its record is closed.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attributes::{Item, TTL, attributes, number, text};
use super::error::StoreError;
use super::key::ItemKey;
use super::open_record::OpenRecord;
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::etag::Etag;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::form::{FormKey, forgotten_at};

/// How an event was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Approved, on a form of its own.
    Approved,
    /// Approved, on a form that somebody else had asked for before.
    ApprovedEarlier,
    /// Google refuses to have it changed.
    Refused,
    /// Deleted, or Google does not know it.
    Gone,
    /// Its person is no registered manual user.
    NotRegistered,
    /// It needs nothing any more, for any other reason.
    #[serde(rename = "left")]
    NeedsNothing,
}

/// The last version of an event that was looked at, and how it was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The version.
    pub etag: Etag,
    /// When Google last changed the event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "chrono::serde::ts_milliseconds_option")]
    pub updated: Option<DateTime<Utc>>,
    /// The person whose days they are.
    pub person: PersonKey,
    /// The days for which it asked.
    pub days: DateRange,
    /// How it was closed.
    pub how: How,
    /// When it was closed.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
}

impl Seen {
    /// How the sort keys begin; those of all other items of a calendar come before them.
    pub(super) const SORT_KEYS: &str = "seen#";

    pub(super) fn key_in(calendar: &CalendarId, event: &EventId) -> ItemKey {
        ItemKey::of_event(calendar, Self::SORT_KEYS, event)
    }

    /// How a record was closed, with the version of the event that it had.
    pub fn of(record: &OpenRecord, how: How, at: DateTime<Utc>) -> Self {
        let OpenRecord { event, person, days, .. } = record;
        Self { etag: event.etag.clone(), updated: event.updated, person: person.clone(), days: *days, how, at }
    }

    /// The form that the event asked for.
    pub fn form(&self) -> FormKey {
        FormKey { person: self.person.clone(), days: self.days }
    }

    /// The condition on what was seen under which a version of an event may be recorded at `now`.
    ///
    /// It stops a version that is strictly older than the one that was looked at, and the very version that was closed. The
    /// latter may be recorded all the same if its person was not registered or the configuration left it alone, since both
    /// may have changed. A version without `updated` is never older.
    pub(super) fn allows(event: &Event, now: DateTime<Utc>) -> (String, Vec<(&'static str, AttributeValue)>) {
        let mut values = vec![
            (":now", number(now.timestamp())),
            (":unregistered", text("not_registered")),
            (":left", text("left")),
            (":etag", text(&*event.etag)),
        ];
        let base = "attribute_not_exists(sk) OR expires_at <= :now";
        let other = "etag <> :etag OR how = :unregistered OR how = :left";
        // DynamoDB refuses parentheses that are not needed.
        let Some(updated) = event.updated else {
            return (format!("{base} OR {other}"), values);
        };
        values.push((":updated", number(updated.timestamp_millis())));
        let not_older = "attribute_not_exists(updated) OR updated <= :updated";
        (format!("{base} OR ({other}) AND ({not_older})"), values)
    }

    /// The condition that this is still what was seen last.
    pub(super) fn is_still(&self) -> (String, Vec<(&'static str, AttributeValue)>) {
        let values = vec![(":etag", text(&*self.etag)), (":gone", text("gone"))];
        ("etag = :etag AND how = :gone".to_owned(), values)
    }

    /// Whether Google did not know the event any more in this very version.
    pub(crate) fn is_of_vanished(&self, event: &Event) -> bool {
        self.how == How::Gone && self.etag == event.etag
    }

    /// Whether the condition of [`Seen::allows`] fails for this version.
    pub(crate) fn stops(&self, event: &Event, now: DateTime<Utc>) -> bool {
        let is_over = forgotten_at(self.at, self.days) <= now;
        let is_older = self.updated.zip(event.updated).is_some_and(|(seen, updated)| updated < seen);
        let is_closed = self.etag == event.etag && !matches!(self.how, How::NotRegistered | How::NeedsNothing);
        !is_over && (is_older || is_closed)
    }

    /// Reads the memory of an event; `None` for any other item.
    pub(super) fn from_item(item: &Item) -> Option<Self> {
        serde_dynamo::from_item(item.clone()).ok()
    }

    pub(super) fn to_item(&self) -> Result<Item, StoreError> {
        let mut item = attributes(self, "memory of an event")?;
        item.insert(TTL.to_owned(), number(forgotten_at(self.at, self.days).timestamp()));
        Ok(item)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::{form_keys, instants};

    fn ends() -> impl Strategy<Value = How> {
        use How::{Approved, ApprovedEarlier, Gone, NeedsNothing, NotRegistered, Refused};
        proptest::sample::select(&[Approved, ApprovedEarlier, Refused, Gone, NotRegistered, NeedsNothing])
    }

    fn memories() -> impl Strategy<Value = Seen> {
        (".*", proptest::option::of(instants()), form_keys(), ends(), instants()).prop_map(
            |(etag, updated, FormKey { person, days }, how, at)| Seen {
                etag: etag.into(),
                updated,
                person,
                days,
                how,
                at,
            },
        )
    }

    proptest! {
        #[test]
        fn a_memory_reads_back(seen in memories()) {
            let item = seen.to_item().unwrap();
            prop_assert_eq!(&item[TTL], &number(forgotten_at(seen.at, seen.days).timestamp()));
            prop_assert_eq!(Seen::from_item(&item), Some(seen));
        }
    }
}
