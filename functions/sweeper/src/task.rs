//! What an invocation asks for, read strictly, because a misspelt task must not run another one.

use serde::Deserialize;
use serde_json::Value;

use moffman::domain::appointment::Appointment;
use moffman::domain::quota::{FOR_SWEEPING, Share};
use moffman::sweep::SweepScope;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Sweep calendars: `{"task":"sweep"}`, with `office_id`, or with `shard` and `shards`; with `units_per_minute`;
    /// with `schedule`, as schedules have it; `dry_run` changes nothing.
    Sweep {
        /// Which calendars.
        scope: SweepScope,
        /// Answer the plan and change nothing.
        dry_run: bool,
        /// What the sweep may take of Google's quota; `None`: all that is meant for sweeping.
        share: Option<Share>,
        /// When its schedule wanted it; `None`: somebody ordered it.
        appointment: Option<Appointment>,
    },
    /// Load the spreadsheet and align the schedules: `{"task":"reload"}`, with `schedule`, as schedules have it.
    Reload {
        /// Answer what would become of the schedules; load and change nothing.
        dry_run: bool,
        /// When its schedule wanted it; `None`: somebody ordered it.
        appointment: Option<Appointment>,
    },
    /// Align the schedules, and load the spreadsheet only if it never was: `{"task":"maintain"}`.
    Maintain {
        /// Answer what would become of the schedules; load and change nothing.
        dry_run: bool,
    },
}

impl Task {
    /// The task's name in an event.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sweep { .. } => "sweep",
            Self::Reload { .. } => "reload",
            Self::Maintain { .. } => "maintain",
        }
    }
}

/// Why an event is no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// The event is not an object of this shape; the text says where.
    #[error("the event is no task: {0}")]
    Malformed(String),
    /// An office and a shard exclude each other; a shard needs its number and how many there are.
    #[error("give `office_id`, or `shard` and `shards`, or none of them")]
    SweepScope,
    /// The units are too few for a call, or more than sweeping may take.
    #[error("`units_per_minute` must be from {least} to {FOR_SWEEPING}, not {0}", least = Share::SMALLEST)]
    Share(u32),
    /// There is no such shard.
    #[error("`shard` must be below `shards`: 0 to {last}, not {shard}", last = shards.saturating_sub(1))]
    NoSuchShard {
        /// The shard asked for.
        shard: u32,
        /// The number of shards.
        shards: u32,
    },
}

#[derive(Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
enum TaskEvent {
    Sweep {
        office_id: Option<String>,
        shard: Option<u32>,
        shards: Option<u32>,
        units_per_minute: Option<u32>,
        schedule: Option<Appointment>,
        dry_run: Option<bool>,
    },
    Reload {
        schedule: Option<Appointment>,
        dry_run: Option<bool>,
    },
    Maintain {
        dry_run: Option<bool>,
    },
}

impl TryFrom<Value> for Task {
    type Error = TaskError;

    fn try_from(event: Value) -> Result<Self, TaskError> {
        let event = serde_json::from_value(event).map_err(|error| TaskError::Malformed(error.to_string()))?;
        Ok(match event {
            TaskEvent::Sweep { office_id, shard, shards, units_per_minute, schedule, dry_run } => Self::Sweep {
                scope: scope(office_id, shard, shards)?,
                dry_run: dry_run.unwrap_or(false),
                share: units_per_minute.map(share).transpose()?,
                appointment: schedule,
            },
            TaskEvent::Reload { schedule, dry_run } => {
                Self::Reload { dry_run: dry_run.unwrap_or(false), appointment: schedule }
            }
            TaskEvent::Maintain { dry_run } => Self::Maintain { dry_run: dry_run.unwrap_or(false) },
        })
    }
}

fn scope(office_id: Option<String>, shard: Option<u32>, shards: Option<u32>) -> Result<SweepScope, TaskError> {
    match (office_id, shard, shards) {
        (None, None, None) => Ok(SweepScope::All),
        (Some(name), None, None) => Ok(SweepScope::Office(name)),
        (None, Some(index), Some(of)) if index < of => Ok(SweepScope::Shard { index, of }),
        (None, Some(shard), Some(shards)) => Err(TaskError::NoSuchShard { shard, shards }),
        _ => Err(TaskError::SweepScope),
    }
}

fn share(units: u32) -> Result<Share, TaskError> {
    Share::new(units).ok_or(TaskError::Share(units))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_task_is_read() {
        let sweep = |scope, dry_run| Ok(Task::Sweep { scope, dry_run, share: None, appointment: None });
        assert_eq!(json!({"task": "sweep"}).try_into(), sweep(SweepScope::All, false));
        assert_eq!(json!({"task": "sweep", "dry_run": true}).try_into(), sweep(SweepScope::All, true));
        let office = json!({"task": "sweep", "office_id": "Brno"});
        assert_eq!(office.try_into(), sweep(SweepScope::Office("Brno".into()), false));
        let shard = json!({"task": "sweep", "shard": 1, "shards": 2});
        assert_eq!(shard.try_into(), sweep(SweepScope::Shard { index: 1, of: 2 }, false));
        let paced = json!({"task": "sweep", "shard": 0, "shards": 50, "units_per_minute": 48});
        let scope = SweepScope::Shard { index: 0, of: 50 };
        let paced_task = Task::Sweep { scope, dry_run: false, share: Share::new(48), appointment: None };
        assert_eq!(paced.try_into(), Ok(paced_task));
        let appointment = Appointment::every(71);
        let scheduled = Ok(Task::Sweep {
            scope: SweepScope::All,
            dry_run: false,
            share: None,
            appointment: Some(appointment.clone()),
        });
        assert_eq!(json!({"task": "sweep", "schedule": appointment}).try_into(), scheduled);
        let scheduled = Ok(Task::Reload { dry_run: false, appointment: Some(appointment.clone()) });
        assert_eq!(json!({"task": "reload", "schedule": appointment}).try_into(), scheduled);
        for dry_run in [false, true] {
            let reload = Ok(Task::Reload { dry_run, appointment: None });
            assert_eq!(json!({"task": "reload", "dry_run": dry_run}).try_into(), reload);
            assert_eq!(json!({"task": "maintain", "dry_run": dry_run}).try_into(), Ok(Task::Maintain { dry_run }));
        }
        assert_eq!(json!({"task": "reload"}).try_into(), Ok(Task::Reload { dry_run: false, appointment: None }));
        assert_eq!(json!({"task": "maintain"}).try_into(), Ok(Task::Maintain { dry_run: false }));
    }

    #[test]
    fn what_is_no_task_is_refused_with_a_reason() {
        for (event, reason) in [
            (json!({}), "missing field `task`"),
            (json!([]), "the event is no task"),
            (json!({"task": "sweeep"}), "unknown variant `sweeep`"),
            (json!({"task": "sweep", "office": "Brno"}), "unknown field `office`"),
            (json!({"task": "sweep", "dry_run": "true"}), "expected a boolean"),
            (json!({"task": "sweep", "shard": 2, "shards": 2}), "0 to 1, not 2"),
            (json!({"task": "sweep", "shard": 0, "shards": 0}), "must be below `shards`"),
            (json!({"task": "sweep", "shard": -1, "shards": 2}), "the event is no task"),
            (json!({"task": "sweep", "shard": 1}), "`shard` and `shards`"),
            (json!({"task": "sweep", "shard": 0, "shards": 1, "office_id": "Brno"}), "or none of them"),
            (json!({"task": "sweep", "units_per_minute": 3}), "must be from 4 to 420, not 3"),
            (json!({"task": "sweep", "units_per_minute": 421}), "must be from 4 to 420, not 421"),
            (json!({"task": "sweep", "schedule": {"time": "", "every": 5}}), "unknown field `every`"),
            (json!({"task": "reload", "shard": 0}), "unknown field `shard`, expected `schedule` or `dry_run`"),
            (json!({"task": "reload", "schedule": {"time": "", "every": 5}}), "unknown field `every`"),
            (
                json!({"task": "maintain", "units_per_minute": 48}),
                "unknown field `units_per_minute`, expected `dry_run`",
            ),
            (json!({"task": "maintain", "office_id": "Brno"}), "unknown field `office_id`, expected `dry_run`"),
        ] {
            let error = Task::try_from(event.clone()).unwrap_err().to_string();
            assert!(error.contains(reason), "{event}: {error}");
        }
    }
}
