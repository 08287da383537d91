//! How a [`Store`] reads what became of everything that is scheduled.

use super::Store;
use super::attributes::{Item, text};
use super::error::StoreError;
use super::key::{ItemKey, RUNS};
use super::reload_run::{RELOAD, ReloadRun};
use super::shard_run::ShardRun;

/// What became of everything that is scheduled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastRuns {
    /// The last sweeps of all shards, also of those that are not swept any more.
    pub shards: Vec<ShardRun>,
    /// The last reload.
    pub reload: Option<ReloadRun>,
}

impl LastRuns {
    /// Adds an item. What cannot be read is left out.
    fn add(&mut self, item: Item) {
        if ItemKey::of(&item).is_some_and(|key| key.sort == RELOAD) {
            self.reload = ReloadRun::from_item(item);
        } else {
            self.shards.extend(ShardRun::from_item(item));
        }
    }
}

impl Store {
    /// What became of everything that is scheduled.
    pub async fn last_runs(&self) -> Result<LastRuns, StoreError> {
        let query = self.query().key_condition_expression("pk = :runs");
        let mut items = query.expression_attribute_values(":runs", text(RUNS)).into_paginator().items().send();
        let mut runs = LastRuns::default();
        while let Some(item) = items.next().await.transpose()? {
            runs.add(item);
        }
        Ok(runs)
    }
}
