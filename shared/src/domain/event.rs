//! A calendar event as the rest of the service sees it: days instead of Google's start and end.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::date_range::DateRange;
use super::email::Email;
use super::etag::Etag;
use super::event_id::EventId;

/// The private property that marks an event as processed, whatever its value.
pub const PROCESSED: &str = "event_processed";
/// The private property with the digest of the reservation the event stands for.
pub const RESERVATION: &str = "moffman_reservation";
/// The private property with the address of the person who requested the reservation.
pub const REQUESTER: &str = "moffman_requester";
/// The private property with the id of the event a sweep approved: a copy carries its original's.
pub const APPROVED_EVENT: &str = "moffman_event";
/// The private property with the days for which a sweep approved the event, as a [`DateRange`] is written.
pub const APPROVED_DATES: &str = "moffman_dates";

/// The longest title that Google takes, in characters.
pub const LONGEST_TITLE: usize = 1_024;

/// An event as Google last showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Unique within its calendar.
    pub id: EventId,
    /// The version of the event, for conditional writes; quoted, as Google sends it.
    pub etag: Etag,
    /// Whether it is deleted.
    pub cancelled: bool,
    /// What sort of entry it is.
    pub kind: EventKind,
    /// The person who made it; a deleted event may have lost it.
    pub creator: Option<Email>,
    /// When it last changed; a deleted event may have lost it.
    pub updated: Option<DateTime<Utc>>,
    /// Its days; `None` when Google's dates make no range, and perhaps for a deleted event.
    pub days: Option<DateRange>,
    /// Whether it has times of day. Its days are those in the calendar's time zone then.
    pub timed: bool,
    /// Its title.
    pub title: Option<String>,
    /// The series it is an occurrence of.
    pub series: Option<EventId>,
    /// Whether Google refuses to have it changed from this calendar: it is a guest's copy, or locked.
    #[serde(default)]
    pub fixed: bool,
    /// The private properties that Moffman and upstream read and write.
    pub marks: Marks,
    /// Where a person can look at it.
    pub url: Option<String>,
}

/// What sort of entry in a calendar an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A single event, or one occurrence of a series.
    Single,
    /// A series itself: each of its days is an event of its own.
    Series,
    /// A working location, a birthday or the like.
    Special,
}

/// The private extended properties of an event that mean something to us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The value of [`PROCESSED`].
    pub processed: Option<String>,
    /// The value of [`RESERVATION`].
    pub reservation: Option<String>,
    /// The value of [`APPROVED_EVENT`].
    pub approved_event: Option<EventId>,
    /// The days in [`APPROVED_DATES`], if they can be read.
    pub approved_dates: Option<DateRange>,
    /// The address in [`REQUESTER`], if it can be read. No record keeps it.
    #[serde(skip)]
    pub requester: Option<Email>,
}

impl Event {
    /// The id of the series it belongs to; its own id when it is a single event or the series itself.
    pub fn series_id(&self) -> &EventId {
        self.series.as_ref().unwrap_or(&self.id)
    }

    /// The event, if it names its version; else what is wrong. Without its version, an event could only be changed blindly.
    pub fn with_version(self) -> Result<Self, String> {
        if self.etag.is_empty() && !self.cancelled { Err("it has no etag".to_owned()) } else { Ok(self) }
    }

    /// The event, if it is on any days; else what is wrong.
    pub fn with_days(self) -> Result<Self, String> {
        if self.days.is_none() && !self.cancelled { Err("it has no valid dates".to_owned()) } else { Ok(self) }
    }

    /// Whether this version is older than the other. It is not when the time of one of the changes is unknown.
    pub fn is_older_than(&self, other: &Self) -> bool {
        self.updated.zip(other.updated).is_some_and(|(own, others)| own < others)
    }
}

/// What becomes of an event as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// It is there, also if it was deleted.
    Confirmed,
    /// It is deleted.
    Cancelled,
}

/// What to change in an event, or the content of a new one. A member that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventChange {
    /// The title, cut at Google's 1,024 characters when it is sent.
    pub title: Option<String>,
    /// Index into Google's palette of event colours, 1–11.
    pub colour: Option<u8>,
    /// The days, as an all-day event.
    pub days: Option<DateRange>,
    /// Whether it is deleted.
    pub status: Option<StatusChange>,
    /// Private properties to set, name and value.
    pub properties: Vec<(&'static str, String)>,
}
