//! What has to be done so that the schedules are the wanted ones, as data that prints. Pure.
//!
//! A diff is stable: what was made by an earlier one is unchanged for the next, although its start has passed since.

use std::fmt;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::wanted::{Beginning, WantedSchedule};
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
    let starts = Starts::of(actual, &wanted, now);
    let names: Vec<String> = wanted.iter().map(|wanted| wanted.schedule.name.clone()).collect();
    let mut diff = Diff::default();
    for WantedSchedule { schedule: mut to, begins } in wanted {
        to.start = Some(starts.start(begins));
        let Some(is) = actual.iter().find(|is| is.name == to.name) else {
            diff.changes.push(Change::Create(to));
            continue;
        };
        let mut differences = differences(is, &to);
        if !is.start.is_some_and(|start| starts.fits(start, begins)) {
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

/// When schedules start.
struct Starts {
    /// This minute.
    now: DateTime<Utc>,
    /// A start of the first shard.
    first: DateTime<Utc>,
    /// No new start of a sweep is before this.
    earliest: DateTime<Utc>,
}

impl Starts {
    /// In step with the schedules that have the wanted interval and share already. If there is none, soon, but not while sweeps
    /// may run that share the quota in another way.
    fn of(actual: &[Schedule], wanted: &[WantedSchedule], now: DateTime<Utc>) -> Self {
        let now = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let mut present = wanted.iter().filter_map(|wanted| {
            let Beginning::InStep(spread) = wanted.begins else { return None };
            let is = actual.iter().find(|is| is.name == wanted.schedule.name)?;
            let to = &wanted.schedule;
            let same = is.expression == to.expression && is.target.input == to.target.input;
            is.start.filter(|_| same).map(|start| start - minutes(spread.offset))
        });
        if let Some(first) = present.next() {
            return Self { now, first, earliest: now + minutes(SOON) };
        }
        let replaces = actual.iter().any(|is| matches!(Ours::parse(&is.name), Some(Ours::Sweep { .. })));
        let first = now + minutes(if replaces { AFTER_THE_OTHERS } else { SOON });
        Self { now, first, earliest: first }
    }

    /// The first start of a schedule that is made now.
    fn start(&self, begins: Beginning) -> DateTime<Utc> {
        let spread = match begins {
            Beginning::InStep(spread) => spread,
            Beginning::Later(wait) => return self.now + minutes(wait),
        };
        let ahead = (self.first + minutes(spread.offset) - self.earliest).num_seconds();
        self.earliest + TimeDelta::seconds(ahead.rem_euclid(i64::from(spread.every) * 60))
    }

    /// Whether a schedule with this start fires when it should.
    fn fits(&self, start: DateTime<Utc>, begins: Beginning) -> bool {
        match begins {
            Beginning::InStep(spread) => {
                let early = (start - self.first - minutes(spread.offset)).num_seconds();
                early.rem_euclid(i64::from(spread.every) * 60) == 0
                    && start <= self.earliest + minutes(spread.every) + minutes(AFTER_THE_OTHERS)
            }
            Beginning::Later(wait) => start <= self.now + minutes(wait) + minutes(SOON),
        }
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

impl Change {
    /// The schedule that it is about.
    pub fn name(&self) -> &str {
        match self {
            Self::Create(to) | Self::Update { to, .. } => &to.name,
            Self::Delete(name) => name,
        }
    }

    /// Whether `found` is what the change makes. Whoever made it may have chosen another start.
    pub fn is_made(&self, found: Option<&Schedule>) -> bool {
        match self {
            Self::Create(to) | Self::Update { to, .. } => found.is_some_and(|is| differences(is, to).is_empty()),
            Self::Delete(_) => found.is_none(),
        }
    }
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
