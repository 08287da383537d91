//! Counts the calls of a process to Google, for the log.

use std::sync::{Mutex, PoisonError};

/// How many calls were made, each repetition counted, and how many failed because of rights, the key or a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GoogleCalls {
    /// The requests that were sent.
    pub made: usize,
    /// The calls that were refused for good.
    pub refused: usize,
}

impl GoogleCalls {
    /// Those that came after `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self { made: self.made.saturating_sub(earlier.made), refused: self.refused.saturating_sub(earlier.refused) }
    }
}

/// The calls so far.
#[derive(Debug, Default)]
pub(super) struct CallCount(Mutex<GoogleCalls>);

impl CallCount {
    pub(super) fn add(&self, made: usize, refused: usize) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.made += made;
        calls.refused += refused;
    }

    pub(super) fn calls(&self) -> GoogleCalls {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
