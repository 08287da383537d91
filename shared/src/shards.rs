//! Notes what became of the scheduled sweeps, and finds the shard that was not swept for the longest time.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::app::Moffman;
use crate::domain::rounds::FUNCTION_TIMEOUT;
use crate::metrics;
use crate::store::StoreError;
use crate::store::shard_run::ShardRun;

/// A scheduled sweep that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteOrder {
    /// What became of it.
    pub run: ShardRun,
}

/// Which shards to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasureOrder<'a> {
    /// The schedules of the shards, and when each first fires.
    pub schedules: &'a [(String, DateTime<Utc>)],
}

/// How old the shards are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShardAges {
    /// How long ago the shard was swept that has waited longest, in seconds. `None`: no schedule has fired yet.
    pub oldest_seconds: Option<i64>,
    /// The last sweeps of shards that failed, or after which the next one did not come.
    pub troubled: Vec<ShardRun>,
}

/// Notes a scheduled sweep. That it cannot be noted is logged; the sweep is done all the same.
pub async fn note_run(app: &Moffman, order: &NoteOrder) {
    if let Err(error) = app.store.keep_run(order.run.clone()).await {
        tracing::warn!(%error, "it cannot be noted that a shard was swept");
    }
}

/// Measures the oldest of the shards. A shard is as old as its last sweep that read a calendar, or as its schedule where
/// that is younger.
pub async fn measure_ages(app: &Moffman, order: &MeasureOrder<'_>) -> Result<ShardAges, StoreError> {
    let (now, runs) = (app.clock.now(), app.store.last_runs().await?.shards);
    let run_of = |schedule: &str| runs.iter().find(|run| run.schedule == schedule);
    let begun = order.schedules.iter().filter(|(_, start)| *start <= now);
    let oldest_seconds = begun.map(|(schedule, start)| age(run_of(schedule), *start, now)).max();
    metrics::oldest_shard(oldest_seconds.unwrap_or(0), now);
    let present = order.schedules.iter().filter_map(|(schedule, start)| Some((run_of(schedule)?, *start)));
    let troubled = present.filter(|(run, start)| is_troubled(run, *start, now)).map(|(run, _)| run.clone());
    let troubled: Vec<ShardRun> = troubled.collect();
    for run in &troubled {
        let due_seconds = (now - run.due_at).num_seconds();
        tracing::warn!(run.schedule, run.failure, run.offices_failed, due_seconds, "a shard has trouble");
    }
    Ok(ShardAges { oldest_seconds, troubled })
}

fn age(run: Option<&ShardRun>, start: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let swept = run.and_then(|run| run.swept_at).map_or(start, |swept| swept.max(start));
    (now - swept).num_seconds().max(0)
}

/// Whether the last sweep failed, or the next one is over time by as long as a sweep may take. What was noted before the
/// schedule's start is of an earlier schedule of this name.
fn is_troubled(run: &ShardRun, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let has_failed = run.failure.is_some() && run.ran_at >= start;
    has_failed || now - run.due_at.max(start) > TimeDelta::minutes(i64::from(FUNCTION_TIMEOUT))
}
