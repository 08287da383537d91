//! Attempts to send a form that failed, and how long the next one waits.

use std::time;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::backoff::Backoff;

/// The longest waits between two attempts.
const WAITS: Backoff = Backoff { first: time::Duration::from_mins(1), longest: time::Duration::from_hours(6) };
/// A form is left to a person only after this many tries …
const MOST_TRIES: u32 = 10;
/// … and only when they have gone on for this long.
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
    /// Adds a failure. The next try waits for half of the longest wait at least; `luck` says how much of the other half is
    /// added, in thousandths.
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

    /// Whether it is too early to try again. A wait longer than the longest was begun before somebody set the clock back,
    /// and is over.
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
