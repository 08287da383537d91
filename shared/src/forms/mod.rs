//! Shows the approval forms that wait, fail or are done, and lets a person settle one that the sweeps do not.
//!
//! A decision only changes the record; the next sweep acts on it. So it needs nobody but the table, and is refused only
//! while a sweep works on the form.

mod id;
mod list;
mod settle;

use chrono::{DateTime, Utc};

pub use list::list;
pub use settle::{discard, resend};

use crate::directory::{DirectoryError, Everything};
use crate::domain::date_range::DateRange;
use crate::domain::office::Office;
use crate::store::StoreError;
use crate::store::open_record::OpenRecord;

/// How many forms a page has if nobody chose.
pub const DEFAULT_LIMIT: usize = 50;
/// How many forms a page has at most.
pub const MOST_ON_A_PAGE: usize = 200;

/// How far a form has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is still to be issued: new, under way, or tried again later.
    Open,
    /// It waits for a person.
    Held,
    /// It needs nothing any more: issued, discarded, or approved without it.
    Done,
}

/// The approval form of an event for certain days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Opaque; the same for as long as the form is known.
    pub id: String,
    /// The name of its office: the one that was asked for, else the first of those that share the calendar.
    pub office_id: String,
    /// How far it has come.
    pub state: State,
    /// The days.
    pub days: DateRange,
    /// The address of the person whose event it is; unknown once the event is approved.
    pub user_id: Option<String>,
    /// When its event was found; unknown once the event is approved.
    pub found_at: Option<DateTime<Utc>>,
    /// What is known about earlier attempts, if one failed.
    pub failures: Option<Failures>,
}

/// Attempts at a form that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many are counted, also those that did not reach the form service.
    pub count: u32,
    /// When the first happened.
    pub since: DateTime<Utc>,
    /// Before this instant sweeps do not try again; `None` when they do not at all.
    pub next_try_at: Option<DateTime<Utc>>,
}

/// Which forms to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of the office with this name.
    pub office: Option<String>,
    /// Only those that have come this far.
    pub state: Option<State>,
}

/// A part of a listing, in the order of the offices' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// At most as many as were asked for; fewer do not mean that there are no more.
    pub forms: Vec<Form>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// Why forms are not listed or settled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormsError {
    /// The offices are not known, or not this one.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The state cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The place of a page is none that a listing answered.
    #[error("the page is none of a listing")]
    NoSuchPage,
    /// No form has this id, or its event has changed or was deleted since.
    #[error("there is no such form")]
    NoSuchForm,
    /// A sweep works on it. Come back when it is through.
    #[error("a sweep is working on the form")]
    InProgress,
    /// It was issued or discarded already.
    #[error("the form is done")]
    Done,
    /// Sweeps kept changing the record.
    #[error("the form kept changing")]
    Contended,
}

impl Form {
    /// The form for `days` of an event that needs work; `event` stands for the event in sort keys.
    fn of_record(office: &Office, event: &str, days: DateRange, record: &OpenRecord, everything: &Everything) -> Self {
        let state = match record {
            record if record.issued.contains(&days) => State::Done,
            record if record.held == Some(days) => State::Held,
            _ => State::Open,
        };
        let failures = record.failures.filter(|failures| failures.days == days && state != State::Done);
        let user = everything.users.get(&record.user).map(|user| user.email.to_string());
        Self {
            user_id: Some(user.unwrap_or_else(|| record.user.to_string())),
            found_at: Some(record.recorded_at),
            failures: failures.map(|failures| Failures {
                count: failures.count,
                since: failures.since,
                next_try_at: (state == State::Open).then_some(failures.next_try_at),
            }),
            state,
            ..Self::done(office, event, days)
        }
    }

    /// A form of which only this is known.
    fn done(office: &Office, event: &str, days: DateRange) -> Self {
        Self {
            id: id::of_form(&office.calendar_id, event, days),
            office_id: office.name.clone(),
            state: State::Done,
            days,
            user_id: None,
            found_at: None,
            failures: None,
        }
    }
}

/// One office per calendar, in the order of their names: the first of those that share a calendar.
fn offices(everything: &Everything) -> Vec<Office> {
    let mut offices = everything.offices.clone();
    offices.sort_by(|a, b| a.name.cmp(&b.name));
    let mut seen = std::collections::HashSet::new();
    offices.retain(|office| seen.insert(office.calendar_id.clone()));
    offices
}
