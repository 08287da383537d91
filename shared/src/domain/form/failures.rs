//! Attempts to send a form that failed, and how long the next one waits.

use std::time;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::backoff::Backoff;

/// The longest waits between two attempts.
const WAITS: Backoff = Backoff { first: time::Duration::from_mins(1), longest: time::Duration::from_hours(6) };
/// How many tries a form gets at least before it is left to a person.
const MOST_TRIES: u32 = 10;
/// How long a form is tried at least before it is left to a person.
const LONGEST_TRYING: Duration = Duration::days(3);

/// Attempts that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// How many attempts failed.
    pub count: u32,
    /// How many of them reached the form service.
    pub tries: u32,
    /// When the first one failed.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// Before this instant nothing is tried again.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub next_try_at: DateTime<Utc>,
}

impl Failures {
    /// Adds a failure. The next try waits for at least half of the longest wait; `luck` says how many thousandths of the
    /// other half are added.
    pub(super) fn one_more(so_far: Option<Self>, is_try: bool, now: DateTime<Utc>, luck: u16) -> Self {
        let none = Self { count: 0, tries: 0, since: now, next_try_at: now };
        let so_far = so_far.unwrap_or(none);
        let half = longest_wait(so_far.count + 1) / 2;
        Self {
            count: so_far.count + 1,
            tries: so_far.tries + u32::from(is_try),
            since: so_far.since.min(now),
            next_try_at: now + half + half * i32::from(luck.min(1_000)) / 1_000,
        }
    }

    /// Whether it is too early to try again. A wait that is longer than the longest is over: it began before the clock was set
    /// back.
    pub(super) fn is_early(&self, now: DateTime<Utc>) -> bool {
        let left = self.next_try_at - now;
        left > Duration::zero() && left <= longest_wait(self.count)
    }

    /// Whether a form is left to a person from now on.
    pub(super) fn gives_up(&self, now: DateTime<Utc>) -> bool {
        self.tries >= MOST_TRIES && now - self.since >= LONGEST_TRYING
    }
}

/// The longest wait after this many failures.
fn longest_wait(failures: u32) -> Duration {
    Duration::from_std(WAITS.after(failures)).unwrap_or(Duration::MAX)
}
