//! The part of Google's quota that lists and attendance share, in all processes: a counter in the table for each minute.

use crate::clock::Clock;
use crate::domain::quota::FOR_LOOKING;
use crate::store::{Store, StoreError};

/// The right to look at calendars; clones share one counter.
#[derive(Clone, Debug)]
pub struct SharedQuota {
    store: Store,
    clock: Clock,
}

impl SharedQuota {
    /// Calls nobody.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Takes this many units of the present minute, all or none. Answers whether there were as many.
    pub async fn take(&self, units: u32) -> Result<bool, StoreError> {
        self.store.take_looks(units, FOR_LOOKING, self.clock.now()).await
    }
}
