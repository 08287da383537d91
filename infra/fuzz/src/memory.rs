//! Measures how much memory a piece of work takes.
//!
//! The allocator has one counter for the process, so what other threads take meanwhile counts, too.

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What the process has allocated at the moment, in bytes.
pub fn in_use() -> usize {
    ALLOCATOR.current_usage()
}

/// How much more than before was allocated at once while `work` ran, in bytes.
pub fn peak_of(work: impl FnOnce()) -> usize {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    work();
    ALLOCATOR.peak_usage().saturating_sub(before)
}
