//! Where items lie: the partitions, and what sort keys are made of.

use std::borrow::Cow;
use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::attributes::{Item, PARTITION, SORT, text};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::event_id::EventId;
use crate::domain::form::FormKey;

/// The partition with what became of everything that is scheduled.
pub(super) const RUNS: &str = "shards";
/// The longest event id that stands in a sort key as it is, in bytes.
const LONGEST_ID: usize = 512;

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey {
    pub(super) partition: String,
    pub(super) sort: String,
}

impl ItemKey {
    pub(super) fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }

    /// The key of an item of a calendar that is about one event.
    pub(super) fn of_event(calendar: &CalendarId, kind: &str, event: &EventId) -> Self {
        Self::new(calendar_partition(calendar), format!("{kind}{}", short(event)))
    }

    /// The key of an item of a calendar that is about one form.
    pub(super) fn of_form(calendar: &CalendarId, kind: &str, form: &FormKey) -> Self {
        Self::new(calendar_partition(calendar), format!("{kind}{}#{}", form.person.digest(), in_key(form.days)))
    }

    /// The key of an item that was read.
    pub(super) fn of(item: &Item) -> Option<Self> {
        Some(Self::new(item.get(PARTITION)?.as_s().ok()?, item.get(SORT)?.as_s().ok()?))
    }

    pub(super) fn attributes(&self) -> Item {
        HashMap::from([(PARTITION.to_owned(), text(&self.partition)), (SORT.to_owned(), text(&self.sort))])
    }
}

/// The partition of a calendar's items.
pub(super) fn calendar_partition(calendar: &CalendarId) -> String {
    format!("calendar#{}", calendar.key())
}

/// The partition of a person's forms.
pub(super) fn person_partition(person_digest: &str) -> String {
    format!("person#{person_digest}")
}

/// Days as keys have them; the second date is not included.
pub(super) fn in_key(days: DateRange) -> String {
    format!("{}..{}", days.start(), days.end())
}

/// An event id that fits into a sort key, which holds 1,024 bytes: Google's ids may be as long as that themselves.
pub(super) fn short(event_id: &str) -> Cow<'_, str> {
    if event_id.len() <= LONGEST_ID { event_id.into() } else { format!("{:x}", Sha256::digest(event_id)).into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_reads_back(partition in ".*", sort in ".*") {
            let key = ItemKey::new(partition, sort);
            prop_assert_eq!(ItemKey::of(&key.attributes()), Some(key));
        }

        #[test]
        fn an_event_of_any_id_has_a_key_that_fits(id in "[a-z0-9_]{1,1024}") {
            let key = ItemKey::of_event(&CalendarId::from("prague@example.com"), "open#", &EventId::from(id));
            prop_assert!(key.sort.len() <= 1_024);
        }
    }
}
