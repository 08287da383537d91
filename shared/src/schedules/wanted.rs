//! The schedules that there should be: pure, from the timetable, the calendars and the stack.

use serde_json::{Value, json};

use super::timetable::Timetable;
use crate::config::Aws;
use crate::domain::appointment::Appointment;
use crate::domain::office::Office;
use crate::domain::rounds::{Rounds, patience, whole_minutes};
use crate::domain::schedule::{Ours, Schedule, Target, describe_reload, describe_sweep, in_words};

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
    /// When it begins, relative to the others; `None`: at once.
    pub spread: Option<Spread>,
}

/// A place in the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Minutes after the first shard.
    pub offset: u32,
    /// The interval in minutes.
    pub every: u32,
}

/// The wanted schedules, and what a person should know about them.
pub fn wanted(timetable: Timetable, offices: &[Office], stack: &Stack) -> (Vec<WantedSchedule>, Vec<String>) {
    let calendars = offices.iter().map(|office| &office.calendar_id);
    let rounds = timetable.sweeps.and_then(|interval| Rounds::plan(calendars, interval));
    let mut warnings = Vec::new();
    if let Some((rounds, interval)) = rounds.zip(timetable.sweeps)
        && rounds.every > whole_minutes(interval)
    {
        let (asked, every) = (in_words(whole_minutes(interval)), in_words(rounds.every));
        warnings.push(format!(
            "general.manual_calendar_check_interval: {asked} cannot be met within Google's quota with {} offices; \
             the smallest interval that can is {every}, which is used",
            offices.len()
        ));
    }
    let sweeps = rounds.iter().flat_map(|rounds| (0..rounds.shards).map(move |shard| sweep(rounds, shard, stack)));
    let reload = timetable.reloads.map(|interval| reload(whole_minutes(interval), stack));
    (sweeps.chain(reload).collect(), warnings)
}

fn sweep(rounds: &Rounds, shard: u32, stack: &Stack) -> WantedSchedule {
    let (of, every, units) = (rounds.shards, rounds.every, rounds.share.units_per_minute());
    let turn = Appointment::every(every);
    let input = json!({"task": "sweep", "shard": shard, "shards": of, "units_per_minute": units, "schedule": turn});
    let target = stack.target(every, &input);
    WantedSchedule {
        schedule: schedule(Ours::Sweep { shard, of }, describe_sweep(rounds, shard), every, target),
        spread: Some(Spread { offset: rounds.offset(shard), every }),
    }
}

fn reload(every: u32, stack: &Stack) -> WantedSchedule {
    let target = stack.target(every, &json!({"task": "reload"}));
    WantedSchedule { schedule: schedule(Ours::Reload, describe_reload(every), every, target), spread: None }
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
