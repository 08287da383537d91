//! How much of Google Calendar's quota all processes together take per minute of simulated time:
//! <https://developers.google.com/workspace/calendar/api/guides/quota>

use super::calls::Call;
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeSet, VecDeque};

/// The units that Google allows one user in any minute.
pub const ALLOWED: u32 = 600;
const MINUTE: Duration = Duration::seconds(60);

/// How much quota scheduled work and lists take. Calls for a reservation do not count, because nothing holds them back.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    /// The units taken in the last minute, each with its time.
    taken: VecDeque<(DateTime<Utc>, u32)>,
    /// The units of the busiest minute so far, and the time of its last call.
    busiest: Option<(u32, DateTime<Utc>)>,
    /// The calendars and ids of reservations. They can be told apart because a client chooses the ids of no other
    /// events.
    reservations: BTreeSet<(String, String)>,
}

impl Quota {
    /// Counts a call that has arrived.
    pub(crate) fn count(&mut self, call: &Call) {
        let units = call.units();
        if units == 0 || self.is_for_reservation(call) {
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
        let (units, at) = self.busiest.filter(|(units, _)| *units > ALLOWED)?;
        Some(format!("{units} units of Google's quota in the minute until {at}"))
    }

    /// The most units that any minute had so far.
    pub(crate) fn busiest(&self) -> u32 {
        self.busiest.map_or(0, |(units, _)| units)
    }

    fn is_for_reservation(&mut self, call: &Call) -> bool {
        let Some(calendar) = call.calendar.clone() else { return false };
        if call.operation == "events.insert" {
            let id = call.body.as_ref().and_then(|body| body["id"].as_str());
            self.reservations.extend(id.map(|id| (calendar, id.to_owned())));
            return true;
        }
        call.event.as_ref().is_some_and(|event| self.reservations.contains(&(calendar, event.clone())))
    }
}
