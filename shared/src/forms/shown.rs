//! A form as a person sees it.

use chrono::{DateTime, Utc};

use crate::domain::date_range::DateRange;
use crate::domain::event_id::EventId;
use crate::domain::form::{Failures, ShownState};

/// An approval form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownForm {
    /// An opaque text, the same for as long as the form is known.
    pub id: String,
    /// How far it has come.
    pub state: ShownState,
    /// The address of its person.
    pub user_id: String,
    /// The days that it is for.
    pub days: DateRange,
    /// What is known about attempts that failed.
    pub failures: Option<Failures>,
    /// How many mails may have gone out.
    pub mails: u32,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// The latest events that asked for it.
    pub events: Vec<ShownEvent>,
}

/// An event that asked for a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEvent {
    /// The name of its office, the first of those that share the calendar; `None` where no office has it any more.
    pub office_id: Option<String>,
    /// Its id in the calendar.
    pub event_id: EventId,
    /// What became of it.
    pub status: ShownStatus,
    /// When it was found, while it is open.
    pub found_at: Option<DateTime<Utc>>,
}

/// What became of an event that asked for a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownStatus {
    /// It is to be approved.
    Open,
    /// It was approved.
    Approved,
    /// Google refuses to have it changed.
    Refused,
    /// It was deleted, moved to other days, or is nothing to approve any more.
    Gone,
    /// Its person is no registered manual user.
    NotRegistered,
    /// It is open in a calendar that no office has any more.
    Orphaned,
}
