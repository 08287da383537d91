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
    pub troubled_offices: Vec<String>,
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

    /// What is kept of two sweeps of a shard, which may have overlapped: the one that began later.
    fn latest(self, other: Self) -> Self {
        let swept_at = self.swept_at.max(other.swept_at);
        let later = if other.ran_at > self.ran_at { other } else { self };
        Self { swept_at, ..later }
    }
}

fn key_of(schedule: &str) -> ItemKey {
    ItemKey::new(SHARDS, schedule)
}

impl Store {
    /// Keeps a sweep, unless one that began later is kept already, and when any of them swept.
    pub async fn keep_run(&self, run: ShardRun) -> Result<(), StoreError> {
        let key = key_of(&run.schedule);
        let before = self.item(&key).await?.and_then(ShardRun::from_item);
        let run = before.into_iter().fold(run, ShardRun::latest);
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

    fn run(began: i64, swept: Option<i64>, failure: Option<&str>) -> ShardRun {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        ShardRun {
            schedule: "sweep-0-of-1".to_owned(),
            ran_at: at(began),
            swept_at: swept.map(at),
            due_at: at(began + 60),
            failure: failure.map(str::to_owned),
            offices_failed: 0,
            troubled_offices: Vec::new(),
        }
    }

    #[test]
    fn a_slow_sweep_does_not_hide_the_one_that_began_after_it() {
        let (slow, next) = (run(0, None, Some("no time left")), run(60, Some(70), None));
        assert_eq!(slow.clone().latest(next.clone()), next);
        assert_eq!(next.clone().latest(slow), next);
        assert_eq!(run(120, None, Some("no")).latest(next).swept_at, run(0, Some(70), None).swept_at);
    }

    proptest! {
        #[test]
        fn a_run_reads_back(
            schedule in ".*", times in (0..4_000_000_000_000_i64, 0..4_000_000_000_000_i64),
            swept in proptest::option::of(0..4_000_000_000_000_i64), failure in proptest::option::of(".*"),
            offices_failed: usize, troubled_offices in proptest::collection::vec(".*", 0..3),
        ) {
            let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
            let (ran_at, due_at, swept_at) = (at(times.0), at(times.1), swept.map(at));
            let run = ShardRun { schedule, ran_at, swept_at, due_at, failure, offices_failed, troubled_offices };
            prop_assert_eq!(ShardRun::from_item(run.to_item().unwrap()), Some(run));
        }
    }
}
