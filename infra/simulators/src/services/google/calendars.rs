//! All calendars of a world, and the service account's list of them.

use super::calendar::{SimulatedCalendar, folded};
use super::error::{ApiRefusal, ApiResult};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// All calendars, found by their ids in any spelling.
#[derive(Debug, Default)]
pub(crate) struct Calendars {
    by_id: BTreeMap<String, SimulatedCalendar>,
    /// The ids in the service account's calendar list, in the order of subscription.
    pub(crate) subscriptions: Vec<String>,
    /// At most this many events are listed per page, whatever a request asks for.
    pub(crate) page_size: Option<usize>,
    /// How many ids of events were made up.
    ids: u64,
}

impl Calendars {
    pub(crate) fn get(&self, id: &str) -> Option<&SimulatedCalendar> {
        self.by_id.get(&folded(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut SimulatedCalendar> {
        self.by_id.get_mut(&folded(id))
    }

    /// A calendar that the service account has any access to.
    pub(crate) fn shared(&self, id: &str) -> Option<&SimulatedCalendar> {
        self.get(id).filter(|calendar| calendar.access_role != "none")
    }

    /// A calendar whose events the service account may read.
    pub(crate) fn readable(&self, id: &str) -> ApiResult<&SimulatedCalendar> {
        match self.shared(id) {
            Some(calendar) if calendar.access_role == "freeBusyReader" => {
                Err(ApiRefusal::new(403, "forbidden", "Forbidden"))
            }
            Some(calendar) => Ok(calendar),
            None => Err(ApiRefusal::not_found()),
        }
    }

    /// A calendar whose events the service account may change.
    pub(crate) fn writable(&self, id: &str) -> ApiResult<&SimulatedCalendar> {
        let calendar = self.readable(id)?;
        if calendar.can_write() {
            Ok(calendar)
        } else {
            Err(ApiRefusal::new(403, "requiredAccessLevel", "You need to have writer access to this calendar."))
        }
    }

    /// Stores a calendar, in place of an earlier one with the same id.
    pub(crate) fn insert(&mut self, calendar: SimulatedCalendar) {
        self.by_id.insert(folded(&calendar.id), calendar);
    }

    /// Removes a calendar, from the service account's list as well.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(removed) = self.by_id.remove(&folded(id)) {
            self.subscriptions.retain(|subscribed| *subscribed != removed.id);
        }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &SimulatedCalendar> {
        self.by_id.values()
    }

    /// An id in the form that Google gives events: 26 characters of base32hex.
    pub(crate) fn new_event_id(&mut self) -> String {
        self.ids += 1;
        let digest = Sha256::digest(self.ids.to_be_bytes());
        digest
            .iter()
            .take(26)
            .map(|byte| char::from(b"0123456789abcdefghijklmnopqrstuv"[usize::from(byte % 32)]))
            .collect()
    }
}
