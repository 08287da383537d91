//! What an event of an office's calendar says about somebody's attendance.
//!
//! Reservations are events with an id of ours; days entered by hand are what a sweep approves or has approved. All other
//! events are nobody's business.

use chrono::{DateTime, Utc};

use super::date_range::DateRange;
use super::email::{Email, PersonKey};
use super::etag::Etag;
use super::event::Event;
use super::event_id::EventId;
use super::form::FormKey;
use super::reservation::{Status, name_in_title, status_of};
use super::sweep_plan::{LeaveReason, Rules, Verdict, judge, was_swept};

/// Somebody's days in an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// The id of the event.
    pub id: EventId,
    /// Where it comes from.
    pub kind: AttendanceKind,
    /// Whether it is approved.
    pub status: Status,
    /// The name to show, perhaps empty.
    pub name: String,
    /// Whose days they are.
    pub attendee: Attendee,
    /// The days.
    pub days: DateRange,
    /// Where a person can look at the event.
    pub url: Option<String>,
    /// The event's last change.
    pub updated: Option<DateTime<Utc>>,
    /// The version of the event.
    pub etag: Etag,
}

/// Where an attendance comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttendanceKind {
    /// A caller of the API registered it.
    Reservation,
    /// A manual user entered it by hand.
    Manual,
}

/// Whose days they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Attendee {
    /// A person whose address is known.
    Known(PersonKey),
    /// A person of whom only the name is known.
    Named(String),
}

/// What an event is to people who look at attendance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Somebody's attendance.
    Attendance(Box<Attendance>),
    /// Nobody's business.
    Hidden,
    /// Somebody's attendance, but nobody can tell on which days.
    Unreadable,
}

impl Attendance {
    /// The form that a day entered by hand has or will have.
    pub fn form(&self) -> Option<FormKey> {
        match (self.kind, &self.attendee) {
            (AttendanceKind::Manual, Attendee::Known(person)) => {
                Some(FormKey { person: person.clone(), days: self.days })
            }
            _ => None,
        }
    }
}

/// What an event is to people who look at attendance, by the rules of a sweep that begins now.
pub fn show(event: &Event, rules: &Rules<'_>) -> Shown {
    let found = if event.cancelled {
        None
    } else if is_reservation(event) {
        Some((AttendanceKind::Reservation, status_of(event)))
    } else {
        manual_status(event, rules).map(|status| (AttendanceKind::Manual, status))
    };
    let Some((kind, status)) = found else { return Shown::Hidden };
    let Some(days) = event.days else { return Shown::Unreadable };
    let (name, attendee) = match kind {
        AttendanceKind::Reservation => reserved_for(event, status),
        AttendanceKind::Manual => entered_by(event, rules),
    };
    Shown::Attendance(Box::new(Attendance {
        id: event.id.clone(),
        kind,
        status,
        name,
        attendee,
        days,
        url: event.url.clone(),
        updated: event.updated,
        etag: event.etag.clone(),
    }))
}

/// Whether it is the event of a reservation, ours or upstream's, or a day of one that somebody made a series.
pub(super) fn is_reservation(event: &Event) -> bool {
    // What Google adds to an id for a day of a series, or for a series that was split, begins with this character.
    let id = event.series_id().split('_').next().unwrap_or_default();
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_id && event.marks.processed.is_some()
}

/// Whether an event that was made by hand is approved; `None` for what no sweep approves.
fn manual_status(event: &Event, rules: &Rules<'_>) -> Option<Status> {
    match judge(event, rules, false) {
        // Without days it cannot be shown, but it is a manual user's.
        Verdict::Work(..) | Verdict::Leave(LeaveReason::WithoutDays) => Some(Status::Pending),
        // Its day will come, unless it is over.
        Verdict::Leave(LeaveReason::OutsideWindow) => {
            event.days.filter(|days| rules.window.is_before_the_end_of(*days)).map(|_| Status::Pending)
        }
        Verdict::Leave(LeaveReason::Approved | LeaveReason::ChangeIgnored) => Some(Status::Approved),
        // Upstream writes nothing but this.
        Verdict::Leave(LeaveReason::Processed) => Some(status_of(event)).filter(|status| *status == Status::Approved),
        // Who was registered when it was approved need not be so any more.
        Verdict::Leave(LeaveReason::NotAManualUser) => was_swept(event).then_some(Status::Approved),
        Verdict::Leave(_) => None,
    }
}

/// The person of a reservation.
fn reserved_for(event: &Event, status: Status) -> (String, Attendee) {
    let title = event.title.as_deref().unwrap_or_default();
    let name = Some(title).filter(|_| status == Status::Pending).and_then(name_in_title).unwrap_or(title);
    let key = event.marks.requester.as_ref().map(Email::key);
    (name.to_owned(), key.map_or_else(|| Attendee::Named(name.to_owned()), Attendee::Known))
}

/// The person who entered a day by hand, by the name that the directory has.
fn entered_by(event: &Event, rules: &Rules<'_>) -> (String, Attendee) {
    let key = event.creator.as_ref().map(Email::key);
    let user = key.as_ref().and_then(|key| rules.users.get(key));
    let name = user.map_or_else(|| event.title.clone().unwrap_or_default(), |user| user.name.clone());
    let attendee = key.map_or_else(|| Attendee::Named(name.clone()), Attendee::Known);
    (name, attendee)
}

#[cfg(test)]
mod tests;
