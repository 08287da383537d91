//! How much of Google Calendar's quota all processes together take per minute of simulated time:
//! <https://developers.google.com/workspace/calendar/api/guides/quota>

use super::calls::Call;
use chrono::{DateTime, Duration, Utc};
use std::collections::VecDeque;

/// The units that Google allows one user in any minute.
pub const ALLOWED: u32 = 600;
const MINUTE: Duration = Duration::seconds(60);

/// How much quota scheduled work and lists take. Calls about one reservation do not count, because nothing holds them
/// back.
#[derive(Debug)]
pub(crate) struct Quota {
    /// The units that are allowed in any minute.
    allowed: u32,
    /// The units taken in the last minute, each with its time.
    taken: VecDeque<(DateTime<Utc>, u32)>,
    /// The units of the busiest minute so far, and the time of its last call.
    busiest: Option<(u32, DateTime<Utc>)>,
}

impl Default for Quota {
    fn default() -> Self {
        Self { allowed: ALLOWED, taken: VecDeque::new(), busiest: None }
    }
}

impl Quota {
    /// Allows this many units in any minute.
    pub(crate) fn allow(&mut self, units: u32) {
        self.allowed = units;
    }

    /// Counts a call that has arrived.
    pub(crate) fn count(&mut self, call: &Call) {
        let units = call.units();
        if units == 0 || is_for_reservation(call) {
            return;
        }
        // Entries from later than this call are left from before the clock was set back.
        self.taken.retain(|(at, _)| *at <= call.at && call.at - *at < MINUTE);
        self.taken.push_back((call.at, units));
        let minute = (self.taken.iter().map(|(_, units)| units).sum(), call.at);
        self.busiest = self.busiest.max(Some(minute));
    }

    /// The busiest minute, if it has more than Google allows.
    pub(crate) fn excess(&self) -> Option<String> {
        let (units, at) = self.busiest.filter(|(units, _)| *units > self.allowed)?;
        Some(format!("{units} units of Google's quota in the minute until {at}"))
    }

    /// The most units that any minute had so far.
    pub(crate) fn busiest(&self) -> u32 {
        self.busiest.map_or(0, |(units, _)| units)
    }
}

/// Whether the call is about an event with an id that a client has chosen. Only those of reservations have that shape.
fn is_for_reservation(call: &Call) -> bool {
    let inserted = call.body.as_ref().filter(|_| call.operation == "events.insert");
    let id = inserted.and_then(|body| body["id"].as_str()).or(call.event.as_deref());
    id.is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
