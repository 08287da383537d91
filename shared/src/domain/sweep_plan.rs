//! Decides, for each event of a listing, whether it is work, and why.
//!
//! The same listing and rules give the same plan, and the plan of an approved calendar is empty. Copies and occurrences of
//! a series take over the private properties of their origin, so a mark counts only for the event that it names.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveTime, Utc};
use derive_more::Display;
use serde::{Deserialize, Serialize};

use super::date_range::DateRange;
use super::email::{Email, PersonKey};
use super::event::{Event, EventKind};
use super::event_id::EventId;
use super::manual_user::ManualUser;

/// The rules by which an event is work for a sweep.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The registered manual users by [`Email::key`](super::email::Email::key).
    pub users: &'a HashMap<PersonKey, ManualUser>,
    /// Occurrences of a series are work only inside this window.
    pub window: Window,
    /// Whether events with times of day count.
    pub timed_events: bool,
    /// Whether an approved event whose days changed gets a new form.
    pub reissue: bool,
}

/// The span of time that a sweep looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
}

/// Why an event is work.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Made by hand and not approved yet.
    #[display("made by hand, not approved yet")]
    New,
    /// An occurrence of a series of which another day is approved.
    #[display("another day of a series that has an approved one")]
    Occurrence,
    /// A copy of an event that is approved.
    #[display("a copy of a processed event")]
    Copied,
    /// Approved, then moved to other days.
    #[display("moved after its approval")]
    Moved,
}

/// Why an event is left alone.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// It is deleted.
    #[display("deleted")]
    Deleted,
    /// Its creator is no registered manual user.
    #[display("not made by a registered manual user")]
    NotAManualUser,
    /// It is a working location, a birthday or the like.
    #[display("not an ordinary event")]
    NotOrdinary,
    /// It is a series: its days are events of their own.
    #[display("a series, whose days are events of their own")]
    Series,
    /// It was processed by a workflow or by upstream.
    #[display("processed by a workflow or an earlier service")]
    Processed,
    /// It is approved for its days.
    #[display("approved for these days")]
    Approved,
    /// It was moved after its approval, which the configuration ignores.
    #[display("moved after its approval, which `manual_users.on_change` ignores")]
    ChangeIgnored,
    /// It has times of day, which the configuration ignores.
    #[display("has times of day, which `calendar.timed_events` ignores")]
    Timed,
    /// An occurrence of a series, outside the window.
    #[display("an occurrence outside `calendar.checking_range`")]
    OutsideWindow,
    /// Its dates make no days.
    #[display("has no valid dates")]
    WithoutDays,
    /// Google does not let this calendar change it: it is a guest's copy, or locked.
    #[display("another calendar's, or locked: Google does not let this calendar change it")]
    Fixed,
    /// Google refused to have it changed.
    #[display("Google refuses to have it changed")]
    Refused,
}

/// What to do with one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Approve it for these days.
    Work(Why, DateRange),
    /// Nothing.
    Leave(LeaveReason),
}

/// Judges one event. An event that `is_open` was work before, and stays work outside the window.
pub fn judge(event: &Event, rules: &Rules<'_>, is_open: bool) -> Verdict {
    if event.cancelled {
        return Verdict::Leave(LeaveReason::Deleted);
    }
    if !event.creator.as_ref().is_some_and(|creator| rules.users.contains_key(&creator.key())) {
        return Verdict::Leave(LeaveReason::NotAManualUser);
    }
    match event.kind {
        EventKind::Single => {}
        EventKind::Series => return Verdict::Leave(LeaveReason::Series),
        EventKind::Special => return Verdict::Leave(LeaveReason::NotOrdinary),
    }
    let Some(days) = event.days else {
        return Verdict::Leave(LeaveReason::WithoutDays);
    };
    let why = match standing(event, days) {
        Standing::Untouched => Why::New,
        Standing::Copy => Why::Copied,
        Standing::OtherOccurrence => Why::Occurrence,
        Standing::Moved if rules.reissue => Why::Moved,
        Standing::Moved => return Verdict::Leave(LeaveReason::ChangeIgnored),
        Standing::Approved => return Verdict::Leave(LeaveReason::Approved),
        Standing::Processed => return Verdict::Leave(LeaveReason::Processed),
    };
    if event.fixed {
        return Verdict::Leave(LeaveReason::Fixed);
    }
    if event.timed && !rules.timed_events {
        return Verdict::Leave(LeaveReason::Timed);
    }
    if event.series.is_some() && !is_open && !rules.window.overlaps(days) {
        return Verdict::Leave(LeaveReason::OutsideWindow);
    }
    Verdict::Work(why, days)
}

/// What an event's private properties say about it.
enum Standing {
    Untouched,
    Processed,
    Approved,
    Moved,
    OtherOccurrence,
    Copy,
}

fn standing(event: &Event, days: DateRange) -> Standing {
    let marks = &event.marks;
    let Some(marked) = &marks.approved_event else {
        return match (&marks.processed, &marks.reservation) {
            (None, _) => Standing::Untouched,
            // The service account makes the events of reservations: one that a person made is a copy.
            (Some(_), Some(_)) => Standing::Copy,
            (Some(_), None) => Standing::Processed,
        };
    };
    if **event.series_id() != *series_of(marked) && *marked != event.id {
        return Standing::Copy;
    }
    match marks.approved_dates {
        Some(approved) if approved == days => Standing::Approved,
        Some(_) if *marked == event.id => Standing::Moved,
        Some(_) => Standing::OtherOccurrence,
        None => Standing::Processed,
    }
}

/// Whether a sweep approved this very event, whatever days it has now and whoever is registered now.
pub(super) fn was_swept(event: &Event) -> bool {
    let own = |days| matches!(standing(event, days), Standing::Approved | Standing::Moved | Standing::Processed);
    event.marks.approved_event.is_some() && event.days.is_some_and(own)
}

/// The series of an occurrence's id, which ends in `_20260618` or `_20260618T080000Z`; any other id as it is.
fn series_of(id: &str) -> &str {
    match id.rsplit_once('_') {
        Some((series, suffix)) if !series.is_empty() && is_original_start(suffix) => series,
        _ => id,
    }
}

fn is_original_start(suffix: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    match suffix.split_once('T') {
        None => digits(suffix, 8),
        Some((date, time)) => digits(date, 8) && digits(time.strip_suffix('Z').unwrap_or(time), 6),
    }
}

impl Window {
    /// Whether any of the days, taken from midnight UTC, lies inside.
    pub fn overlaps(&self, days: DateRange) -> bool {
        self.is_before_the_end_of(days) && days.start().and_time(NaiveTime::MIN).and_utc() < self.to
    }

    /// Whether the days end, at midnight UTC, after its first instant: a sweep has reached them or will.
    pub fn is_before_the_end_of(&self, days: DateRange) -> bool {
        days.end().and_time(NaiveTime::MIN).and_utc() > self.from
    }
}

/// What a listing of a calendar shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The events to approve, as last listed, by id.
    pub work: BTreeMap<EventId, Work>,
    /// The events with an open record that need nothing any more, as last listed.
    pub done: BTreeMap<EventId, Event>,
    /// Why the other events are left alone.
    pub left: BTreeMap<EventId, LeaveReason>,
    /// The events that cannot be read, by id or by their place in the listing, and why.
    pub odd: BTreeMap<String, String>,
}

/// An event to approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The event as listed.
    pub event: Event,
    /// The person who made it.
    pub person: PersonKey,
    /// The days to approve.
    pub days: DateRange,
    /// Why it is work.
    pub why: Why,
}

impl Found {
    /// Adds what is to be done about one listed event. `is_open` tells whether there is an open record of it.
    ///
    /// An event that is listed twice counts as it was listed last.
    pub fn add(&mut self, event: Event, rules: &Rules<'_>, is_open: bool) {
        self.forget(&event.id);
        match (judge(&event, rules, is_open), event.creator.as_ref().map(Email::key)) {
            (Verdict::Work(why, days), Some(person)) => {
                let id = event.id.clone();
                match event.with_version() {
                    Ok(event) => drop(self.work.insert(id, Work { event, person, days, why })),
                    Err(reason) => drop(self.odd.insert(id.into(), reason)),
                }
            }
            (Verdict::Leave(left @ LeaveReason::WithoutDays), _) => {
                self.odd.insert(event.id.into(), format!("it {left}"));
            }
            (Verdict::Leave(_), _) if is_open => {
                self.done.insert(event.id.clone(), event);
            }
            (Verdict::Leave(left), _) => {
                self.left.insert(event.id, left);
            }
            (Verdict::Work(..), None) => {}
        }
    }

    /// Adds an event that cannot be read: by its id, or by its place in the listing if the id cannot be read either.
    pub fn add_odd(&mut self, name: String, reason: String) {
        self.forget(&name);
        self.odd.insert(name, reason);
    }

    fn forget(&mut self, id: &str) {
        self.work.remove(id);
        self.done.remove(id);
        self.left.remove(id);
        self.odd.remove(id);
    }

    /// How many events are left alone for each reason.
    pub fn left_by_reason(&self) -> BTreeMap<LeaveReason, usize> {
        let mut counts = BTreeMap::new();
        for left in self.left.values() {
            *counts.entry(*left).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests;
