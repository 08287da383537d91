//! Lets the simulated time of an invocation go on with every call.
//!
//! Invocations are played one after the other although they overlap in a real day, so time is set back between them.

use std::sync::Arc;

use chrono::TimeDelta;
use moffman_simulators::{Call, Cue, Director, PendingDecision, Service, World};

/// How many calls are under way at once: a sweep reads six calendars side by side.
const AT_ONCE: i32 = 6;

/// Lets every call take its time.
pub(super) struct Latency(World);

impl Latency {
    /// From now on calls of this world take time.
    pub(super) fn of(world: &World) {
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

/// How long an answer typically takes, divided by the number of calls that are made side by side.
fn latency(service: Service) -> TimeDelta {
    match service {
        Service::Google | Service::Sheets | Service::Token => TimeDelta::milliseconds(200) / AT_ONCE,
        Service::DynamoDb => TimeDelta::milliseconds(10) / AT_ONCE,
        Service::Byroapi => TimeDelta::seconds(1),
        Service::Ssm | Service::Scheduler => TimeDelta::milliseconds(50),
    }
}
