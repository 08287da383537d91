//! What offices' calendars have on some days, for people who look at them: read from Google, kept for half a minute.
//!
//! Whatever processes read for people is taken from one counter in the table, so that somebody who polls starves neither the
//! sweeps nor the workflow.

mod error;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{Datelike as _, NaiveDate, NaiveTime, Timelike as _};
use derive_more::Debug;

pub use self::error::AgendaError;
use crate::clock::{Clock, Moment, Stamp};
use crate::domain::attendance::{Attendance, Shown, show};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::sweep_plan::Rules;
use crate::google::{Budget, GoogleCalendar, GoogleClient, GoogleError, Listing, SharedQuota};
use crate::store::Store;

/// For how long what was read is good.
const GOOD_FOR: Duration = Duration::from_secs(30);
/// How many entries are kept at most, so that memory stays small: some hundred bytes each.
const MOST_ENTRIES: usize = 25_000;

/// Looks at calendars; clones share one memory. What calendars have stays out of logs.
#[derive(Clone, Debug)]
#[debug("Agenda")]
pub struct Agenda {
    google: GoogleClient,
    quota: SharedQuota,
    clock: Clock,
    /// What was read and may be used again, the oldest first.
    memory: Arc<Mutex<VecDeque<Remembered>>>,
}

/// Which part of a calendar to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The calendar.
    pub calendar: CalendarId,
    /// The days.
    pub days: DateRange,
    /// The page of Google's listing; `None`: the first.
    pub page: Option<String>,
}

/// What a page of Google's listing says.
#[derive(Debug)]
pub struct Sighted {
    /// What touches the days.
    pub attendances: Vec<Attendance>,
    /// How many events cannot be understood.
    pub unreadable: usize,
    /// What Google calls the calendar's zone.
    pub zone: Option<String>,
    /// The next page of Google's listing.
    pub next: Option<String>,
}

/// How to read what is not remembered.
#[derive(Clone, Copy, Debug)]
pub struct Eyes<'a> {
    /// By which rules events are told apart.
    pub rules: Rules<'a>,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

struct Remembered {
    sight: Sight,
    /// Which of our own writes to the calendar it has.
    writes: u64,
    at: Stamp,
    sighted: Arc<Sighted>,
}

impl Agenda {
    /// Calls nobody.
    pub fn new(google: GoogleClient, store: Store, clock: Clock) -> Self {
        Self { google, quota: SharedQuota::new(store, clock.clone()), clock, memory: Arc::default() }
    }

    /// What was read less than 30 seconds ago, unless we have written to the calendar since.
    pub fn recall(&self, sight: &Sight) -> Option<Arc<Sighted>> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.retain(|one| self.clock.is_within(GOOD_FOR, one.at) && self.writes_to(&one.sight) == one.writes);
        memory.iter().find(|one| one.sight == *sight).map(|one| Arc::clone(&one.sighted))
    }

    /// Takes the right to so many calls of this minute, all or none.
    pub async fn take(&self, calls: usize) -> Result<(), AgendaError> {
        let seconds = self.clock.now().second().min(59);
        if calls == 0 || self.quota.take(u32::try_from(calls).unwrap_or(u32::MAX)).await? {
            return Ok(());
        }
        Err(AgendaError::UsedUp { retry_after: Duration::from_secs(u64::from(60 - seconds)) })
    }

    /// What is remembered, or else what Google says now, for one call of this minute.
    pub async fn see(&self, eyes: Eyes<'_>, sight: Sight) -> Result<Arc<Sighted>, AgendaError> {
        if let Some(known) = self.recall(&sight) {
            return Ok(known);
        }
        self.take(1).await?;
        Ok(self.read(eyes, sight).await?)
    }

    /// Reads from Google what was taken the right to.
    pub async fn read(&self, eyes: Eyes<'_>, sight: Sight) -> Result<Arc<Sighted>, GoogleError> {
        let (at, writes) = (self.clock.stamp(), self.writes_to(&sight));
        // The days are those of the calendar, whose zone may be up to a day away from UTC. Google's years have four digits.
        let midnight = |day: Option<NaiveDate>, otherwise: NaiveDate| {
            let day = day.filter(|day| (1..=9_999).contains(&day.year())).unwrap_or(otherwise);
            day.and_time(NaiveTime::MIN).and_utc()
        };
        let from = midnight(sight.days.start().pred_opt(), sight.days.start());
        let to = midnight(sight.days.end().succ_opt(), sight.days.end());
        let budget = self.budget(eyes.deadline);
        let calendar = GoogleCalendar::new(&self.google, &budget, &sight.calendar);
        let page = calendar.list_events(&Listing::InOrder { from, to }, sight.page.as_deref()).await?;
        if page.next_page.as_ref().is_some_and(|next| next.is_empty() || sight.page.as_ref() == Some(next)) {
            // Such a listing has no end.
            return Err(GoogleError::Unreadable);
        }
        let (attendances, unreadable) = sift(&page.events, eyes.rules, sight.days);
        let sighted = Arc::new(Sighted {
            attendances,
            unreadable: unreadable + page.odd.len(),
            zone: page.zone_name,
            next: page.next_page,
        });
        self.remember(Remembered { sight, writes, at, sighted: Arc::clone(&sighted) });
        Ok(sighted)
    }

    /// An event as Google has it now. The caller has taken the right to the call.
    pub async fn look_at(
        &self,
        calendar: &CalendarId,
        event: &EventId,
        deadline: Option<Moment>,
    ) -> Result<Event, GoogleError> {
        GoogleCalendar::new(&self.google, &self.budget(deadline), calendar).look_at_event(event).await
    }

    fn budget(&self, deadline: Option<Moment>) -> Budget {
        Budget { deadline, shared: Some(self.quota.clone()), ..Budget::default() }
    }

    fn writes_to(&self, sight: &Sight) -> u64 {
        self.google.writes().to(&sight.calendar)
    }

    fn remember(&self, newest: Remembered) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.retain(|one| one.sight != newest.sight);
        memory.push_back(newest);
        let mut entries: usize = memory.iter().map(|one| one.sighted.attendances.len()).sum();
        while entries > MOST_ENTRIES && memory.len() > 1 {
            entries -= memory.pop_front().map_or(0, |one| one.sighted.attendances.len());
        }
    }
}

/// What touches the days, and how many events of ours cannot be understood.
fn sift(events: &[Event], rules: Rules<'_>, days: DateRange) -> (Vec<Attendance>, usize) {
    let (mut attendances, mut unreadable) = (Vec::new(), 0);
    for event in events {
        match show(event, &rules) {
            Shown::Attendance(attendance) if attendance.days.overlaps(days) => attendances.push(*attendance),
            Shown::Unreadable => unreadable += 1,
            Shown::Attendance(_) | Shown::Hidden => {}
        }
    }
    (attendances, unreadable)
}
