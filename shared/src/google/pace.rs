//! Spreads the calls of scheduled work over time, so that Google's quota has room left for people who wait for an answer.
//!
//! All sweeping together takes at most 420 units in any 60 seconds: 105 at once, and about five more every second. A
//! sweep beside others, and the subscribing of new calendars, have a [`Share`] of that.
//!
//! Written by hand, because governor lets waiting calls race for each turn and knows no deadline.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use derive_more::Debug;

use crate::clock::{Clock, Moment};
use crate::domain::quota::Share;

const MINUTE: u64 = 60_000_000_000;

/// The pace of one sweep or of all sweeps of a process. Clones share it.
///
/// Units are given out in advance: each call learns when its turn is and waits until then. So the pace holds also when
/// waiting takes no time, as in tests.
#[derive(Clone, Debug)]
#[debug("Pace")]
pub struct Pace {
    clock: Clock,
    /// How long a whole burst takes to come back.
    burst: Duration,
    /// How long one unit takes to come back.
    per_unit: Duration,
    /// When everything that was given out has come back.
    full_again: Arc<Mutex<Option<Moment>>>,
}

/// The turn would come after the deadline; nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the turn comes after the deadline")]
pub struct TooLate;

impl Pace {
    /// A pace of which nothing has been taken yet.
    pub fn new(clock: Clock, share: Share) -> Self {
        // Rounded up, so that not a unit more is taken than allowed.
        let per_unit = Duration::from_nanos(MINUTE.div_ceil(u64::from(share.refill())));
        Self { clock, burst: per_unit.saturating_mul(share.burst()), per_unit, full_again: Arc::default() }
    }

    /// Takes `units`, at most the share's burst, and waits for their turn, which must come before `deadline`.
    pub async fn acquire(&self, units: u32, deadline: Option<Moment>) -> Result<(), TooLate> {
        let wait = self.reserve(units, deadline)?;
        if !wait.is_zero() {
            self.clock.pause(wait).await;
        }
        Ok(())
    }

    /// Takes `units` and says how long to wait for their turn.
    fn reserve(&self, units: u32, deadline: Option<Moment>) -> Result<Duration, TooLate> {
        let now = self.clock.moment();
        let mut full_again = self.full_again.lock().unwrap_or_else(PoisonError::into_inner);
        let given_out = full_again.map_or(now, |moment| moment.max(now)) + self.per_unit.saturating_mul(units);
        let wait = given_out.since(now).saturating_sub(self.burst);
        if deadline.is_some_and(|deadline| now + wait >= deadline) {
            return Err(TooLate);
        }
        *full_again = Some(given_out);
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::google::manual_time::ManualTime;

    /// The most units in any window of 60 s, both ends included.
    fn busiest_minute(turns: &[(DateTime<Utc>, u32)]) -> u32 {
        let minute = TimeDelta::seconds(60);
        let window = |from: DateTime<Utc>| turns.iter().filter(move |(at, _)| *at >= from && *at <= from + minute);
        turns.iter().map(|(from, _)| window(*from).map(|(_, units)| units).sum()).max().unwrap_or(0)
    }

    #[tokio::test]
    async fn no_minute_has_more_than_420_units() {
        let time = ManualTime::new();
        let pace = Pace::new(time.clock(), Share::WHOLE);
        let rng = crate::clock::Randomness::from_seed(3);
        let mut turns = Vec::new();
        for call in 0..3_000_u32 {
            if call % 400 == 0 {
                time.advance(rng.up_to(Duration::from_secs(40)));
            }
            let units = if call % 3 == 0 { 3 } else { 1 };
            pace.acquire(units, None).await.unwrap();
            turns.push((time.now(), units));
        }
        let busiest = busiest_minute(&turns);
        assert!((410..=420).contains(&busiest), "{busiest}");
    }

    #[test]
    fn a_call_that_does_not_wait_still_has_its_turn_later() {
        let time = ManualTime::new();
        let pace = Pace::new(time.clock(), Share::WHOLE);
        let turns: Vec<_> = (0..1_000).map(|_| (time.now() + pace.reserve(1, None).unwrap(), 1)).collect();
        assert_eq!(turns.iter().filter(|(at, _)| *at == time.now()).count(), 105);
        assert!(busiest_minute(&turns) <= 420);
    }

    #[test]
    fn a_share_is_never_exceeded_either() {
        for units in [Share::SMALLEST, 17, 42, 419] {
            let time = ManualTime::new();
            let pace = Pace::new(time.clock(), Share::new(units).unwrap());
            let turn = |call: u32| (time.now() + pace.reserve(call % 2 * 2 + 1, None).unwrap(), call % 2 * 2 + 1);
            let turns: Vec<_> = (0..500).map(turn).collect();
            let busiest = busiest_minute(&turns);
            // At both ends of the minute a call of three units may just not fit.
            assert!(busiest <= units && busiest + 2 * 3 > units, "{busiest} of {units}");
        }
    }

    #[test]
    fn a_rest_fills_the_burst_but_not_more() {
        let time = ManualTime::new();
        let pace = Pace::new(time.clock(), Share::WHOLE);
        while pace.reserve(1, None).unwrap().is_zero() {}
        time.advance(Duration::from_hours(1));
        let at_once = (0..500).filter(|_| pace.reserve(1, None).unwrap().is_zero()).count();
        assert_eq!(at_once, 105);
    }

    #[test]
    fn a_clock_that_is_set_changes_no_turn() {
        let time = ManualTime::new();
        let pace = Pace::new(time.clock(), Share::WHOLE);
        for hours in [0, -1, 2, -24] {
            time.set(hours);
            assert!(pace.reserve(60, None).unwrap() < Duration::from_secs(20), "{hours}");
            time.advance(Duration::from_secs(10));
        }
    }

    #[test]
    fn a_turn_beyond_the_deadline_is_not_taken() {
        let time = ManualTime::new();
        let pace = Pace::new(time.clock(), Share::WHOLE);
        let deadline = Some(time.clock().moment() + Duration::from_secs(1));
        let taken = (0..1_000).take_while(|_| pace.reserve(1, deadline).is_ok()).count();
        assert_eq!(taken, 110, "a burst, and those of the first second");
        assert!(pace.reserve(1, None).unwrap() <= Duration::from_millis(1_143));
    }
}
