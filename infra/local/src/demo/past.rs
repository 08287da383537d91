//! What happened before the demo begins: a week of sweeps, so that a newcomer finds forms that were issued, and some that
//! need a person.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::app::Moffman;
use moffman::clock::{Clock, TimeSource, Wait};
use moffman::reload::{self, ReloadOrder};
use moffman::sweep::{self, SweepOrder, SweepScope};
use moffman_simulators::{DemoWorld, World};
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

/// When the simulated week begins, in hours before the start.
const BEGINNING: i64 = 192;
/// When people enter what then needs a person.
const TROUBLE: i64 = 72;
/// When the calendars were swept.
const SWEEPS: [i64; 12] = [192, 144, 96, 72, 60, 48, 36, 24, 20, 16, 12, 1];

/// Puts a world back to the beginning, and fills it.
pub(super) fn begin(world: &World, present: DateTime<Utc>) -> DemoWorld {
    world.set_now(present - TimeDelta::hours(BEGINNING));
    moffman_simulators::demo(world, present.date_naive())
}

/// The time of a world that goes through its past.
pub(super) fn clock(world: &World) -> Clock {
    Clock::new(PastTime(world.clone()))
}

/// Lives through the past, up to the present.
pub(super) async fn live(world: &World, app: &Moffman, present: DateTime<Utc>) {
    if let Err(error) = quietly(Box::pin(reload::reload(app, &ReloadOrder::default()))).await {
        tracing::error!(%error, "the demo has no offices");
    }
    for hours in SWEEPS {
        world.set_now(present - TimeDelta::hours(hours));
        if hours == TROUBLE {
            moffman_simulators::demo_trouble(world, present.date_naive());
        }
        let order = SweepOrder { scope: SweepScope::All, dry_run: false, deadline: None, share: None };
        if let Err(error) = quietly(Box::pin(sweep::sweep(app, &order))).await {
            tracing::error!(%error, "the demo lacks a sweep");
        }
    }
    world.set_now(present);
}

/// Does something of which the log has nothing, because its lines would bear the time of now.
async fn quietly<T>(work: impl Future<Output = T>) -> T {
    work.with_subscriber(NoSubscriber::new()).await
}

struct PastTime(World);

impl TimeSource for PastTime {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        (self.0.now() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }

    fn pause(&self, duration: Duration) -> Wait {
        let world = self.0.clone();
        Box::pin(async move {
            world.set_now(world.now() + duration);
        })
    }

    /// In real time, in which the simulated services answer.
    fn expire(&self, duration: Duration) -> Wait {
        Box::pin(tokio::time::sleep(duration))
    }
}
