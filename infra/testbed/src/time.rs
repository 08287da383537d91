//! Moffman's clock, driven by the time of the simulated world.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moffman::clock::{TimeSource, Wait};
use moffman_simulators::World;
use tokio::sync::Notify;

/// The time of a world. Pauses pass at once, and an answer is late only when the world's time was moved.
#[derive(Clone)]
pub struct WorldTime {
    world: World,
    moved: Arc<Notify>,
    goes_on: bool,
    /// How far the clock on the wall was set back, in milliseconds.
    set_back: Arc<AtomicI64>,
}

impl WorldTime {
    /// The time of `world`.
    pub fn new(world: World) -> Self {
        Self { world, moved: Arc::new(Notify::new()), goes_on: false, set_back: Arc::default() }
    }

    /// The time of `world`, which goes on while somebody pauses; no answer is late by that alone.
    pub fn going_on(world: World) -> Self {
        Self { goes_on: true, ..Self::new(world) }
    }

    /// Time goes by, and whoever waits for an answer looks at the clock.
    pub fn advance(&self, by: chrono::Duration) {
        self.world.advance(by);
        self.moved.notify_waiters();
    }

    /// Somebody sets the clock on the wall back; no time goes by.
    pub fn set_back(&self, by: chrono::Duration) {
        self.world.advance(-by);
        self.set_back.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

impl TimeSource for WorldTime {
    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    fn elapsed(&self) -> Duration {
        let set_back = chrono::Duration::milliseconds(self.set_back.load(Ordering::Relaxed));
        (self.world.now() + set_back - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }

    fn pause(&self, duration: Duration) -> Wait {
        let end = self.goes_on.then(|| (self.world.clone(), self.world.now() + duration));
        Box::pin(async move {
            tokio::task::yield_now().await;
            if let Some((world, end)) = end {
                world.set_now(world.now().max(end));
            }
        })
    }

    fn expire(&self, duration: Duration) -> Wait {
        let time = self.clone();
        let end = self.elapsed() + duration;
        // It listens from now on, so that a move before the first look at the clock counts, too.
        let mut moved = self.moved.clone().notified_owned();
        Box::pin(async move {
            loop {
                moved.await;
                moved = time.moved.clone().notified_owned();
                if time.elapsed() >= end {
                    return;
                }
            }
        })
    }
}
