//! How a directory of any size is swept again and again: in how many shards, how often, and how fast each may be.
//!
//! Shards begin one after the other, spread over the interval. Sweeps that run at the same time share what Google allows
//! for sweeping, so that all of them together never take more, even when every one runs as long as it may.

use std::collections::HashSet;
use std::time::Duration;

use super::calendar_id::CalendarId;
use super::quota::{FOR_SWEEPING, Share};
use super::shard::shard;

/// How many calendars a shard has on average, at most.
pub const CALENDARS_PER_SHARD: u32 = 200;
/// How long the sweeper function may run, in minutes: the longest that Lambda allows. The deployment sets the same.
pub const FUNCTION_TIMEOUT: u32 = 15;
/// How long a sweep may last at the shortest intervals, in minutes.
const SHORT_SWEEP: u32 = 5;
/// By how many minutes at most the Scheduler misses a time:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
const PRECISION: u32 = 1;
/// What a sweep may be late besides its patience, in minutes: it begins within its minute, and both ends are rounded.
pub const SLACK: u32 = 2 * PRECISION;
/// The longest interval, in minutes: a year.
const LONGEST: u32 = 365 * 24 * 60;

/// Sweeps of all calendars, again and again. Times are in whole minutes, as the Scheduler has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// How many shards there are, at least one.
    pub shards: u32,
    /// The time between two sweeps of a shard, in minutes.
    pub every: u32,
    /// How late a shard may begin before it is left to its next time.
    pub patience: u32,
    /// What each sweep may take of Google's quota.
    pub share: Share,
}

impl Rounds {
    /// The rounds for these calendars at the wanted interval or, if that cannot be met, at the smallest one that can. A
    /// calendar counts once, however it is spelled. `None` without calendars.
    pub fn plan<'a>(calendars: impl IntoIterator<Item = &'a CalendarId>, interval: Duration) -> Option<Self> {
        let calendars: HashSet<&CalendarId> = calendars.into_iter().collect();
        let count = u32::try_from(calendars.len()).unwrap_or(u32::MAX);
        let shards = Some(count.div_ceil(CALENDARS_PER_SHARD)).filter(|shards| *shards > 0)?;
        let mut sizes = vec![0_u64; usize::try_from(shards).unwrap_or(usize::MAX)];
        for calendar in calendars {
            if let Some(size) = usize::try_from(shard(calendar, shards)).ok().and_then(|index| sizes.get_mut(index)) {
                *size += 1;
            }
        }
        let largest = sizes.into_iter().max().unwrap_or(0);
        let wanted = whole_minutes(interval).clamp(1, LONGEST);
        let mut rounds = (wanted..=LONGEST).filter_map(|every| Self::every(shards, every));
        rounds.find(|rounds| rounds.can_read(largest)).or_else(|| Self::every(shards, LONGEST))
    }

    /// Where in the interval a shard begins, in minutes.
    pub fn offset(&self, shard: u32) -> u32 {
        let offset = u64::from(shard) * u64::from(self.every) / u64::from(self.shards.max(1));
        u32::try_from(offset).unwrap_or(0)
    }

    /// The share of each sweep at this interval; `None` when it would be too small for any call.
    fn every(shards: u32, every: u32) -> Option<Self> {
        let patience = patience(every);
        // Sweeps of the same minute count, be it their first or their last one.
        let reach = reach(every) + PRECISION;
        let at_once = (u64::from(reach) * u64::from(shards)).div_ceil(u64::from(every));
        let share = Share::new(u32::try_from(u64::from(FOR_SWEEPING) / at_once).ok()?)?;
        Some(Self { shards, every, patience, share })
    }

    /// Whether a shard of this size is read before its next sweep and before its own time is over. A quarter of the
    /// reading comes on top, for the work on what is found.
    fn can_read(&self, calendars: u64) -> bool {
        let minutes = self.every.min(longest(self.every) - 1);
        self.share.within(minutes) * 4 >= calendars * 5
    }
}

/// How late a run at this interval may begin, in minutes: shortly before the next one it would be of no use.
pub fn patience(every: u32) -> u32 {
    (every / 24).clamp(1, 60)
}

/// How long a sweep at this interval may last, in minutes. Soon another one does what is left, and the fewer overlap, the
/// larger is the share of each.
pub fn longest(every: u32) -> u32 {
    every.saturating_mul(2).clamp(SHORT_SWEEP, FUNCTION_TIMEOUT)
}

/// Until when a sweep at this interval makes calls, in minutes after its time, however late it began.
pub fn reach(every: u32) -> u32 {
    longest(every) + patience(every) + PRECISION
}

/// An interval in minutes, rounded up.
pub fn whole_minutes(interval: Duration) -> u32 {
    u32::try_from(interval.as_nanos().div_ceil(60_000_000_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
