//! The simulated time, the order of all changes, and the list of violations.

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// The order and the time of one change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChangeStamp {
    /// The number of the change, which sync tokens hold.
    pub(crate) change: u64,
    /// The time that Google gives the change, in milliseconds; later than that of the change before.
    pub(crate) updated: DateTime<Utc>,
    /// The simulated time; `updated` may be ahead of it.
    pub(crate) now: DateTime<Utc>,
}

/// Where the simulated time comes from.
#[derive(Clone, Copy, Debug, Default)]
enum SimulatedClock {
    Standing(DateTime<Utc>),
    /// The real time.
    #[default]
    Running,
}

/// Tells every service the time, numbers the changes, and keeps the violations.
#[derive(Default)]
pub(crate) struct Chronicle {
    clock: SimulatedClock,
    change: u64,
    last_updated: DateTime<Utc>,
    is_next_simultaneous: bool,
    violations: Vec<String>,
}

impl Chronicle {
    /// The simulated time, in whole milliseconds.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self.clock {
            SimulatedClock::Standing(now) => now,
            SimulatedClock::Running => Utc::now().trunc_subsecs(3),
        }
    }

    pub(crate) fn set_now(&mut self, now: DateTime<Utc>) {
        self.clock = SimulatedClock::Standing(now.trunc_subsecs(3));
    }

    pub(crate) fn follow_real_time(&mut self) {
        self.clock = SimulatedClock::Running;
    }

    /// The number of the last change.
    pub(crate) fn change(&self) -> u64 {
        self.change
    }

    /// Gives the next change the same `updated` as the last one.
    pub(crate) fn date_next_like_the_last(&mut self) {
        self.is_next_simultaneous = true;
    }

    /// Whether the change that is to be dated like the last one has yet to come.
    pub(crate) fn awaits_simultaneous(&self) -> bool {
        self.is_next_simultaneous
    }

    /// The stamp of the next change.
    pub(crate) fn stamp(&mut self) -> ChangeStamp {
        self.change += 1;
        let now = self.now();
        if std::mem::take(&mut self.is_next_simultaneous) {
            if self.last_updated < now {
                self.violation("a change is to be dated like the last one, which was earlier");
            }
        } else {
            let after_last = self.last_updated.checked_add_signed(Duration::milliseconds(1));
            self.last_updated = after_last.map_or(now, |after| after.max(now));
        }
        ChangeStamp { change: self.change, updated: self.last_updated, now }
    }

    /// Records what a correct client, service or test would never do.
    pub(crate) fn violation(&mut self, text: impl Into<String>) {
        self.violations.push(text.into());
    }

    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
    }

    pub(crate) fn take_violations(&mut self) -> Vec<String> {
        std::mem::take(&mut self.violations)
    }
}
