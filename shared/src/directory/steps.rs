//! The order of looks at the pointer and loads of the sheet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A look at the pointer or a load of the sheet, by its number; a later one is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StepNumber(u64);

/// Counts looks and loads as they start. A caller that waited for the memory sees whether one started after it asked.
#[derive(Clone, Default)]
pub(super) struct Steps(Arc<AtomicU64>);

impl Steps {
    /// The step that started last.
    pub(super) fn last(&self) -> StepNumber {
        StepNumber(self.0.load(Ordering::SeqCst))
    }

    /// Starts a step.
    pub(super) fn start(&self) -> StepNumber {
        StepNumber(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
}
