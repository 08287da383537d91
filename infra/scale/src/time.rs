//! The time of one invocation: that of the world, which goes on with every call and every pause.
//!
//! Invocations are played one after the other, each from its own beginning; time is set back in between.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::clock::{TimeSource, Wait};
use moffman_simulators::{Call, Cue, Director, PendingDecision, Service, World};

/// How many calls are under way at once: a sweep reads six calendars side by side.
const AT_ONCE: i32 = 6;

/// The world's time; a pause is over at once and nothing is ever late.
#[derive(Clone)]
pub(crate) struct Time(pub(crate) World);

impl TimeSource for Time {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        (self.0.now() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }

    fn pause(&self, duration: Duration) -> Wait {
        let (world, end) = (self.0.clone(), self.0.now() + duration);
        Box::pin(async move {
            tokio::task::yield_now().await;
            world.set_now(world.now().max(end));
        })
    }

    fn expire(&self, _: Duration) -> Wait {
        Box::pin(std::future::pending())
    }
}

/// Lets every call take its time.
pub(crate) struct Latency(World);

impl Latency {
    /// From now on calls of this world take time.
    pub(crate) fn of(world: &World) {
        world.direct(Arc::new(Self(world.clone())));
    }
}

impl Director for Latency {
    fn before_effect(&self, _: &Call) -> PendingDecision<Cue> {
        Box::pin(std::future::ready(Cue::Go))
    }

    fn before_answer(&self, call: &Call, _: u16) -> PendingDecision<()> {
        self.0.advance(latency(call.service));
        Box::pin(std::future::ready(()))
    }
}

/// Typical times of an answer; those of calls that are made side by side are divided among them.
fn latency(service: Service) -> TimeDelta {
    match service {
        Service::Google | Service::Sheets | Service::Token => TimeDelta::milliseconds(200) / AT_ONCE,
        Service::DynamoDb => TimeDelta::milliseconds(10) / AT_ONCE,
        Service::Byroapi => TimeDelta::seconds(1),
        Service::Ssm | Service::Scheduler => TimeDelta::milliseconds(50),
    }
}
