//! Google's quota, and what each kind of work may take of it, so that none starves another.
//!
//! Google allows 600 units per minute and user: <https://developers.google.com/workspace/calendar/api/guides/quota>

/// What all sweeping together may take, in units per minute.
pub const FOR_SWEEPING: u32 = 420;
/// What subscribing new calendars may take, in units per minute. What is left of the quota is for reservations.
const FOR_SUBSCRIBING: u32 = 30;

/// What lists and attendance may take in all processes together, in units per minute.
pub const FOR_LOOKING: u32 = 60;

/// The smallest burst, in units: a write takes three.
const SMALLEST_BURST: u32 = 3;

/// How many units may be taken in any minute: some at once, the rest evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    per_minute: u32,
    burst: u32,
}

impl Share {
    /// All that sweeping may take.
    pub const WHOLE: Self = Self::of_sweep(FOR_SWEEPING);
    /// All that subscribing may take, half of it at once: there are seldom more than a few new calendars.
    pub const SUBSCRIPTIONS: Self = Self { per_minute: FOR_SUBSCRIBING, burst: FOR_SUBSCRIBING / 2 };
    /// The smallest share with which every call has its turn, in units per minute.
    pub const SMALLEST: u32 = SMALLEST_BURST + 1;

    /// A sweep's share of this many units per minute, a quarter of them at once, from [`Share::SMALLEST`] to [`FOR_SWEEPING`].
    pub fn new(units_per_minute: u32) -> Option<Self> {
        (Self::SMALLEST..=FOR_SWEEPING).contains(&units_per_minute).then_some(Self::of_sweep(units_per_minute))
    }

    const fn of_sweep(per_minute: u32) -> Self {
        let quarter = per_minute / 4;
        Self { per_minute, burst: if quarter > SMALLEST_BURST { quarter } else { SMALLEST_BURST } }
    }

    /// The most units in any minute.
    pub fn units_per_minute(self) -> u32 {
        self.per_minute
    }

    /// How many units may be taken at once after a rest.
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// How many units come back every minute.
    pub fn refill(self) -> u32 {
        self.per_minute - self.burst
    }

    /// How many units may be taken in the first `minutes` after a rest.
    pub fn within(self, minutes: u32) -> u64 {
        u64::from(self.burst()) + u64::from(self.refill()) * u64::from(minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_its_burst_and_what_comes_back_in_a_minute() {
        assert_eq!((Share::WHOLE.burst(), Share::WHOLE.refill()), (105, 315));
        assert_eq!((Share::SUBSCRIPTIONS.burst(), Share::SUBSCRIPTIONS.refill()), (15, 15));
        assert_eq!(Share::new(420), Some(Share::WHOLE));
        for units in Share::SMALLEST..=FOR_SWEEPING {
            let share = Share::new(units).unwrap();
            assert!(share.burst() >= SMALLEST_BURST && share.refill() > 0, "{units}");
            assert_eq!(share.within(1), u64::from(units));
        }
        assert_eq!((Share::new(3), Share::new(421)), (None, None));
    }
}
