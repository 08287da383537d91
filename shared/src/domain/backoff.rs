//! How long to wait before something that failed is tried again.

use std::time::Duration;

/// Waits that double with each failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
}

impl Backoff {
    /// The wait after so many failures; the caller may shorten it at random.
    pub fn after(self, failures: u32) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(10) };
        let waits = [0, 1, 2, 3, 4, 5, 40, u32::MAX].map(|failures| backoff.after(failures).as_secs());
        assert_eq!(waits, [1, 1, 2, 4, 8, 10, 10, 10]);
    }
}
