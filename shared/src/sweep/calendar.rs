//! One calendar in a sweep: what is known of it, what is open in it, and what is reported on it.

use std::collections::HashSet;

use super::report::SweepReport;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::office::Office;
use crate::domain::zone::Zone;
use crate::google::GoogleError;
use crate::store::StoreError;
use crate::store::copy_record::CopyRecord;
use crate::store::cursor::Cursor;
use crate::store::item::Kept;
use crate::store::left_form::LeftForm;
use crate::store::open_record::OpenRecord;

/// Why a calendar was not swept. What was recorded before stays.
#[derive(Debug, thiserror::Error)]
pub(super) enum CalendarError {
    #[error(transparent)]
    Google(#[from] GoogleError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "Google knows no such calendar, or it is not shared with {account}, who needs the right to make changes to events"
    )]
    NotShared { account: String },
    #[error("the calendar is shared for reading only: {account} needs the right to make changes to events")]
    ReadOnly { account: String },
    #[error("Google's listing of the calendar does not end: {0}")]
    Endless(&'static str),
    #[error("there was no time left to read the calendar")]
    OutOfTime,
}

/// A calendar that is being swept.
pub(super) struct SweptCalendar {
    pub(super) office: Office,
    /// Its zone, if that is known.
    pub(super) zone: Option<Zone>,
    /// The cursor as this sweep read it or moved it on.
    pub(super) cursor: Option<Kept<Cursor>>,
    /// Whether the cursor was written for the people that this sweep knows: only then may it close the records of people
    /// who are not registered.
    pub(super) is_of_these_people: bool,
    /// Whether the whole window was listed.
    pub(super) is_reconciled: bool,
    /// The forms that events have left behind and that were not tended yet.
    pub(super) left: Vec<Kept<LeftForm>>,
    pub(super) report: SweepReport,
}

/// What there is to do in a calendar.
pub(super) struct Backlog {
    /// Oldest first.
    pub(super) work: Vec<OpenEvent>,
    pub(super) copies: Vec<Kept<CopyRecord>>,
    /// The events whose records were there when the calendar was read: their forms are read before the work.
    pub(super) read_before: HashSet<EventId>,
}

/// An event to work on.
pub(super) struct OpenEvent {
    pub(super) record: Kept<OpenRecord>,
    /// The version that this sweep saw; `None` if the event may have been moved or deleted since.
    pub(super) seen: Option<Event>,
    /// The form that it asked for before.
    pub(super) left: Option<Kept<LeftForm>>,
}

impl SweptCalendar {
    pub(super) fn new(office: Office) -> Self {
        Self {
            office,
            zone: None,
            cursor: None,
            is_of_these_people: false,
            is_reconciled: false,
            left: Vec::new(),
            report: SweepReport::default(),
        }
    }

    /// Reports something that went wrong.
    pub(super) fn problem(&mut self, problem: impl Into<String>) {
        self.report.problem(&self.office.name, problem);
    }

    /// Reports that an event, or what stands at a place of a listing, cannot be read.
    pub(super) fn unreadable(&mut self, event: &str, reason: &str) {
        self.report.unreadable(&self.office.name, event, reason);
    }
}

impl OpenEvent {
    pub(super) fn new(record: Kept<OpenRecord>, seen: Option<Event>) -> Self {
        Self { record, seen, left: None }
    }
}
