//! Time that moves only when something waits for it, for the tests of this module.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::{Clock, TimeSource, Wait};

/// A handle on the time of one test.
#[derive(Clone)]
pub(super) struct ManualTime(Arc<Mutex<State>>);

struct State {
    now: DateTime<Utc>,
    paused: Duration,
    longest_expiry: Duration,
}

impl ManualTime {
    pub fn new() -> Self {
        let now = DateTime::from_timestamp(1_781_000_000, 0).unwrap();
        Self(Arc::new(Mutex::new(State { now, paused: Duration::ZERO, longest_expiry: Duration::ZERO })))
    }

    pub fn clock(&self) -> Clock {
        Clock::new(self.clone())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().now
    }

    pub fn advance(&self, by: Duration) {
        self.0.lock().unwrap().now += by;
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

impl TimeSource for ManualTime {
    fn now(&self) -> DateTime<Utc> {
        Self::now(self)
    }

    fn pause(&self, duration: Duration) -> Wait {
        let mut state = self.0.lock().unwrap();
        state.now += duration;
        state.paused += duration;
        Box::pin(std::future::ready(()))
    }

    fn expire(&self, duration: Duration) -> Wait {
        let time = self.clone();
        Box::pin(async move {
            let mut state = time.0.lock().unwrap();
            state.now += duration;
            state.longest_expiry = state.longest_expiry.max(duration);
        })
    }
}
