//! Which events ask for which forms: what people did to their events, and when.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::table::EventPlace;
use crate::wire::{PersonDays, key};

/// Google's `updated` may be ahead of the clock by as many changes as come in one millisecond.
const ABOUT: Duration = Duration::seconds(1);

/// An event of a manual user, or a day of a series, as the person left it.
#[derive(Clone, Debug)]
pub struct HandmadeEvent {
    pub calendar: &'static str,
    pub id: String,
    pub person: &'static str,
    /// The days as in the marks of an approved event: `2026-06-18/2026-06-20`.
    pub days: String,
    pub deleted: bool,
    /// When a person gave it a title, unless it was approved after that.
    pub renamed: Option<u64>,
    /// The series of a day, and the date that it was planned for.
    pub series: Option<(String, NaiveDate)>,
    /// The days that it had before.
    pub earlier: Vec<String>,
}

impl HandmadeEvent {
    /// A new event, which is no day of a series.
    pub fn new(calendar: &'static str, id: String, person: &'static str, days: String) -> Self {
        Self { calendar, id, person, days, deleted: false, renamed: None, series: None, earlier: Vec::new() }
    }
}

/// An event that a person made.
#[derive(Debug, Default)]
struct TrackedEvent {
    calendar: &'static str,
    person: &'static str,
    days: String,
    /// When it last got its days and calendar, or was deleted or restored.
    changed: u64,
    /// When a person deleted it, if it was not restored since.
    deleted: Option<u64>,
}

/// What people did to their events.
#[derive(Debug, Default)]
pub struct EventHistory {
    made: HashMap<String, TrackedEvent>,
    /// When an event first and last asked for a form.
    asked: HashMap<(PersonDays, String), (DateTime<Utc>, DateTime<Utc>)>,
    /// When each calendar got the cursor that it has; none if Google has refused it.
    followed: HashMap<String, u64>,
}

impl EventHistory {
    /// A person gave an event, which may be new, these days in this calendar.
    pub fn days_given(&mut self, made: &HandmadeEvent, tick: u64) {
        let tracked = self.made.entry(made.id.clone()).or_default();
        (tracked.calendar, tracked.person, tracked.days) = (made.calendar, made.person, made.days.clone());
        tracked.changed = tick;
    }

    /// A person deleted or restored an event.
    pub fn deleted(&mut self, event: &str, is_deleted: bool, tick: u64) {
        if let Some(made) = self.made.get_mut(event) {
            (made.changed, made.deleted) = (tick, is_deleted.then_some(tick));
        }
    }

    /// A person changed something about an event. If a sweep finds the event only later, it asks for its form from now
    /// on.
    pub fn touched(&mut self, event: &str, now: DateTime<Utc>) {
        if let Some(key) = self.made.get(event).and_then(|made| key(made.person, &made.days)) {
            self.asked.entry((key, event.to_owned())).or_insert((now, now)).1 = now;
        }
    }

    /// The calendar has a cursor.
    pub fn followed(&mut self, calendar: String, tick: u64) {
        self.followed.entry(calendar).or_insert(tick);
    }

    /// Google refuses the cursor of this calendar.
    pub fn lost_track(&mut self, calendar: &str) {
        self.followed.remove(calendar);
    }

    /// Whether a sweep was shown the event where it is, even out of range, because the calendar had a cursor by then.
    pub fn was_listed(&self, event: &str) -> bool {
        let followed =
            |made: &TrackedEvent| self.followed.get(made.calendar).is_some_and(|since| *since < made.changed);
        self.made.get(event).is_some_and(followed)
    }

    /// Whether any event may have asked for this form since then.
    pub fn asks_since(&self, key: &PersonDays, since: DateTime<Utc>) -> bool {
        self.asked.iter().any(|((asked, _), (_, last))| asked == key && *last + ABOUT >= since)
    }

    /// Whether this event asks for this form only since then.
    pub fn asks_only_since(&self, key: &PersonDays, event: &str, since: DateTime<Utc>) -> bool {
        let asked = self.asked.get(&(key.clone(), event.to_owned()));
        asked.is_some_and(|(first, _)| *first > since + ABOUT)
    }

    /// What was wrong with the event when a process looked at it that now sends this form for it.
    pub fn wrong_at(&self, looked: u64, (calendar, event): &EventPlace, form: &PersonDays) -> Option<&'static str> {
        let Some(made) = self.made.get(event) else { return Some("nobody's") };
        if made.deleted.is_some_and(|deleted| deleted < looked) {
            return Some("deleted");
        }
        let is_there = made.calendar == calendar && key(made.person, &made.days).as_ref() == Some(form);
        (!is_there && made.changed < looked).then_some("somewhere else")
    }
}
