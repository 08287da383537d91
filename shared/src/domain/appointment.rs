//! When a scheduled sweep or reload was to begin, as its event says. Pure.
//!
//! An event that waits in Lambda's queue may come long after its time, when it is the time of other sweeps.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::rounds::{SLACK, longest, patience, reach};

/// The Scheduler puts the time in its place:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

/// The time of one turn of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    time: String,
    every_minutes: u32,
}

impl Appointment {
    /// What a schedule's event has that fires every so many minutes.
    pub fn every(minutes: u32) -> Self {
        Self { time: SCHEDULED_TIME.to_owned(), every_minutes: minutes }
    }

    /// The time as the event has it.
    pub fn time(&self) -> &str {
        &self.time
    }

    /// Whether the sweep comes so late that the quota has nothing left for it. A time that cannot be read is not late.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        let latest = TimeDelta::minutes(i64::from(patience(self.every_minutes) + SLACK));
        self.at().is_some_and(|at| now - at > latest)
    }

    /// When the next turn of the schedule is to begin.
    pub fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.at().unwrap_or(now) + TimeDelta::minutes(i64::from(self.every_minutes))
    }

    /// When the sweep, which begins now, is to end: the shares of the others are reckoned so.
    pub fn end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let every = self.every_minutes;
        let (from, minutes) = self.at().map_or((now, longest(every)), |at| (at, reach(every)));
        from + TimeDelta::minutes(i64::from(minutes))
    }

    fn at(&self) -> Option<DateTime<Utc>> {
        self.time.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_late_two_minutes_after_the_scheduler_gave_up_and_ends_in_its_time() {
        let now: DateTime<Utc> = "2026-06-15T08:00:00Z".parse().unwrap();
        let is_late = |time: &str, every_minutes| Appointment { time: time.to_owned(), every_minutes }.is_late(now);
        // Five minutes of patience every two hours, one minute every minute.
        assert!(!is_late("2026-06-15T07:53:00Z", 120) && is_late("2026-06-15T07:52:59Z", 120));
        assert!(!is_late("2026-06-15T07:57:00Z", 1) && is_late("2026-06-15T07:56:59Z", 1));
        assert!(!is_late("2026-06-15T08:30:00Z", 1), "a clock that is behind");
        let next = |time: &str| Appointment { time: time.to_owned(), every_minutes: 120 }.next(now);
        assert_eq!(next("2026-06-15T07:53:00Z").to_rfc3339(), "2026-06-15T09:53:00+00:00");
        assert_eq!(next(SCHEDULED_TIME).to_rfc3339(), "2026-06-15T10:00:00+00:00");
        let end = |time: &str, every_minutes| Appointment { time: time.to_owned(), every_minutes }.end(now);
        // However late it begins: 5 or 15 minutes of work, its patience, and the minute in which it is invoked.
        assert_eq!(end("2026-06-15T07:58:00Z", 1).to_rfc3339(), "2026-06-15T08:05:00+00:00");
        assert_eq!(end("2026-06-15T07:53:00Z", 120).to_rfc3339(), "2026-06-15T08:14:00+00:00");
        assert_eq!(end(SCHEDULED_TIME, 3).to_rfc3339(), "2026-06-15T08:06:00+00:00");
        for unreadable in [SCHEDULED_TIME, "", "yesterday"] {
            assert!(!is_late(unreadable, 1), "{unreadable}");
        }
    }
}
