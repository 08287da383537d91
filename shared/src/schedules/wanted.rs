//! The schedules that there should be: pure, from the timetable, the calendars and the stack.

use serde_json::{Value, json};

use super::timetable::Timetable;
use crate::config::Aws;
use crate::domain::appointment::Appointment;
use crate::domain::office::Office;
use crate::domain::rounds::{Rounds, patience, whole_minutes};
use crate::domain::schedule::{Ours, Schedule, Target, describe_reload, describe_sweep, in_words};

/// The schedule `maintain` fires every hour, and most often made the schedule of the reloads: half an hour is as far from it
/// as possible, in minutes.
const BESIDE_MAINTAIN: u32 = 30;
/// The most repetitions that the Scheduler makes; a schedule's patience ends them.
const RETRIES: i32 = 185;

/// What schedules need to know about their stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The schedule group.
    pub group: String,
    /// The ARN of the function that the schedules call.
    pub function: String,
    /// The ARN of the role with which the Scheduler calls the function.
    pub role: String,
    /// The ARN of the queue for events that could not be delivered.
    pub dead_letter_queue: Option<String>,
}

/// Why there are no schedules to keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not set: {}", .0.join(", "))]
pub struct NotConfigured(Vec<&'static str>);

impl Stack {
    /// The stack that the settings name, with the function that it is called in.
    pub fn of(aws: &Aws, function: &str) -> Result<Self, NotConfigured> {
        match (&aws.schedule_group, &aws.scheduler_role_arn) {
            (Some(group), Some(role)) => Ok(Self {
                group: group.clone(),
                function: function.to_owned(),
                role: role.clone(),
                dead_letter_queue: aws.dead_letter_queue_arn.clone(),
            }),
            (group, role) => {
                let keys = [("aws.schedule_group", group.is_none()), ("aws.scheduler_role_arn", role.is_none())];
                Err(NotConfigured(keys.into_iter().filter(|(_, missing)| *missing).map(|(key, _)| key).collect()))
            }
        }
    }

    /// What a schedule calls that fires `every` so many minutes.
    fn target(&self, every: u32, input: &Value) -> Target {
        Target {
            function: self.function.clone(),
            role: self.role.clone(),
            input: input.to_string(),
            dead_letter_queue: self.dead_letter_queue.clone(),
            patience: i32::try_from(patience(every) * 60).ok(),
            retries: Some(RETRIES),
        }
    }
}

/// A schedule that there should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedSchedule {
    /// The schedule, still without its start.
    pub schedule: Schedule,
    /// When it first fires.
    pub begins: Beginning,
}

/// When a schedule first fires. None does as soon as it is made: what makes it is still at work then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// In step with the sweeps of the other shards.
    InStep(Spread),
    /// So many minutes after it is made.
    Later(u32),
}

/// A place in the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Minutes after the first shard.
    pub offset: u32,
    /// The interval in minutes.
    pub every: u32,
}

/// The wanted schedules.
pub fn wanted(timetable: Timetable, offices: &[Office], stack: &Stack) -> Vec<WantedSchedule> {
    let rounds = timetable.rounds(offices);
    let sweeps = rounds.iter().flat_map(|rounds| (0..rounds.shards).map(move |shard| sweep(rounds, shard, stack)));
    let reload = timetable.reloads.map(|interval| reload(whole_minutes(interval), stack));
    sweeps.chain(reload).collect()
}

fn sweep(rounds: &Rounds, shard: u32, stack: &Stack) -> WantedSchedule {
    let (of, every, units) = (rounds.shards, rounds.every, rounds.share.units_per_minute());
    let appointment = Appointment::every(every);
    let input =
        json!({"task": "sweep", "shard": shard, "shards": of, "units_per_minute": units, "schedule": appointment});
    let target = stack.target(every, &input);
    WantedSchedule {
        schedule: schedule(Ours::Sweep { shard, of }, describe_sweep(rounds, shard), every, target),
        begins: Beginning::InStep(Spread { offset: rounds.offset(shard), every }),
    }
}

fn reload(every: u32, stack: &Stack) -> WantedSchedule {
    let target = stack.target(every, &json!({"task": "reload", "schedule": Appointment::every(every)}));
    let schedule = schedule(Ours::Reload, describe_reload(every), every, target);
    WantedSchedule { schedule, begins: Beginning::Later(every.div_ceil(2).min(BESIDE_MAINTAIN)) }
}

fn schedule(name: Ours, description: String, every: u32, target: Target) -> Schedule {
    Schedule {
        name: name.name(),
        description,
        expression: format!("rate({})", in_words(every)),
        time_zone: "UTC".to_owned(),
        start: None,
        enabled: true,
        target,
        extras: Vec::new(),
    }
}
