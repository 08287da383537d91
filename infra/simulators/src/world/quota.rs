//! What all processes together take of Google Calendar's quota, minute by minute, on the world's clock:
//! <https://developers.google.com/workspace/calendar/api/guides/quota>

use crate::{World, world::calls::Call};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeSet, VecDeque};

/// The units that Google allows one user in any minute.
pub const ALLOWED: u32 = 600;
/// How long a minute is.
const MINUTE: Duration = Duration::seconds(60);

/// What scheduled work and lists take. What is done for a reservation counts for nothing here: nobody holds that back.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    /// When units were taken, those of the last minute only.
    taken: VecDeque<(DateTime<Utc>, u32)>,
    /// The busiest minute so far, by its last call.
    busiest: Option<(u32, DateTime<Utc>)>,
    /// The calendars and ids of reservations: nobody else chooses the id of an event.
    reservations: BTreeSet<(String, String)>,
}

impl Quota {
    /// Counts a call that has arrived.
    pub(crate) fn count(&mut self, call: &Call) {
        let units = call.units();
        if units == 0 || self.is_for_reservation(call) {
            return;
        }
        // A clock that was set back begins anew.
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

impl World {
    /// The most units of Google Calendar's quota that scheduled work and lists of all processes took in any minute so far.
    pub fn busiest_minute(&self) -> u32 {
        self.lock().quota.busiest.map_or(0, |(units, _)| units)
    }
}
