//! Shows the approval forms, and lets a person settle one that the sweeps do not.
//!
//! A decision only changes the form; the next sweep acts on it. So it needs nobody but the table, and is refused only
//! while a sweep is sending the form.

mod list;
mod place;
mod settle;
mod view;

use std::collections::HashSet;

use chrono::{DateTime, Utc};

pub use list::list;
pub use settle::{discard, resend};

use crate::app::Moffman;
use crate::directory::{DirectoryError, Roster};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::digest::digest;
use crate::domain::form::Failures;
use crate::domain::office::Office;
use crate::store::StoreError;

/// How many forms a page has if nobody chose.
pub const DEFAULT_LIMIT: usize = 50;
/// How many forms a page has at most.
pub const MOST_ON_A_PAGE: usize = 200;

/// How far a form has come, as a person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing was sent yet, or a person has it sent again: the next sweep does.
    Due,
    /// It is being sent.
    Sending,
    /// It was refused, or the form service was not reached; it is sent again later.
    Waiting,
    /// Nobody knows whether it was issued.
    InDoubt,
    /// It waits for a person.
    Held,
    /// It was issued.
    Issued,
    /// A person ended it.
    Discarded,
}

/// An approval form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Opaque; the same for as long as the form is known.
    pub id: String,
    /// How far it has come.
    pub state: State,
    /// The address of its person.
    pub user_id: String,
    /// The days.
    pub days: DateRange,
    /// What is known about earlier attempts, if one failed.
    pub failures: Option<Failures>,
    /// How many mails may have gone out.
    pub mails: u32,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// The events that asked for it, the last ones.
    pub events: Vec<Event>,
}

/// An event that asked for a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The name of its office, the first of those that share the calendar; `None` where no office has it any more.
    pub office_id: Option<String>,
    /// Its id in the calendar.
    pub event_id: String,
    /// What became of it.
    pub status: Status,
    /// When it was found, while it is open.
    pub found_at: Option<DateTime<Utc>>,
}

/// What became of an event that asked for a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
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

/// Which forms to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that an event of the office with this name asked for.
    pub office: Option<String>,
    /// Only those in one of these states; all if there is none.
    pub states: Vec<State>,
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
    /// No form has this id.
    #[error("there is no such form")]
    NoSuchForm,
    /// A sweep sends it. Come back when it is through.
    #[error("a sweep is sending the form")]
    InProgress,
    /// It was issued already.
    #[error("the form was issued")]
    Issued,
    /// It was discarded already.
    #[error("the form was discarded")]
    Discarded,
    /// Its person is no registered manual user any more.
    #[error("the person of the form is no registered manual user")]
    NotRegistered,
    /// No event asks for it any more.
    #[error("no event asks for the form any more")]
    NoEvent,
    /// Sweeps kept changing the form.
    #[error("the form kept changing")]
    Contended,
}

impl State {
    /// All that are not settled.
    pub const OPEN: [Self; 5] = [Self::Due, Self::Sending, Self::Waiting, Self::InDoubt, Self::Held];
}

/// How the place of a calendar begins that no office has any more: after all offices.
const ORPHAN: char = '\u{10ffff}';

/// One office per calendar, as [`offices`]; then, under names that no office has, the calendars that were read once and
/// have no office any more.
async fn calendars(app: &Moffman, everything: &Roster) -> Result<Vec<Office>, StoreError> {
    let mut offices = offices(everything);
    let known: HashSet<CalendarId> = everything.offices.iter().map(|office| office.calendar_id.clone()).collect();
    let mut orphaned = app.store.known_calendars().await?;
    orphaned.retain(|calendar| !known.contains(calendar));
    let orphaned = orphaned.into_iter().map(|calendar_id| {
        let name = format!("{ORPHAN}{}", digest(calendar_id.key()));
        Office { name, calendar_id }
    });
    let mut orphaned: Vec<Office> = orphaned.collect();
    orphaned.sort_by(|a, b| a.name.cmp(&b.name));
    offices.extend(orphaned);
    Ok(offices)
}

/// One office per calendar, in the order of their names: the first of those that share a calendar.
fn offices(everything: &Roster) -> Vec<Office> {
    let mut offices = everything.offices.clone();
    offices.sort_by(|a, b| a.name.cmp(&b.name));
    let mut seen = HashSet::new();
    offices.retain(|office| seen.insert(office.calendar_id.clone()));
    offices
}
