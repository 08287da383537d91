//! What a test does to schedules, and what it sees of them.

use super::{StoredSchedule, content, expression::Expression};
use crate::World;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

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

impl World {
    /// Makes a schedule group.
    pub fn add_schedule_group(&self, name: &str) {
        self.lock().scheduler.groups.insert(name.to_owned());
    }

    /// Makes or replaces a schedule as another program or a person would; the content is as in `CreateSchedule`, and
    /// what is wrong with it is a violation.
    pub fn put_schedule(&self, group: &str, name: &str, content: Value) {
        let mut state = self.lock();
        let now = state.now();
        let mut body = if let Value::Object(members) = content { members } else { serde_json::Map::new() };
        body.insert("GroupName".to_owned(), json!(group));
        if let Err(mistake) = content::check(&body, now) {
            state.violation(format!("put_schedule: {mistake}"));
        }
        let content = content::with_defaults(&body);
        let stored = StoredSchedule { content, created: now, modified: now, made_by: body };
        state.scheduler.schedules.insert((group.to_owned(), name.to_owned()), stored);
    }

    /// Deletes a schedule behind everyone's back.
    pub fn remove_schedule(&self, group: &str, name: &str) {
        self.lock().scheduler.schedules.remove(&(group.to_owned(), name.to_owned()));
    }

    /// A schedule as `GetSchedule` answers it.
    pub fn schedule(&self, group: &str, name: &str) -> Option<Value> {
        let key = (group.to_owned(), name.to_owned());
        let state = self.lock();
        state.scheduler.schedules.get(&key).map(|stored| Value::Object(stored.whole(&key)))
    }

    /// The names of a group's schedules.
    pub fn schedules(&self, group: &str) -> Vec<String> {
        let state = self.lock();
        let keys = state.scheduler.schedules.keys().filter(|(of, _)| of == group);
        keys.map(|(_, name)| name.clone()).collect()
    }

    /// The schedules of a group that fire in the minute in which `at` is, by name. One without a start fires first when it
    /// was made or changed; cron expressions are not played.
    pub fn firings(&self, group: &str, at: DateTime<Utc>) -> Vec<Firing> {
        let minute = at - TimeDelta::seconds(at.timestamp().rem_euclid(60));
        let state = self.lock();
        let schedules = state.scheduler.schedules.iter().filter(|((of, _), _)| of == group);
        schedules.filter(|(_, stored)| stored.fires_in(minute)).map(|((_, name), stored)| stored.firing(name)).collect()
    }
}

impl StoredSchedule {
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

    fn firing(&self, name: &str) -> Firing {
        let target = self.content.get("Target").cloned().unwrap_or_default();
        let text = |member: &str| target[member].as_str().unwrap_or_default().to_owned();
        Firing {
            schedule: name.to_owned(),
            target: text("Arn"),
            input: serde_json::from_str(&text("Input")).unwrap_or_default(),
        }
    }
}
