//! Sweeps one calendar: read the state, list what changed, plan, record, move the cursor on, work.

use std::collections::HashMap;

use chrono::Duration;
use chrono_tz::Tz;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Sweep;
use super::report::{OfficePlan, SweepReport};
use crate::domain::email::Email;
use crate::domain::office::Office;
use crate::domain::sweep_plan::{Left, Plan, Work};
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

/// Why a calendar was not swept. What was recorded before stays.
#[derive(Debug, thiserror::Error)]
enum CalendarError {
    #[error(transparent)]
    Google(#[from] GoogleError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the calendar is shared for reading only: the service account needs the right to make changes to events")]
    ReadOnly,
    #[error("there was no time left to read the calendar")]
    OutOfTime,
}

/// A calendar being swept.
pub(super) struct Calendar {
    pub(super) office: Office,
    pub(super) zone: Tz,
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
    /// Sweeps one calendar. Never fails: what went wrong is in the report.
    pub(super) async fn sweep_calendar(&self, office: Office) -> SweepReport {
        let mut report = SweepReport::default();
        let name = office.name.clone();
        let digest = telemetry::digest(&office.calendar_id);
        match self.try_calendar(office, &mut report).await {
            Ok(()) => report.offices_swept += 1,
            Err(error) => {
                tracing::warn!(office.digest = %digest, error = %error, "the office was not swept");
                report.offices_failed += 1;
                report.problem(&name, error.to_string());
            }
        }
        report
    }

    async fn try_calendar(&self, office: Office, report: &mut SweepReport) -> Result<(), CalendarError> {
        if self.order.deadline.is_some_and(|deadline| deadline <= self.app.clock.now()) {
            return Err(CalendarError::OutOfTime);
        }
        let mut state = self.app.store.read_calendar(&office.calendar_id).await?;
        report.set_open(state.open.iter().map(|record| record.recorded_at).collect(), self.app.clock.now());
        let mut listed = self.list(&office, &state).await?;
        self.close_unregistered(&state, &mut listed.plan);
        if self.order.dry_run {
            let plan = listed.plan.to_string().lines().map(str::to_owned).collect();
            report.plans = Some(vec![OfficePlan { office: office.name, plan }]);
            return Ok(());
        }
        if listed.access == AccessRole::ReadOnly {
            return Err(CalendarError::ReadOnly);
        }
        let calendar = Calendar { office, zone: listed.zone };
        let plan = std::mem::take(&mut listed.plan);
        let open = self.record(&calendar, &mut state, plan, report).await?;
        self.advance(&calendar, state.cursor, &listed).await?;
        self.work_off(&calendar, open, report).await;
        Ok(())
    }

    /// Lists what changed since the cursor, and the window where that is not enough.
    async fn list(&self, office: &Office, state: &CalendarState) -> Result<Listed, CalendarError> {
        let window = self.window();
        let window = Listing::Window { from: window.from, to: window.to };
        let open: HashMap<&str, &OpenRecord> = state.open.iter().map(|r| (r.event.id.as_str(), r)).collect();
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
        open: &HashMap<&str, &OpenRecord>,
    ) -> Result<Listed, GoogleError> {
        let rules = self.rules();
        let mut page_token = None;
        let mut items = 0;
        loop {
            let page =
                self.app.google.list_events(&self.budget, &office.calendar_id, listing, page_token.as_deref()).await?;
            items += page.events.len();
            for event in page.events {
                let is_open = open.contains_key(event.id.as_str());
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

    /// Plans to close the records of people who are not registered any more, also where their event did not change.
    fn close_unregistered(&self, state: &CalendarState, plan: &mut Plan) {
        for record in &state.open {
            if !self.everything.users.contains_key(&record.user) && !plan.work.contains_key(&record.event.id) {
                plan.close.insert(record.event.id.clone(), Left::NotAManualUser);
            }
        }
    }

    /// Writes down what the plan found and closes what it closes. Answers the records to work on, oldest first.
    async fn record(
        &self,
        calendar: &Calendar,
        state: &mut CalendarState,
        plan: Plan,
        report: &mut SweepReport,
    ) -> Result<Vec<OpenRecord>, CalendarError> {
        let mut open: HashMap<String, OpenRecord> =
            std::mem::take(&mut state.open).into_iter().map(|record| (record.event.id.clone(), record)).collect();
        for (event_id, left) in plan.close {
            if let Some(record) = open.remove(&event_id) {
                self.close_idle(calendar, &record, left, report).await?;
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
        let recorded: Vec<Option<OpenRecord>> = stream::iter(found)
            .map(|(work, known)| self.record_one(calendar, work, known))
            .buffer_unordered(RECORDS_AT_ONCE)
            .try_collect()
            .await?;
        let mut records: Vec<OpenRecord> = open.into_values().chain(recorded.into_iter().flatten()).collect();
        records.sort_by(|a, b| (a.recorded_at, &a.event.id).cmp(&(b.recorded_at, &b.event.id)));
        Ok(records)
    }

    async fn record_one(
        &self,
        calendar: &Calendar,
        work: Work,
        known: Option<OpenRecord>,
    ) -> Result<Option<OpenRecord>, StoreError> {
        let Work { event, days, why } = work;
        if let Some(known) = known.as_ref().filter(|known| known.event.etag == event.etag && known.days == days) {
            return Ok(Some(known.clone()));
        }
        let user = event.creator.as_ref().map(Email::key).unwrap_or_default();
        let zone = calendar.zone.name();
        let now = self.app.clock.now();
        let new = NewWork { event: &event, days, user: &user, zone, now };
        if self.app.store.record(&calendar.office.calendar_id, &new).await? == Recorded::Stale {
            return Ok(known);
        }
        tracing::debug!(event.id = %event.id, %days, %why, "event found");
        Ok(Some(match known {
            Some(known) => OpenRecord { event, days, user, revision: known.revision + 1, ..known },
            None => OpenRecord::new(event, days, user, zone.to_owned(), now),
        }))
    }

    /// Closes a record whose event needs nothing any more.
    async fn close_idle(
        &self,
        calendar: &Calendar,
        record: &OpenRecord,
        left: Left,
        report: &mut SweepReport,
    ) -> Result<(), StoreError> {
        let approved = (left == Left::Approved).then_some(record.days);
        let done = record.issued.iter().copied().chain(approved).collect();
        let closing = Closing { claim: None, done, updated: record.event.updated, now: self.app.clock.now() };
        if self.app.store.close(&calendar.office.calendar_id, record, &closing).await? {
            report.closed(&calendar.office.name, record, left);
        }
        Ok(())
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
        let planned_for = |cursor: &Cursor| (cursor.reconciled_at, cursor.users_digest.clone());
        let (reconciled_at, users_digest) = match cursor.as_ref().map(planned_for) {
            Some(planned) if !listed.reconciled => planned,
            _ => (self.started, self.everything.users_digest.clone()),
        };
        let next = Cursor { sync_token, version: read.map_or(1, |version| version + 1), reconciled_at, users_digest };
        self.app.store.advance_cursor(&calendar.office.calendar_id, &next, read).await?;
        Ok(())
    }
}
