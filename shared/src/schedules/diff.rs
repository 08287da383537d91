//! What has to be done so that the schedules are the wanted ones, as data that prints. Pure.
//!
//! A diff is stable: what was made by an earlier one is unchanged for the next, although its start has passed since.

use std::fmt;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::wanted::{Spread, WantedSchedule};
use crate::domain::rounds::FUNCTION_TIMEOUT;
use crate::domain::schedule::{Ours, Schedule};

/// How long after the alignment the first sweep begins, in minutes.
const SOON: u32 = 1;
/// For how long sweeps of replaced schedules may still run, with some time to replace these, in minutes.
const AFTER_THE_OTHERS: u32 = FUNCTION_TIMEOUT + 5;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Make a schedule.
    Create(Schedule),
    /// Replace a schedule as a whole.
    Update {
        /// What it becomes.
        to: Schedule,
        /// What differs, as a person would read it.
        differences: Vec<String>,
    },
    /// Delete the schedule of this name.
    Delete(String),
}

/// What to do, in this order: what replaces something is made before that is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The changes to make.
    pub changes: Vec<Change>,
    /// How many schedules are as they should be.
    pub unchanged: usize,
}

/// Compares schedules of ours with the wanted ones.
pub fn diff(actual: &[Schedule], wanted: Vec<WantedSchedule>, now: DateTime<Utc>) -> Diff {
    let beginning = SweepStarts::of(actual, &wanted, now);
    let names: Vec<String> = wanted.iter().map(|wanted| wanted.schedule.name.clone()).collect();
    let mut diff = Diff::default();
    for WantedSchedule { schedule: mut to, spread } in wanted {
        to.start = spread.map(|spread| beginning.start(spread));
        let Some(is) = actual.iter().find(|is| is.name == to.name) else {
            diff.changes.push(Change::Create(to));
            continue;
        };
        let mut differences = differences(is, &to);
        if spread.is_some_and(|spread| !beginning.is_in_step(is.start, spread)) {
            differences.push("start".to_owned());
        }
        if differences.is_empty() {
            diff.unchanged += 1;
        } else {
            diff.changes.push(Change::Update { to, differences });
        }
    }
    let gone = actual.iter().filter(|is| !names.contains(&is.name));
    diff.changes.extend(gone.map(|is| Change::Delete(is.name.clone())));
    diff
}

/// When the sweeps of the shards start.
struct SweepStarts {
    /// A start of the first shard.
    first: DateTime<Utc>,
    /// No new start is before this.
    earliest: DateTime<Utc>,
}

impl SweepStarts {
    /// In step with the schedules that have the wanted interval already. If there is none, soon, but not while sweeps may run
    /// that share the quota in another way.
    fn of(actual: &[Schedule], wanted: &[WantedSchedule], now: DateTime<Utc>) -> Self {
        let now = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let mut present = wanted.iter().filter_map(|wanted| {
            let is = actual.iter().find(|is| is.name == wanted.schedule.name)?;
            let same = is.expression == wanted.schedule.expression;
            is.start.filter(|_| same).zip(wanted.spread).map(|(start, spread)| start - minutes(spread.offset))
        });
        if let Some(first) = present.next() {
            return Self { first, earliest: now + minutes(SOON) };
        }
        let replaces = actual.iter().any(|is| matches!(Ours::parse(&is.name), Some(Ours::Sweep { .. })));
        let first = now + minutes(if replaces { AFTER_THE_OTHERS } else { SOON });
        Self { first, earliest: first }
    }

    /// The first start that is not before `earliest`.
    fn start(&self, spread: Spread) -> DateTime<Utc> {
        let ahead = (self.first + minutes(spread.offset) - self.earliest).num_seconds();
        self.earliest + TimeDelta::seconds(ahead.rem_euclid(i64::from(spread.every) * 60))
    }

    /// Whether a schedule with this start fires when it should.
    fn is_in_step(&self, start: Option<DateTime<Utc>>, spread: Spread) -> bool {
        start.is_some_and(|start| {
            let early = (start - self.first - minutes(spread.offset)).num_seconds();
            early.rem_euclid(i64::from(spread.every) * 60) == 0
                && start <= self.earliest + minutes(spread.every) + minutes(AFTER_THE_OTHERS)
        })
    }
}

fn minutes(count: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(count))
}

/// What differs besides the start. Roles, functions and queues are not shown: their ARNs say nothing to a reader.
fn differences(is: &Schedule, to: &Schedule) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |differ: bool, text: String| {
        if differ {
            found.push(text);
        }
    };
    compare(is.expression != to.expression, format!("{} becomes {}", is.expression, to.expression));
    compare(is.target.input != to.target.input, format!("input becomes {}", to.target.input));
    compare(is.enabled != to.enabled, "enabled again".to_owned());
    compare(is.time_zone != to.time_zone, "time zone".to_owned());
    compare(is.description != to.description, "description".to_owned());
    compare(is.target.function != to.target.function, "function".to_owned());
    compare(is.target.role != to.target.role, "role".to_owned());
    compare(is.target.dead_letter_queue != to.target.dead_letter_queue, "dead-letter queue".to_owned());
    let retry = |schedule: &Schedule| (schedule.target.patience, schedule.target.retries);
    compare(retry(is) != retry(to), "retry policy".to_owned());
    compare(is.extras != to.extras, format!("without {}", is.extras.join(", ")));
    found
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(schedule) => {
                write!(f, "create {}: {}", schedule.name, schedule.expression)?;
                if let Some(start) = schedule.start {
                    write!(f, " from {}", start.format("%Y-%m-%dT%H:%MZ"))?;
                }
                write!(f, ", {}", schedule.target.input)
            }
            Self::Update { to, differences } => write!(f, "update {}: {}", to.name, differences.join(", ")),
            Self::Delete(name) => write!(f, "delete {name}"),
        }
    }
}

#[cfg(test)]
mod tests;
