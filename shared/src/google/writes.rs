//! Counts what this process writes to each calendar, so that others notice when what they have read is out of date.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::calendar_id::CalendarId;

/// Counts the beginnings and ends of writes, calendar by calendar.
#[derive(Debug, Default)]
pub struct Writes(Mutex<HashMap<CalendarId, u64>>);

impl Writes {
    /// A number that changes with every write to the calendar, when it begins and when it ends. Whatever is read while it
    /// stays the same has all writes that were answered.
    pub fn to(&self, calendar: &CalendarId) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(calendar).copied().unwrap_or_default()
    }

    /// Runs a write. One that is cancelled ends when it is dropped.
    pub(super) async fn during<T>(&self, calendar: &CalendarId, write: impl Future<Output = T>) -> T {
        self.count(calendar);
        let _end = EndOfWrite { writes: self, calendar };
        write.await
    }

    fn count(&self, calendar: &CalendarId) {
        let mut writes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *writes.entry(calendar.clone()).or_default() += 1;
    }
}

/// Counts the end of a write, however it ends.
struct EndOfWrite<'a> {
    writes: &'a Writes,
    calendar: &'a CalendarId,
}

impl Drop for EndOfWrite<'_> {
    fn drop(&mut self) {
        self.writes.count(self.calendar);
    }
}
