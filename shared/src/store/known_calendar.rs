//! How a [`Store`] knows the calendars that were ever read: each is an item without attributes of its own.

use super::Store;
use super::attributes::{Item, text};
use super::error::StoreError;
use super::key::ItemKey;
use crate::domain::calendar_id::CalendarId;

/// The partition with an item for each calendar that has a cursor.
const CALENDARS: &str = "calendars";

pub(super) fn key_of(calendar: &CalendarId) -> ItemKey {
    ItemKey::new(CALENDARS, calendar.key())
}

fn calendar_of(item: &Item) -> Option<CalendarId> {
    ItemKey::of(item).map(|key| CalendarId::from(key.sort))
}

impl Store {
    /// All calendars that have ever been read, without those that `is_known` names.
    pub async fn calendars_without(
        &self,
        is_known: impl Fn(&CalendarId) -> bool,
    ) -> Result<Vec<CalendarId>, StoreError> {
        let mut items = self
            .query()
            .key_condition_expression("pk = :calendars")
            .expression_attribute_values(":calendars", text(CALENDARS))
            .into_paginator()
            .items()
            .send();
        let mut calendars = Vec::new();
        while let Some(item) = items.next().await.transpose()? {
            calendars.extend(calendar_of(&item).filter(|calendar| !is_known(calendar)));
        }
        Ok(calendars)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_known_calendar_reads_back(id in ".*") {
            let calendar = CalendarId::from(id);
            prop_assert_eq!(calendar_of(&key_of(&calendar).attributes()), Some(calendar));
        }
    }
}
