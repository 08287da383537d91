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

/// Tells every service the time, numbers the changes, and keeps the violations.
#[derive(Default)]
pub(crate) struct Chronicle {
    /// The simulated time while it stands still; without one, the real time counts.
    pub(crate) standing: Option<DateTime<Utc>>,
    /// The number of the last change.
    pub(crate) change: u64,
    last_updated: DateTime<Utc>,
    /// Whether the next change gets the same `updated` as the last one.
    pub(crate) is_next_simultaneous: bool,
    /// What a correct client, service or test would never do.
    pub(crate) violations: Vec<String>,
}

impl Chronicle {
    /// The simulated time, in whole milliseconds.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.standing.unwrap_or_else(Utc::now).trunc_subsecs(3)
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

    pub(crate) fn violation(&mut self, text: impl Into<String>) {
        self.violations.push(text.into());
    }
}
