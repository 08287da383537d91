//! A [`Sweep`] under way, and what all its parts need. The other files of this folder add what a sweep does.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use tokio::sync::Mutex;

use super::calendar::SweptCalendar;
use super::decision::Policy;
use super::order::SweepOrder;
use super::report::SweepReport;
use crate::app::Moffman;
use crate::config::OnUnknownOutcome;
use crate::directory::Roster;
use crate::domain::backoff::Backoff;
use crate::domain::calendar_id::CalendarId;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::form::FormKey;
use crate::domain::office::Office;
use crate::domain::revision::Revision;
use crate::domain::sweep_plan::{Rules, Window};
use crate::google::{Budget, GoogleCalendar, GoogleError, Listing};
use crate::store::StoreError;
use crate::store::open_record::OpenRecord;

/// How many calendars are read side by side.
const CALENDARS_AT_ONCE: usize = 6;
/// After how many forms in a row without an answer the form service is left alone for the rest of a sweep.
pub(super) const MOST_SILENCES: u32 = 3;
/// What follows a form takes about this long.
const AFTER_A_FORM: Duration = Duration::from_secs(5);
/// The pauses before an outcome is written again while DynamoDB is in trouble.
const PAUSES: Backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(16) };
/// How often an outcome is written again, so that all pauses end within the lease.
const MOST_PAUSES: u32 = 5;
/// What is left to do after a pause takes about this long.
const AFTER_A_PAUSE: Duration = Duration::from_secs(10);
/// Luck is drawn from this span: a millisecond is a thousandth.
const LUCK: Duration = Duration::from_secs(1);

/// One sweep under way.
pub(super) struct Sweep<'a> {
    pub(super) app: &'a Moffman,
    pub(super) order: &'a SweepOrder,
    pub(super) budget: Budget,
    pub(super) roster: Arc<Roster>,
    /// Held while a form is sent, so that forms are sent one at a time. Counts the forms in a row that had no answer.
    pub(super) form_turn: Mutex<u32>,
    /// The forms that a dry run says are sent.
    pub(super) planned: Mutex<HashSet<FormKey>>,
    pub(super) started: DateTime<Utc>,
}

impl Sweep<'_> {
    /// Reads a few calendars at a time, and works on each as soon as it is read. Neither slow work nor a slow calendar
    /// keeps another calendar waiting.
    pub(super) async fn run(&self, offices: Vec<Office>) -> SweepReport {
        let count = offices.len().max(1);
        stream::iter(offices)
            .map(|office| self.read(office))
            .buffer_unordered(CALENDARS_AT_ONCE)
            .map(|(calendar, backlog)| self.work_off(calendar, backlog))
            .buffer_unordered(count)
            .fold(SweepReport::default(), |sum, one| async { sum.plus(one) })
            .await
    }

    /// The calendar of this id at Google.
    pub(super) fn google_calendar<'s>(&'s self, id: &'s CalendarId) -> GoogleCalendar<'s> {
        GoogleCalendar::new(&self.app.google, &self.budget, id)
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        self.app.rules(&self.roster.users, self.started)
    }

    pub(super) fn window(&self) -> Window {
        self.app.window(self.started)
    }

    /// By what this sweep decides now.
    pub(super) fn policy(&self) -> Policy<'_> {
        Policy {
            rules: self.rules(),
            forms: self.app.byroapi.is_some(),
            hold: self.app.settings.forms.on_unknown_outcome == OnUnknownOutcome::Hold,
            now: self.app.clock.now(),
        }
    }

    /// A fresh revision for what is written.
    pub(super) fn revision(&self) -> Revision {
        Revision(self.app.randomness.id())
    }

    /// Whether there is time for one more form and what follows it, and nobody wants the process to stop.
    pub(super) fn has_time(&self) -> bool {
        let needed = self.app.settings.forms.timeout + AFTER_A_FORM;
        let in_time = self.order.deadline.is_none_or(|deadline| self.app.clock.until(deadline) >= needed);
        in_time && !self.app.stop.is_wanted()
    }

    /// The event as Google has it now; `None` when Google does not know it.
    pub(super) async fn look_at(
        &self,
        calendar: &SweptCalendar,
        event: &EventId,
    ) -> Result<Option<Event>, GoogleError> {
        match self.google_calendar(&calendar.office.calendar_id).in_zone(calendar.zone).get_event(event).await {
            Ok(event) => Ok(Some(event)),
            Err(GoogleError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The event of a record as Google has it now, or as deleted.
    pub(super) async fn look(&self, calendar: &SweptCalendar, record: &OpenRecord) -> Result<Event, GoogleError> {
        match self.look_at(calendar, &record.event.id).await? {
            Some(event) => Ok(event),
            None => self.vanished(calendar, record).await,
        }
    }

    /// The event of a record as deleted, since Google does not know it; an error if it is the calendar that is out of reach.
    pub(super) async fn vanished(&self, calendar: &SweptCalendar, record: &OpenRecord) -> Result<Event, GoogleError> {
        let from = self.app.clock.now();
        let reach = Listing::Window { from, to: from + TimeDelta::minutes(1) };
        self.google_calendar(&calendar.office.calendar_id).list_events(&reach, None).await?;
        Ok(Event { cancelled: true, ..record.event.clone() })
    }

    /// Pauses before something is written again, while DynamoDB is in trouble and there is time for the pause, one more write
    /// and the approval. Answers whether it did; `pauses` counts the pauses so far.
    pub(super) async fn waits_out(&self, error: &StoreError, pauses: &mut u32) -> bool {
        let pause = PAUSES.after(*pauses + 1);
        let needed = pause + AFTER_A_PAUSE;
        let has_time = self.order.deadline.is_none_or(|deadline| self.app.clock.until(deadline) > needed);
        if !error.is_temporary() || *pauses >= MOST_PAUSES || !has_time {
            return false;
        }
        self.app.clock.pause(pause).await;
        *pauses += 1;
        true
    }

    /// How much of the possible wait is added before a form is tried again, in thousandths.
    pub(super) fn luck(&self) -> u16 {
        u16::try_from(self.app.randomness.up_to(LUCK).as_millis()).unwrap_or(0)
    }
}
