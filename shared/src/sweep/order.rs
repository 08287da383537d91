//! What a sweep is asked to do.

use crate::clock::Moment;
use crate::domain::quota::Share;

/// What to sweep, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepOrder {
    /// Which calendars to sweep.
    pub scope: SweepScope,
    /// Whether only the plan is answered, and nothing changed.
    pub dry_run: bool,
    /// When the answer is due; work that does not fit stays open. `None`: never.
    pub deadline: Option<Moment>,
    /// The share of Google's quota of a sweep that others run beside; `None`: the pace of the process.
    pub share: Option<Share>,
}

/// Which calendars to sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepScope {
    /// The calendars of all offices.
    All,
    /// The calendar of the office with this name.
    Office(String),
    /// The calendars whose hash has this remainder.
    Shard {
        /// The remainder.
        index: u32,
        /// The number of shards.
        of: u32,
    },
}
