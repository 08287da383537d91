//! All calendars by their ids, in which Google takes no notice of upper and lower case.

use super::calendar::SimulatedCalendar;
use std::collections::BTreeMap;

/// The one spelling of an id that stands for all others.
pub(crate) fn folded(id: &str) -> String {
    id.to_lowercase()
}

/// Calendars, whatever spelling of their ids is asked for.
#[derive(Debug, Default)]
pub(crate) struct Calendars(BTreeMap<String, SimulatedCalendar>);

impl Calendars {
    pub(crate) fn get(&self, id: &str) -> Option<&SimulatedCalendar> {
        self.0.get(&folded(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut SimulatedCalendar> {
        self.0.get_mut(&folded(id))
    }

    /// Puts a calendar in, in place of the one with this id.
    pub(crate) fn insert(&mut self, calendar: SimulatedCalendar) {
        self.0.insert(folded(&calendar.id), calendar);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<SimulatedCalendar> {
        self.0.remove(&folded(id))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &SimulatedCalendar> {
        self.0.values()
    }
}
