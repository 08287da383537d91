//! Google's quota, and the share of it that one sweep may take.
//!
//! Google allows 600 units per minute and user: <https://developers.google.com/workspace/calendar/api/guides/quota>

/// What all sweeping together may take, in units per minute; the rest is left to people who wait for an answer.
pub const FOR_SWEEPING: u32 = 480;

/// The least that a burst has room for: a write takes three units.
const SMALLEST_BURST: u32 = 3;

/// How many units one sweep may take in any minute: a quarter at once, the rest evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    /// All that sweeping may take.
    pub const WHOLE: Self = Self(FOR_SWEEPING);
    /// The smallest share with which every call has its turn, in units per minute.
    pub const SMALLEST: u32 = SMALLEST_BURST + 1;

    /// A share of this many units per minute, from [`Share::SMALLEST`] to [`FOR_SWEEPING`].
    pub fn new(units_per_minute: u32) -> Option<Self> {
        (Self::SMALLEST..=FOR_SWEEPING).contains(&units_per_minute).then_some(Self(units_per_minute))
    }

    /// The most units in any minute.
    pub fn units_per_minute(self) -> u32 {
        self.0
    }

    /// How many of them may be taken at once after a rest.
    pub fn burst(self) -> u32 {
        (self.0 / 4).max(SMALLEST_BURST)
    }

    /// How many come back every minute.
    pub fn refill(self) -> u32 {
        self.0 - self.burst()
    }

    /// How many units there are in the first `minutes` after a rest.
    pub fn within(self, minutes: u32) -> u64 {
        u64::from(self.burst()) + u64::from(self.refill()) * u64::from(minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_its_burst_and_what_comes_back_in_a_minute() {
        assert_eq!((Share::WHOLE.burst(), Share::WHOLE.refill()), (120, 360));
        assert_eq!(Share::new(480), Some(Share::WHOLE));
        for units in Share::SMALLEST..=FOR_SWEEPING {
            let share = Share::new(units).unwrap();
            assert!(share.burst() >= SMALLEST_BURST && share.refill() > 0, "{units}");
            assert_eq!(share.within(1), u64::from(units));
        }
        assert_eq!((Share::new(3), Share::new(481)), (None, None));
    }
}
