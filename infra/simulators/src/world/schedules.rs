//! The part of [`World`] in which a test makes schedules and sees when they fire.

use super::handle::World;
use crate::services::scheduler::schedules::{Firing, ScheduleKey};
use chrono::{DateTime, Utc};
use serde_json::Value;

impl World {
    /// Makes a schedule group.
    pub fn add_schedule_group(&self, name: &str) {
        self.lock().services.scheduler.groups.insert(name.to_owned());
    }

    /// Makes or replaces a schedule as another program or a person would. The content is that of `CreateSchedule`;
    /// wrong content is a violation.
    pub fn put_schedule(&self, group: &str, name: &str, content: Value) {
        let mut state = self.lock();
        let now = state.chronicle.now();
        let body = if let Value::Object(members) = content { members } else { serde_json::Map::new() };
        if let Some(mistake) = state.services.scheduler.put(ScheduleKey::new(group, name), body, now) {
            state.chronicle.violation(format!("put_schedule: {mistake}"));
        }
    }

    /// Deletes a schedule, as another program or a person would.
    pub fn remove_schedule(&self, group: &str, name: &str) {
        self.lock().services.scheduler.schedules.remove(&ScheduleKey::new(group, name));
    }

    /// A schedule as `GetSchedule` answers it.
    pub fn schedule(&self, group: &str, name: &str) -> Option<Value> {
        let key = ScheduleKey::new(group, name);
        let state = self.lock();
        state.services.scheduler.schedules.get(&key).map(|stored| Value::Object(stored.whole(&key)))
    }

    /// The names of a group's schedules.
    pub fn schedules(&self, group: &str) -> Vec<String> {
        let state = self.lock();
        let keys = state.services.scheduler.schedules.keys().filter(|key| key.group == group);
        keys.map(|key| key.name.clone()).collect()
    }

    /// The schedules of a group that fire in the minute of `at`, by name. A schedule without a start fires first when
    /// it is made or changed. Cron expressions never fire here.
    pub fn firings(&self, group: &str, at: DateTime<Utc>) -> Vec<Firing> {
        self.lock().services.scheduler.firings(group, at)
    }
}
