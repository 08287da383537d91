//! What is remembered of reservations that were ended over the API: one item for each calendar and event.
//!
//! The items of a calendar are a partition of their own, so that no sweep reads them.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::Store;
use super::attributes::{TTL, has_ended, number};
use super::error::StoreError;
use super::item::{ItemKind, Kept};
use super::key::{ItemKey, short};
use super::write::{Condition, Met, Write, Written};
use crate::domain::calendar_id::CalendarId;
use crate::domain::ended::RememberedEnd;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;

/// The memory of one reservation.
#[derive(Clone, Debug)]
pub struct EndItem<'a> {
    store: &'a Store,
    key: ItemKey,
}

/// What became of an announcement.
#[derive(Clone, Debug)]
pub enum Announced {
    /// It is in the table.
    Written,
    /// Something is remembered already.
    Met(Kept<RememberedEnd>),
    /// What was remembered is gone by now.
    Gone,
}

impl ItemKind for RememberedEnd {
    const NAME: &'static str = "end of a reservation";
    const ATTRIBUTES: &'static [&'static str] =
        &["how", "reason", "ended_at", "days", "read_etag", "state", "lease_until", "deleted_etag"];

    fn for_others(&self) -> Vec<(&'static str, AttributeValue)> {
        vec![(TTL, number(self.forgotten_at().timestamp()))]
    }
}

impl Store {
    /// The memory of the reservation with this event.
    pub fn end_of(&self, calendar: &CalendarId, event: &EventId) -> EndItem<'_> {
        EndItem { store: self, key: key_of(calendar, event) }
    }
}

impl EndItem<'_> {
    /// What is remembered, strongly consistent. What was forgotten counts as absent.
    pub async fn read(&self, now: DateTime<Utc>) -> Result<Option<Kept<RememberedEnd>>, StoreError> {
        let item = self.store.item(&self.key).await?;
        item.filter(|item| !has_ended(item, now)).map(Kept::from_item).transpose()
    }

    /// What is remembered if it is why the event is gone; `None` where Google shows no such event.
    pub async fn why_gone(
        &self,
        event: Option<&Event>,
        now: DateTime<Utc>,
    ) -> Result<Option<Kept<RememberedEnd>>, StoreError> {
        Ok(self.read(now).await?.filter(|end| end.explains(event)))
    }

    /// Writes it where nothing is remembered. Answers whether it did, else what is remembered.
    pub async fn announce(&self, end: &Kept<RememberedEnd>, now: DateTime<Utc>) -> Result<Announced, StoreError> {
        let write = Write::put(self.key.clone(), end, Condition::Absent(now))?;
        Ok(match self.store.write(&[write]).await?.met(0) {
            Met::Nothing => Announced::Written,
            Met::Present(None) => Announced::Gone,
            Met::Present(Some(item)) => Announced::Met(Kept::from_item(item)?),
        })
    }

    /// Writes it in place of what was `read`. Answers whether that was still there.
    pub async fn replace(&self, read: &Kept<RememberedEnd>, end: &Kept<RememberedEnd>) -> Result<bool, StoreError> {
        let condition = Condition::AsRead(read.revision.clone());
        self.carry_out(Write::put(self.key.clone(), end, condition)?).await
    }

    /// Forgets what was `read`. Answers whether that was still there.
    pub async fn forget(&self, read: &Kept<RememberedEnd>) -> Result<bool, StoreError> {
        self.carry_out(Write::delete(self.key.clone(), &read.revision)).await
    }

    async fn carry_out(&self, write: Write) -> Result<bool, StoreError> {
        Ok(matches!(self.store.write(&[write]).await?, Written::Done))
    }
}

fn key_of(calendar: &CalendarId, event: &EventId) -> ItemKey {
    ItemKey::new(format!("ended#{}", calendar.key()), short(event))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ended::{EndStage, HowEnded};
    use crate::domain::revision::Revision;
    use crate::store::arbitrary::{days, instants};
    use crate::store::attributes::end_of;
    use crate::store::item::kept;
    use crate::store::item::tests::assert_reads_back;

    fn ends() -> impl Strategy<Value = RememberedEnd> {
        let ways = prop_oneof![Just(HowEnded::Rejected), Just(HowEnded::Cancelled)];
        let stages = prop_oneof![
            instants().prop_map(|until| EndStage::Ending { until }),
            ".*".prop_map(|deleted| EndStage::Ended { deleted: deleted.into() }),
        ];
        (ways, proptest::option::of(".*"), instants(), days(), ".*", stages).prop_map(
            |(how, reason, at, days, read, stage)| RememberedEnd { how, reason, at, days, read: read.into(), stage },
        )
    }

    #[test]
    fn a_calendar_has_one_memory_however_it_is_spelled() {
        let key = key_of(&"Prague@example.com".into(), &"e1".into());
        assert_eq!(key, ItemKey::new("ended#prague@example.com", "e1"));
    }

    proptest! {
        #[test]
        fn an_end_reads_back(end in ends()) {
            assert_reads_back(&end);
            let written = kept(None, end.clone(), Revision(String::new())).to_item(&ItemKey::new("partition", "sort"));
            prop_assert_eq!(end_of(&written.unwrap()), Some(end.forgotten_at().timestamp()));
        }
    }
}
