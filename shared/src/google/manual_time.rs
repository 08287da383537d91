//! Time that moves only when something waits for it, for the tests of this module.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::{Clock, TimeSource, Wait};

/// A handle on the time of one test.
#[derive(Clone)]
pub(super) struct ManualTime(Arc<Mutex<ManualTimeState>>);

struct ManualTimeState {
    now: DateTime<Utc>,
    elapsed: Duration,
    paused: Duration,
    longest_expiry: Duration,
}

impl ManualTime {
    pub fn new() -> Self {
        let now = DateTime::from_timestamp(1_781_000_000, 0).unwrap();
        Self(Arc::new(Mutex::new(ManualTimeState {
            now,
            elapsed: Duration::ZERO,
            paused: Duration::ZERO,
            longest_expiry: Duration::ZERO,
        })))
    }

    pub fn clock(&self) -> Clock {
        Clock::new(self.clone())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().now
    }

    pub fn advance(&self, by: Duration) {
        self.0.lock().unwrap().advance(by);
    }

    /// Sets the time of day forward or back by so many hours.
    pub fn set(&self, hours: i64) {
        self.0.lock().unwrap().now += chrono::Duration::hours(hours);
    }

    /// The sum of all pauses.
    pub fn paused(&self) -> Duration {
        self.0.lock().unwrap().paused
    }

    /// The longest time that an answer was waited for.
    pub fn longest_expiry(&self) -> Duration {
        self.0.lock().unwrap().longest_expiry
    }
}

impl ManualTimeState {
    fn advance(&mut self, by: Duration) {
        self.now += by;
        self.elapsed += by;
    }
}

impl TimeSource for ManualTime {
    fn now(&self) -> DateTime<Utc> {
        Self::now(self)
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().elapsed
    }

    fn pause(&self, duration: Duration) -> Wait {
        let mut state = self.0.lock().unwrap();
        state.advance(duration);
        state.paused += duration;
        Box::pin(std::future::ready(()))
    }

    fn expire(&self, duration: Duration) -> Wait {
        let time = self.clone();
        Box::pin(async move {
            let mut state = time.0.lock().unwrap();
            state.advance(duration);
            state.longest_expiry = state.longest_expiry.max(duration);
        })
    }
}
