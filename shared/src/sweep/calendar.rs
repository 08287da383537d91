//! Reads one calendar: the state, and what changed; what is found is recorded, then the cursor moves on.

use std::collections::HashSet;

use chrono::Duration;
use chrono_tz::Tz;

use super::Sweep;
use super::report::SweepReport;
use crate::domain::digest::digest;
use crate::domain::event::Event;
use crate::domain::office::Office;
use crate::domain::sweep_plan::{Found, Left};
use crate::google::{AccessRole, GoogleError, Listing, OddEvent};
use crate::store::StoreError;
use crate::store::calendar::CalendarState;
use crate::store::copy_record::CopyRecord;
use crate::store::cursor::Cursor;
use crate::store::item::{Kept, kept};
use crate::store::left_form::LeftForm;
use crate::store::open_record::OpenRecord;
use crate::store::write::Written;

/// How long a calendar may be read by its sync token alone.
const RECONCILE_AFTER: Duration = Duration::hours(24);
/// No calendar has more pages than this, which are half a million events; Google may send fewer on one.
const MOST_PAGES: usize = 1_000;

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

/// A calendar that was read.
pub(super) struct Calendar {
    pub(super) office: Office,
    /// Its zone, if that is known.
    pub(super) zone: Option<Tz>,
    /// As this sweep read it or moved it on.
    pub(super) cursor: Option<Kept<Cursor>>,
    /// Whether the cursor was planned with the people that this sweep knows: only then may it close the records of those
    /// who are not registered.
    pub(super) is_of_these_people: bool,
    /// Whether the whole window was listed.
    pub(super) is_reconciled: bool,
    /// The forms that events have left behind, as far as nobody has seen to them yet.
    pub(super) left: Vec<Kept<LeftForm>>,
}

/// What there is to do in a calendar, and what only stays open.
pub(super) struct Backlog {
    pub(super) calendar: Calendar,
    /// Oldest first.
    pub(super) work: Vec<Task>,
    pub(super) copies: Vec<Kept<CopyRecord>>,
    /// The events whose records were there when the calendar was read: their forms are read before the work.
    pub(super) read_before: HashSet<String>,
}

/// A record to work on.
pub(super) struct Task {
    pub(super) record: Kept<OpenRecord>,
    /// The version of the event that this sweep saw; none where it may have been moved or deleted since.
    pub(super) seen: Option<Event>,
    /// The form that the event asked for before.
    pub(super) left: Option<Kept<LeftForm>>,
}

/// What a calendar's listing said.
struct Listed {
    found: Found,
    /// The next cursor's token; `None` keeps the present one.
    sync_token: Option<String>,
    reconciled: bool,
    zone: Option<Tz>,
    access: AccessRole,
}

impl Task {
    pub(super) fn new(record: Kept<OpenRecord>, seen: Option<Event>) -> Self {
        Self { record, seen, left: None }
    }
}

impl Sweep<'_> {
    /// Reads one calendar. Never fails: what went wrong is in the report.
    pub(super) async fn read(&self, office: Office) -> (SweepReport, Option<Backlog>) {
        let mut report = SweepReport::default();
        let name = office.name.clone();
        let digest = digest(office.calendar_id.key());
        if self.app.stop.is_wanted() {
            return (report, None);
        }
        match self.try_read(office, &mut report).await {
            Ok(backlog) => {
                report.offices_swept += 1;
                (report, backlog)
            }
            Err(error) => {
                tracing::warn!(office.digest = %digest, error = %error, "the office was not swept");
                report.offices_failed += 1;
                report.problem(&name, error.to_string());
                (report, None)
            }
        }
    }

    async fn try_read(&self, office: Office, report: &mut SweepReport) -> Result<Option<Backlog>, CalendarError> {
        if self.order.deadline.is_some_and(|deadline| deadline <= self.app.clock.moment()) {
            return Err(CalendarError::OutOfTime);
        }
        let state = self.app.store.calendar(&office.calendar_id).read().await?;
        report.set_open(state.open.iter().map(|record| &**record), self.app.clock.now());
        report.left = state.left.iter().map(|left| left.form.clone()).collect();
        if state.unreadable > 0 {
            report.problem(&office.name, format!("{} records of open events cannot be read", state.unreadable));
        }
        let account = || self.app.google.service_account_email().to_owned();
        let listed = match self.list(&office, &state).await {
            Err(CalendarError::Google(GoogleError::NotFound)) => {
                return Err(CalendarError::NotShared { account: account() });
            }
            listed => listed?,
        };
        if listed.access == AccessRole::ReadOnly {
            return Err(CalendarError::ReadOnly { account: account() });
        }
        if listed.zone.is_none() {
            let digest = digest(office.calendar_id.key());
            tracing::warn!(office.digest = %digest, "the time zone of the calendar is unknown; that of each event is used");
        }
        for (name, reason) in &listed.found.odd {
            report.unreadable(&office.name, name, reason);
        }
        for (id, _) in listed.found.left.iter().filter(|(_, left)| **left == Left::Fixed) {
            report.events_refused += 1;
            report.problem(&office.name, format!("event {id} stays unapproved until it changes: {}", Left::Fixed));
        }
        let CalendarState { cursor, open, copies, left, .. } = state;
        let is_of_these_people =
            cursor.as_ref().is_some_and(|cursor| cursor.users_digest == self.everything.users_digest);
        let (zone, is_reconciled) = (listed.zone, listed.reconciled);
        let mut calendar = Calendar { office, zone, cursor, is_of_these_people, is_reconciled, left };
        if self.order.dry_run {
            report.plans = Some(vec![self.plan(&calendar, open, copies, listed.found).await?]);
            return Ok(None);
        }
        let read_before = open.iter().map(|record| record.event.id.clone()).collect();
        let work = self.record(&mut calendar, open, listed.found).await?;
        self.advance(&mut calendar, listed.sync_token).await?;
        Ok(Some(Backlog { calendar, work, copies, read_before }))
    }

    /// Lists what changed since the cursor, and the window where that is not enough.
    async fn list(&self, office: &Office, state: &CalendarState) -> Result<Listed, CalendarError> {
        let window = self.window();
        let window = Listing::Window { from: window.from, to: window.to };
        let open: HashSet<&str> = state.open.iter().map(|record| record.event.id.as_str()).collect();
        if let Some(cursor) = &state.cursor {
            match self.walk(office, &Listing::Since(cursor.sync_token.clone()), Found::default(), &open).await {
                Ok(changes) if self.is_to_reconcile(cursor) => {
                    let whole = self.walk(office, &window, changes.found, &open).await?;
                    return Ok(Listed { sync_token: changes.sync_token, reconciled: true, ..whole });
                }
                Ok(changes) => return Ok(changes),
                Err(CalendarError::Google(GoogleError::SyncTokenExpired)) => {}
                Err(error) => return Err(error),
            }
        }
        let whole = self.walk(office, &window, Found::default(), &open).await?;
        Ok(Listed { reconciled: true, ..whole })
    }

    /// Goes through all pages of a listing; events are planned page by page, so only those that need work are kept.
    async fn walk(
        &self,
        office: &Office,
        listing: &Listing,
        mut found: Found,
        open: &HashSet<&str>,
    ) -> Result<Listed, CalendarError> {
        let (rules, calendar) = (self.rules(), self.google_calendar(&office.calendar_id));
        let what = if matches!(listing, Listing::Since(_)) { "the changes" } else { "the window" };
        let mut walked = HashSet::new();
        let mut page_token: Option<String> = None;
        let mut items = 0;
        for number in 1..=MOST_PAGES {
            let page = calendar.list_events(listing, page_token.as_deref()).await?;
            items += page.events.len() + page.odd.len();
            for event in page.events {
                let is_open = open.contains(event.id.as_str());
                found.add(event, &rules, is_open);
            }
            for OddEvent { id, place, reason } in page.odd {
                found.add_odd(id.unwrap_or_else(|| format!("number {place} of page {number} of {what}")), reason);
            }
            let Some(next) = page.next_page else {
                let unchanged = items == 0 && matches!(listing, Listing::Since(_));
                let sync_token = page.next_sync.filter(|_| !unchanged);
                let (zone, access) = (page.time_zone, page.access_role);
                return Ok(Listed { found, sync_token, reconciled: false, zone, access });
            };
            if next.is_empty() {
                return Err(CalendarError::Endless("the token of the next page is empty"));
            }
            if !walked.insert(next.clone()) {
                return Err(CalendarError::Endless("a page leads to one that was there before"));
            }
            page_token = Some(next);
        }
        Err(CalendarError::Endless("it has more pages than a calendar can have"))
    }

    /// A day has gone by, or other people are registered now than those for whom the calendar was read.
    fn is_to_reconcile(&self, cursor: &Cursor) -> bool {
        !(Duration::zero()..RECONCILE_AFTER).contains(&(self.started - cursor.reconciled_at))
            || cursor.users_digest != self.everything.users_digest
    }

    /// Moves the cursor on, if there is anything new to remember. Another sweep that was faster is no error.
    async fn advance(&self, calendar: &mut Calendar, sync_token: Option<String>) -> Result<(), StoreError> {
        let (read, is_reconciled) = (calendar.cursor.as_ref(), calendar.is_reconciled);
        if sync_token.is_none() && !is_reconciled {
            return Ok(());
        }
        let Some(sync_token) = sync_token.or_else(|| read.map(|cursor| cursor.sync_token.clone())) else {
            return Ok(());
        };
        let (reconciled_at, users_digest) = match read {
            Some(cursor) if !is_reconciled => (cursor.reconciled_at, cursor.users_digest.clone()),
            _ => (self.started, self.everything.users_digest.clone()),
        };
        let next = Cursor { sync_token, reconciled_at, users_digest };
        let next = kept(read, next, self.app.randomness.id());
        let writes = self.app.store.calendar(&calendar.office.calendar_id).cursor(read, &next)?;
        if matches!(self.app.store.write(&writes).await?, Written::Done) {
            calendar.is_of_these_people = next.users_digest == self.everything.users_digest;
            calendar.cursor = Some(next);
        }
        Ok(())
    }
}
