//! Reads one calendar: the state, what changed, a plan, the records; then the cursor moves on.

use std::collections::{HashMap, HashSet};

use chrono::Duration;
use chrono_tz::Tz;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Sweep;
use super::report::{OfficePlan, SweepReport};
use crate::domain::email::Email;
use crate::domain::office::Office;
use crate::domain::sweep_plan::{Closed, Left, Plan, Work};
use crate::google::{AccessRole, GoogleError, Listing};
use crate::store::StoreError;
use crate::store::calendar_state::{CalendarState, Cursor};
use crate::store::claims::Closing;
use crate::store::open_record::OpenRecord;
use crate::store::recording::{NewWork, Recorded};
use crate::telemetry;

/// How long a calendar may be read by its sync token alone.
const RECONCILE_AFTER: Duration = Duration::hours(24);
/// How many events are written down side by side.
const RECORDS_AT_ONCE: usize = 8;
/// How many held events of a calendar are read again by one sweep.
const MOST_LOOKS: usize = 50;

/// Why a calendar was not swept. What was recorded before stays.
#[derive(Debug, thiserror::Error)]
enum CalendarError {
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
    #[error("there was no time left to read the calendar")]
    OutOfTime,
}

/// A calendar that was read.
pub(super) struct Calendar {
    pub(super) office: Office,
    pub(super) zone: Tz,
}

/// What there is to do in a calendar, and what only stays open.
pub(super) struct Backlog {
    pub(super) calendar: Calendar,
    /// Oldest first.
    pub(super) work: Vec<Task>,
    pub(super) rest: Vec<OpenRecord>,
}

/// A record to work on.
pub(super) struct Task {
    pub(super) record: OpenRecord,
    /// The version of the event that this sweep's listing showed, as its etag. If it is not the record's, the event may
    /// have been moved or deleted.
    pub(super) seen: Option<String>,
}

/// What a calendar's listing said.
struct Listed {
    plan: Plan,
    /// The next cursor's token; `None` keeps the present one.
    sync_token: Option<String>,
    reconciled: bool,
    zone: Tz,
    access: AccessRole,
}

impl Sweep<'_> {
    /// Reads one calendar. Never fails: what went wrong is in the report.
    pub(super) async fn read(&self, office: Office) -> (SweepReport, Option<Backlog>) {
        let mut report = SweepReport::default();
        let name = office.name.clone();
        let digest = telemetry::digest(office.calendar_id.key());
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
        if self.order.deadline.is_some_and(|deadline| deadline <= self.app.clock.now()) {
            return Err(CalendarError::OutOfTime);
        }
        let state = self.app.store.read_calendar(&office.calendar_id).await?;
        report.set_open(&state.open, self.app.clock.now());
        if state.unreadable > 0 {
            report.problem(&office.name, format!("{} records of open events cannot be read", state.unreadable));
        }
        let account = || self.app.google.service_account_email().to_owned();
        let mut listed = match self.list(&office, &state).await {
            Err(CalendarError::Google(GoogleError::NotFound)) => {
                return Err(CalendarError::NotShared { account: account() });
            }
            listed => listed?,
        };
        let calendar = Calendar { office, zone: listed.zone };
        if let Err(error) = self.look_at_held(&calendar, &state, &mut listed).await {
            report.problem(&calendar.office.name, format!("a held event could not be read: {error}"));
        }
        if self.order.dry_run {
            let plan = listed.plan.to_string().lines().map(str::to_owned).collect();
            if listed.access == AccessRole::ReadOnly {
                report.problem(&calendar.office.name, CalendarError::ReadOnly { account: account() }.to_string());
            }
            report.plans = Some(vec![OfficePlan { office: calendar.office.name, plan }]);
            return Ok(None);
        }
        if listed.access == AccessRole::ReadOnly {
            return Err(CalendarError::ReadOnly { account: account() });
        }
        let plan = std::mem::take(&mut listed.plan);
        let CalendarState { cursor, open, .. } = state;
        let backlog = self.record(calendar, open, plan, report).await?;
        self.advance(&backlog.calendar, cursor, &listed).await?;
        Ok(Some(backlog))
    }

    /// Lists what changed since the cursor, and the window where that is not enough.
    async fn list(&self, office: &Office, state: &CalendarState) -> Result<Listed, CalendarError> {
        let window = self.window();
        let window = Listing::Window { from: window.from, to: window.to };
        let open: HashSet<&str> = state.open.iter().map(|record| record.event.id.as_str()).collect();
        if let Some(cursor) = &state.cursor {
            match self.walk(office, &Listing::Since(cursor.sync_token.clone()), Plan::default(), &open).await {
                Ok(changes) if self.is_to_reconcile(cursor) => {
                    let whole = self.walk(office, &window, changes.plan, &open).await?;
                    return Ok(Listed { sync_token: changes.sync_token, reconciled: true, ..whole });
                }
                Ok(changes) => return Ok(changes),
                Err(GoogleError::SyncTokenExpired) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let whole = self.walk(office, &window, Plan::default(), &open).await?;
        Ok(Listed { reconciled: true, ..whole })
    }

    /// Goes through all pages of a listing; events are planned page by page, so only those that need work are kept.
    async fn walk(
        &self,
        office: &Office,
        listing: &Listing,
        mut plan: Plan,
        open: &HashSet<&str>,
    ) -> Result<Listed, GoogleError> {
        let rules = self.rules();
        let mut page_token = None;
        let mut items = 0;
        loop {
            let google = &self.app.google;
            let page = google.list_events(&self.budget, &office.calendar_id, listing, page_token.as_deref()).await?;
            items += page.events.len();
            for event in page.events {
                let is_open = open.contains(event.id.as_str());
                plan.add(event, &rules, is_open);
            }
            if page.next_page.is_some() {
                page_token = page.next_page;
                continue;
            }
            let unchanged = items == 0 && matches!(listing, Listing::Since(_));
            let sync_token = page.next_sync.filter(|_| !unchanged);
            return Ok(Listed { plan, sync_token, reconciled: false, zone: page.time_zone, access: page.access_role });
        }
    }

    /// A day has gone by, or other people are registered now than those for whom the calendar was read.
    fn is_to_reconcile(&self, cursor: &Cursor) -> bool {
        self.started - cursor.reconciled_at >= RECONCILE_AFTER || cursor.users_digest != self.everything.users_digest
    }

    /// Reads the held events that a listing of the window did not show: it shows no deletions, and nobody else would
    /// look at them again.
    async fn look_at_held(
        &self,
        calendar: &Calendar,
        state: &CalendarState,
        listed: &mut Listed,
    ) -> Result<(), GoogleError> {
        let unseen = |id: &String| !listed.plan.work.contains_key(id) && !listed.plan.close.contains_key(id);
        let held: Vec<&String> = state
            .open
            .iter()
            .filter(|record| record.is_held() && !record.is_claimed(self.app.clock.now()))
            .map(|record| &record.event.id)
            .filter(|id| unseen(id))
            .take(MOST_LOOKS)
            .collect();
        for id in held.into_iter().filter(|_| listed.reconciled) {
            let calendar_id = &calendar.office.calendar_id;
            match self.app.google.get_event(&self.budget, calendar_id, id, Some(calendar.zone)).await {
                Ok(event) => listed.plan.add(event, &self.rules(), true),
                Err(GoogleError::NotFound) => {
                    listed.plan.close.insert(id.clone(), Closed::new(Left::Deleted, None));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether the record's form would be sent now.
    pub(super) fn is_form_due(&self, record: &OpenRecord) -> bool {
        let waits = record.current_failures().is_some_and(|failures| failures.next_try_at > self.app.clock.now());
        self.app.byroapi.is_some() && !record.issued.contains(&record.days) && !record.is_held() && !waits
    }

    /// Writes down what the plan found and closes what it closes.
    async fn record(
        &self,
        calendar: Calendar,
        open: Vec<OpenRecord>,
        plan: Plan,
        report: &mut SweepReport,
    ) -> Result<Backlog, CalendarError> {
        let mut open: HashMap<String, OpenRecord> =
            open.into_iter().map(|record| (record.event.id.clone(), record)).collect();
        let mut rest = Vec::new();
        for (event_id, closed) in plan.close {
            if let Some(record) = open.remove(&event_id)
                && !self.close_idle(&calendar, &record, closed, report).await?
            {
                rest.push(record);
            }
        }
        let found: Vec<(Work, Option<OpenRecord>)> = plan
            .work
            .into_iter()
            .map(|(id, work)| {
                let known = open.remove(&id);
                (work, known)
            })
            .collect();
        let listed: Vec<Option<Task>> = stream::iter(found)
            .map(|(work, known)| self.record_one(&calendar, work, known))
            .buffer_unordered(RECORDS_AT_ONCE)
            .try_collect()
            .await?;
        let unlisted = open.into_values().map(|record| Task { record, seen: None });
        let mut work: Vec<Task> = unlisted.chain(listed.into_iter().flatten()).collect();
        work.sort_by(|a, b| {
            (a.record.recorded_at, &a.record.event.id).cmp(&(b.record.recorded_at, &b.record.event.id))
        });
        Ok(Backlog { calendar, work, rest })
    }

    async fn record_one(
        &self,
        calendar: &Calendar,
        work: Work,
        known: Option<OpenRecord>,
    ) -> Result<Option<Task>, StoreError> {
        let Work { event, days, why } = work;
        let task = |record| Task { record, seen: Some(event.etag.clone()) };
        if let Some(known) = known.as_ref().filter(|known| known.event.etag == event.etag && known.days == days) {
            return Ok(Some(task(known.clone())));
        }
        // Work is always somebody's.
        let Some(user) = event.creator.as_ref().map(Email::key) else {
            return Ok(known.map(task));
        };
        let now = self.app.clock.now();
        let new = NewWork { event: &event, days, user: &user, now, is_open: known.is_some() };
        match self.app.store.record(&calendar.office.calendar_id, &new).await? {
            Recorded::Open(record) => {
                tracing::debug!(event.id = %event.id, %days, %why, "event found");
                Ok(Some(task(*record)))
            }
            Recorded::Stale => Ok(known.map(task)),
        }
    }

    /// Closes a record whose event needs nothing any more. Answers whether it is closed; it is not while somebody works
    /// on it.
    async fn close_idle(
        &self,
        calendar: &Calendar,
        record: &OpenRecord,
        closed: Closed,
        report: &mut SweepReport,
    ) -> Result<bool, StoreError> {
        let closing = Closing::new(record, None, closed.approved, record.event.updated, self.app.clock.now());
        let is_closed = self.app.store.close(&calendar.office.calendar_id, record, &closing).await?;
        if is_closed {
            report.closed(&calendar.office.name, record, closed.left);
        }
        Ok(is_closed)
    }

    /// Moves the cursor on, if there is anything new to remember. Another sweep that was faster is no error.
    async fn advance(&self, calendar: &Calendar, cursor: Option<Cursor>, listed: &Listed) -> Result<(), StoreError> {
        if listed.sync_token.is_none() && !listed.reconciled {
            return Ok(());
        }
        let read = cursor.as_ref().map(|cursor| cursor.version);
        let kept = cursor.as_ref().map(|cursor| cursor.sync_token.clone());
        let Some(sync_token) = listed.sync_token.clone().or(kept) else {
            return Ok(());
        };
        let (reconciled_at, users_digest) = match cursor {
            Some(cursor) if !listed.reconciled => (cursor.reconciled_at, cursor.users_digest),
            _ => (self.started, self.everything.users_digest.clone()),
        };
        let next = Cursor { sync_token, version: read.map_or(1, |version| version + 1), reconciled_at, users_digest };
        self.app.store.advance_cursor(&calendar.office.calendar_id, &next, read).await?;
        Ok(())
    }
}
