//! How a [`Store`] keeps what became of scheduled sweeps: an item for each shard, with its last sweep.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attributes::{Item, TTL, attributes, number, text};
use super::error::StoreError;
use super::key::ItemKey;
use super::write::Write;

/// The partition with an item for each shard.
const SHARDS: &str = "shards";
const NAME: &str = "a sweep of a shard";
/// How long a shard is remembered that is not swept any more.
const KEPT_DAYS: i64 = 30;

/// The last sweep of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardRun {
    /// The shard, as its schedule is called; the item's sort key.
    pub schedule: String,
    /// When it began.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub ran_at: DateTime<Utc>,
    /// When a sweep last read a calendar, be it this one or one before.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub swept_at: Option<DateTime<Utc>>,
    /// When the next sweep is to begin.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub due_at: DateTime<Utc>,
    /// Why it swept nothing; `None`: it swept.
    pub failure: Option<String>,
    /// How many calendars could not be read.
    pub offices_failed: usize,
    /// The first offices that had problems.
    pub troubled: Vec<String>,
}

impl ShardRun {
    fn to_item(&self) -> Result<Item, StoreError> {
        let mut item = attributes(self, NAME)?;
        item.insert(TTL.to_owned(), number((self.due_at + TimeDelta::days(KEPT_DAYS)).timestamp()));
        Ok(item)
    }

    fn from_item(item: Item) -> Option<Self> {
        serde_dynamo::from_item(item).ok()
    }
}

fn key_of(schedule: &str) -> ItemKey {
    ItemKey::new(SHARDS, schedule)
}

impl Store {
    /// Keeps a sweep in place of the one before it, and when that one or an earlier one swept.
    pub async fn keep_run(&self, mut run: ShardRun) -> Result<(), StoreError> {
        let key = key_of(&run.schedule);
        let before = self.item(&key).await?.and_then(ShardRun::from_item);
        run.swept_at = run.swept_at.or(before.and_then(|before| before.swept_at));
        self.write(&[Write::put_item(key, run.to_item()?)]).await?;
        Ok(())
    }

    /// The last sweeps of all shards, also of those that are not swept any more. What cannot be read is left out.
    pub async fn runs(&self) -> Result<Vec<ShardRun>, StoreError> {
        let query = self.query().key_condition_expression("pk = :shards");
        let mut items = query.expression_attribute_values(":shards", text(SHARDS)).into_paginator().items().send();
        let mut runs = Vec::new();
        while let Some(item) = items.next().await.transpose()? {
            runs.extend(ShardRun::from_item(item));
        }
        Ok(runs)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_run_reads_back(
            schedule in ".*", times in (0..4_000_000_000_000_i64, 0..4_000_000_000_000_i64),
            swept in proptest::option::of(0..4_000_000_000_000_i64), failure in proptest::option::of(".*"),
            offices_failed: usize, troubled in proptest::collection::vec(".*", 0..3),
        ) {
            let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
            let (ran_at, due_at, swept_at) = (at(times.0), at(times.1), swept.map(at));
            let run = ShardRun { schedule, ran_at, swept_at, due_at, failure, offices_failed, troubled };
            prop_assert_eq!(ShardRun::from_item(run.to_item().unwrap()), Some(run));
        }
    }
}
