//! A day that a workflow registers or approves, and what its event must become.
//!
//! An approval is never taken back, and a request that is repeated changes nothing.

use chrono::NaiveDate;

use super::date_range::{DateRange, DateRangeError, parse_date};
use super::email::Email;
use super::event::{Event, EventChange, LONGEST_TITLE, PROCESSED, REQUESTER, RESERVATION, StatusChange};
use super::event_id::{EventId, Identity};

/// The longest address that is kept with an event, in bytes (RFC 5321).
const LONGEST_ADDRESS: usize = 254;

/// What a workflow asked for, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedReservation {
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: Option<String>,
    /// Whether the attendance is approved.
    pub approved: bool,
    /// The first day, `YYYY-MM-DD`.
    pub start: String,
    /// The day after the last one, or the first day again for one day.
    pub end: String,
    /// When the workflow's request was made; any text.
    pub request_dt: String,
    /// The name of the office.
    pub office_id: String,
}

/// A checked request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    request: RequestedReservation,
    days: DateRange,
}

/// A member of a request that cannot be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {what}")]
pub struct InvalidRequest {
    /// The path of the member, as in `user.name`.
    pub field: &'static str,
    /// What is wrong with it and what is allowed.
    pub what: &'static str,
}

/// Whether a reservation is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Registered, not approved.
    Pending,
    /// Approved.
    Approved,
}

/// What to do so that the calendar says what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// There is no event: insert this one.
    Insert(EventChange),
    /// Change the event, if it still is the version that was read.
    Change(EventChange),
    /// Bring the deleted event back with this content, if it still is the version that was read.
    Revive(EventChange),
    /// The event already says what was asked for, or more.
    Leave(Status),
    /// The event's id belongs to another reservation.
    Conflict,
}

/// The colours of pending and approved events, indices into Google's palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    /// The colour of a pending event.
    pub unapproved: u8,
    /// The colour of an approved event.
    pub approved: u8,
}

impl Reservation {
    /// Checks a request's name and dates, and says everything that is wrong with them.
    pub fn new(request: RequestedReservation) -> Result<Self, Vec<InvalidRequest>> {
        let name = if request.name.trim().is_empty() {
            Some("must not be empty")
        } else {
            request.name.contains(char::is_control).then_some("must not contain control characters")
        };
        let name = name.map(|what| InvalidRequest { field: "user.name", what });
        let days = match (date("start", &request.start), date("end", &request.end)) {
            (Ok(start), Ok(end)) => DateRange::new(start, end).map_err(|error| match error {
                DateRangeError::EndBeforeStart => {
                    vec![InvalidRequest { field: "end", what: "must not precede `start`" }]
                }
                _ => vec![InvalidRequest { field: "end", what: "must be before 9999-12-31" }],
            }),
            (start, end) => Err(start.err().into_iter().chain(end.err()).collect()),
        };
        match (name, days) {
            (None, Ok(days)) => Ok(Self { request, days }),
            (name, days) => Err(name.into_iter().chain(days.err().unwrap_or_default()).collect()),
        }
    }

    /// The office's name.
    pub fn office_id(&self) -> &str {
        &self.request.office_id
    }

    /// The days that were asked for.
    pub fn days(&self) -> DateRange {
        self.days
    }

    /// Whether it is to be approved.
    pub fn status(&self) -> Status {
        if self.request.approved { Status::Approved } else { Status::Pending }
    }

    /// The id of its event.
    pub fn event_id(&self) -> EventId {
        self.identity().event_id()
    }

    /// The content of its event when there is none yet.
    pub fn content(&self, colours: Colours) -> EventChange {
        let (title, colour, processed) = match self.status() {
            Status::Pending => (format!("({})", self.request.name), colours.unapproved, "false"),
            Status::Approved => (self.request.name.clone(), colours.approved, "true"),
        };
        let mut properties = vec![(PROCESSED, processed.to_owned()), (RESERVATION, self.identity().digest())];
        let address = self.request.email.as_deref().and_then(Email::parse);
        if let Some(address) = address.filter(|address| address.as_str().len() <= LONGEST_ADDRESS) {
            properties.push((REQUESTER, address.as_str().to_owned()));
        }
        EventChange { title: Some(title), colour: Some(colour), days: Some(self.days), status: None, properties }
    }

    /// What to do, given the event that has the reservation's id now.
    pub fn next_step(&self, existing: Option<&Event>, colours: Colours) -> NextStep {
        let Some(event) = existing else {
            return NextStep::Insert(self.content(colours));
        };
        let owner = event.marks.reservation.as_deref();
        if owner.is_some_and(|digest| digest != self.identity().digest()) {
            return NextStep::Conflict;
        }
        let content = EventChange { status: Some(StatusChange::Confirmed), ..self.content(colours) };
        if event.cancelled {
            return NextStep::Revive(content);
        }
        match (status_of(event), self.status()) {
            (Status::Pending, Status::Approved) => NextStep::Change(content),
            (status, _) => NextStep::Leave(status),
        }
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            name: &self.request.name,
            request_dt: &self.request.request_dt,
            start: &self.request.start,
            end: &self.request.end,
        }
    }
}

/// Whether the event of a reservation is approved: upstream and Moffman write `event_processed` with `true` or `false`.
pub fn status_of(event: &Event) -> Status {
    let approved = event.marks.processed.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if approved { Status::Approved } else { Status::Pending }
}

/// The name in the title of a pending reservation, which is written `(name)`. `None` of a title that a person gave.
pub fn name_in_title(title: &str) -> Option<&str> {
    let opened = title.strip_prefix('(')?;
    // A title that was too long for Google has lost its end.
    let is_cut = title.chars().count() >= LONGEST_TITLE;
    opened.strip_suffix(')').or_else(|| is_cut.then_some(opened))
}

fn date(field: &'static str, text: &str) -> Result<NaiveDate, InvalidRequest> {
    parse_date(text).ok_or(InvalidRequest { field, what: "must be an existing date, written YYYY-MM-DD" })
}
