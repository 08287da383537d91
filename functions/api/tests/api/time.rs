//! A clock for tests: the world's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moffman::clock::{TimeSource, Wait};
use moffman_simulators::World;

/// The world's time; pauses pass at once and nothing is ever late. May be told to panic.
#[derive(Clone)]
pub struct Time {
    world: World,
    looks_until_panic: Arc<AtomicUsize>,
}

impl TimeSource for Time {
    fn now(&self) -> DateTime<Utc> {
        let left = self.looks_until_panic.load(Ordering::SeqCst);
        self.looks_until_panic.store(left.saturating_sub(1), Ordering::SeqCst);
        assert_ne!(left, 1, "Anna Nová <anna@example.com> broke the clock");
        self.world.now()
    }

    fn elapsed(&self) -> Duration {
        (self.world.now() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }

    fn pause(&self, _: Duration) -> Wait {
        Box::pin(std::future::ready(()))
    }

    fn expire(&self, _: Duration) -> Wait {
        Box::pin(std::future::pending())
    }
}

impl Time {
    pub fn of(world: &World) -> Self {
        Self { world: world.clone(), looks_until_panic: Arc::default() }
    }

    /// The `look`th look at the clock from now on panics.
    pub fn panic_at(&self, look: usize) {
        self.looks_until_panic.store(look, Ordering::SeqCst);
    }
}
