//! The schedules of all groups, and when they fire.

use super::{content, expression::Expression};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A schedule that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// The schedule's name.
    pub schedule: String,
    /// The ARN of what it invokes.
    pub target: String,
    /// The event that the target gets.
    pub input: Value,
}

/// What identifies a schedule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScheduleKey {
    pub(crate) group: String,
    pub(crate) name: String,
}

/// The groups and their schedules.
#[derive(Debug, Default)]
pub(crate) struct ScheduleStore {
    pub(crate) groups: BTreeSet<String>,
    pub(crate) schedules: BTreeMap<ScheduleKey, StoredSchedule>,
    /// The most schedules listed on a page, whatever a request asks for.
    pub(crate) page_size: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct StoredSchedule {
    /// The members that `GetSchedule` answers, without the ARN, the name and the dates.
    pub(super) content: Map<String, Value>,
    created: DateTime<Utc>,
    pub(super) modified: DateTime<Utc>,
    /// The body of the request that made it, by which a repeat of that request is recognised.
    pub(super) made_by: Map<String, Value>,
}

impl ScheduleKey {
    pub(crate) fn new(group: &str, name: &str) -> Self {
        Self { group: group.to_owned(), name: name.to_owned() }
    }

    pub(super) fn arn(&self) -> String {
        format!("arn:aws:scheduler:eu-central-1:000000000000:schedule/{}/{}", self.group, self.name)
    }
}

impl ScheduleStore {
    pub(super) fn has_group(&self, name: &str) -> bool {
        name == "default" || self.groups.contains(name)
    }

    /// Makes or replaces a schedule even if its content is wrong, and answers what is wrong.
    pub(crate) fn put(&mut self, key: ScheduleKey, mut body: Map<String, Value>, now: DateTime<Utc>) -> Option<String> {
        body.insert("GroupName".to_owned(), json!(key.group));
        let mistake = content::check(&body, now).err();
        self.schedules.insert(key, StoredSchedule::new(body, now));
        mistake
    }

    /// The schedules of a group that fire in the minute of `at`, by name.
    pub(crate) fn firings(&self, group: &str, at: DateTime<Utc>) -> Vec<Firing> {
        let minute = at - TimeDelta::seconds(at.timestamp().rem_euclid(60));
        let schedules = self.schedules.iter().filter(|(key, _)| key.group == group);
        let due = schedules.filter(|(_, stored)| stored.fires_in(minute));
        due.map(|(key, stored)| stored.firing(&key.name, minute)).collect()
    }
}

impl StoredSchedule {
    pub(super) fn new(body: Map<String, Value>, now: DateTime<Utc>) -> Self {
        Self { content: content::with_defaults(&body), created: now, modified: now, made_by: body }
    }

    /// The schedule as `GetSchedule` answers it.
    pub(crate) fn whole(&self, key: &ScheduleKey) -> Map<String, Value> {
        let mut whole = self.content.clone();
        whole.insert("Arn".to_owned(), json!(key.arn()));
        whole.insert("Name".to_owned(), json!(key.name));
        whole.insert("CreationDate".to_owned(), json!(self.created.timestamp()));
        whole.insert("LastModificationDate".to_owned(), json!(self.modified.timestamp()));
        whole
    }

    /// The schedule as `ListSchedules` answers it.
    pub(super) fn summary(&self, key: &ScheduleKey) -> Value {
        let whole = Value::Object(self.whole(key));
        let mut summary = json!({ "Target": { "Arn": whole["Target"]["Arn"] } });
        for member in ["Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate"] {
            summary[member] = whole[member].clone();
        }
        summary
    }

    fn fires_in(&self, minute: DateTime<Utc>) -> bool {
        let instant = |member: &str| {
            let seconds = self.content.get(member).and_then(Value::as_f64)?;
            #[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
            let seconds = seconds as i64;
            DateTime::from_timestamp(seconds, 0)
        };
        let text = |member: &str| self.content.get(member).and_then(Value::as_str).unwrap_or_default();
        let start = instant("StartDate").unwrap_or(self.modified);
        let ended = instant("EndDate").is_some_and(|end| minute >= end);
        let expression = Expression::parse(text("ScheduleExpression"));
        text("State") == "ENABLED" && !ended && expression.is_some_and(|expression| expression.fires_in(minute, start))
    }

    /// What the target gets in this minute, with the time where the input asks for it.
    fn firing(&self, name: &str, minute: DateTime<Utc>) -> Firing {
        let target = self.content.get("Target").cloned().unwrap_or_default();
        let text = |member: &str| target[member].as_str().unwrap_or_default().to_owned();
        let time = minute.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let input = text("Input").replace("<aws.scheduler.scheduled-time>", &time);
        Firing {
            schedule: name.to_owned(),
            target: text("Arn"),
            input: serde_json::from_str(&input).unwrap_or_default(),
        }
    }
}
