//! An office and the calendar that holds its attendance.

use serde::{Deserialize, Serialize};

use super::calendar_id::CalendarId;

/// An office: the name that callers use as `office_id`, and its Google calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// What callers send as `office_id`.
    pub name: String,
    /// The id of the office's Google calendar.
    pub calendar_id: CalendarId,
}
