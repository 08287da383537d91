//! Moffman's clock, driven by the time of the simulated world.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moffman::clock::{TimeSource, Wait};
use moffman_simulators::World;
use tokio::sync::Notify;

/// Pauses pass at once; an answer is late only when the world's time was moved.
#[derive(Clone)]
pub struct WorldTime {
    world: World,
    moved: Arc<Notify>,
    goes_on: bool,
}

impl WorldTime {
    /// The time of `world`.
    pub fn new(world: World) -> Self {
        Self { world, moved: Arc::new(Notify::new()), goes_on: false }
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
}

impl TimeSource for WorldTime {
    fn now(&self) -> DateTime<Utc> {
        self.world.now()
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
        let end = self.world.now() + duration;
        // It waits from here on: what moves the world's time alone, before the first look at the clock, makes no answer late.
        let mut moved = self.moved.clone().notified_owned();
        Box::pin(async move {
            loop {
                moved.await;
                moved = time.moved.clone().notified_owned();
                if time.world.now() >= end {
                    return;
                }
            }
        })
    }
}
