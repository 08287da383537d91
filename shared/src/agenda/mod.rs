//! What offices' calendars have on some days, for people who look at them: read from Google, kept for half a minute.
//!
//! All that processes read for them is taken from one counter in the table, so that whoever polls starves neither the
//! sweeps nor the workflow.

mod error;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Timelike as _};
use derive_more::Debug;

use crate::clock::{Clock, Stamp};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::quota::FOR_LOOKING;
use crate::google::{Budget, GoogleCalendar, GoogleClient, GoogleError, Listing};
use crate::store::Store;

pub use error::AgendaError;

/// For how long what was read is good.
const GOOD_FOR: Duration = Duration::from_secs(30);
/// How many events are kept at most, so that memory stays small.
const MOST_EVENTS: usize = 10_000;
/// The first day that can be asked of Google.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a date");
/// The last day that can be asked of Google.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9_999, 12, 31).expect("a date");

/// Looks at calendars; clones share one memory. What calendars have stays out of logs.
#[derive(Clone, Debug)]
#[debug("Agenda")]
pub struct Agenda {
    google: GoogleClient,
    store: Store,
    clock: Clock,
    memory: Arc<Mutex<LastSights>>,
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

/// A page of what a calendar has, and a little more: what ends on the day before or begins on the day after.
#[derive(Debug)]
pub struct Sighted {
    /// The events, in the order of their beginnings.
    pub events: Vec<Event>,
    /// How many events cannot be read.
    pub unreadable: usize,
    /// What Google calls the calendar's zone.
    pub zone: Option<String>,
    /// The next page of Google's listing.
    pub next: Option<String>,
}

/// What was read and may be used again, the oldest first.
type LastSights = VecDeque<Remembered>;

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
        Self { google, store, clock, memory: Arc::default() }
    }

    /// What was read less than 30 seconds ago, unless we have written to the calendar since.
    pub fn recall(&self, sight: &Sight) -> Option<Arc<Sighted>> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.retain(|one| {
            self.clock.is_within(GOOD_FOR, one.at) && self.google.writes().to(&one.sight.calendar) == one.writes
        });
        memory.iter().find(|one| one.sight == *sight).map(|one| Arc::clone(&one.sighted))
    }

    /// Takes the right to so many calls of this minute, all or none.
    pub async fn take(&self, calls: usize) -> Result<(), AgendaError> {
        let now = self.clock.now();
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        if calls == 0 || self.store.take_looks(calls, FOR_LOOKING, now).await? {
            return Ok(());
        }
        Err(AgendaError::UsedUp { retry_after: Duration::from_secs(u64::from(60 - now.second().min(59))) })
    }

    /// What was read less than 30 seconds ago, or else what Google says now, for one call of this minute.
    pub async fn see(&self, budget: &Budget, sight: Sight) -> Result<Arc<Sighted>, AgendaError> {
        if let Some(known) = self.recall(&sight) {
            return Ok(known);
        }
        self.take(1).await?;
        Ok(self.read(budget, sight).await?)
    }

    /// Reads from Google what was taken the right to.
    pub async fn read(&self, budget: &Budget, sight: Sight) -> Result<Arc<Sighted>, GoogleError> {
        let (at, writes) = (self.clock.stamp(), self.google.writes().to(&sight.calendar));
        // The day of an event is that of the calendar, whose zone may be up to a day away from UTC.
        let from = sight.days.start().pred_opt().unwrap_or(FIRST_DAY).max(FIRST_DAY).and_time(NaiveTime::MIN).and_utc();
        let to = sight.days.end().succ_opt().unwrap_or(LAST_DAY).min(LAST_DAY).and_time(NaiveTime::MIN).and_utc();
        let calendar = GoogleCalendar::new(&self.google, budget, &sight.calendar);
        let page = calendar.list_events(&Listing::InOrder { from, to }, sight.page.as_deref()).await?;
        let sighted = Arc::new(Sighted {
            events: page.events,
            unreadable: page.odd.len(),
            zone: page.zone_name,
            next: page.next_page,
        });
        self.keep(Remembered { sight, writes, at, sighted: Arc::clone(&sighted) });
        Ok(sighted)
    }

    /// An event as Google has it now.
    pub async fn look_at(&self, budget: &Budget, calendar: &CalendarId, event: &EventId) -> Result<Event, GoogleError> {
        GoogleCalendar::new(&self.google, budget, calendar).get_event(event).await
    }

    fn keep(&self, newest: Remembered) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.retain(|one| one.sight != newest.sight);
        memory.push_back(newest);
        let mut events: usize = memory.iter().map(|one| one.sighted.events.len()).sum();
        while events > MOST_EVENTS && memory.len() > 1 {
            events -= memory.pop_front().map_or(0, |one| one.sighted.events.len());
        }
    }
}
