//! How a [`Sweep`] reads a calendar: what is found is recorded, then the cursor moves on.

use std::collections::BTreeSet;

use super::calendar::{Backlog, CalendarError, SweptCalendar};
use super::list::{Listed, Lister};
use super::sweeping::Sweep;
use crate::domain::digest::digest;
use crate::domain::form::FormKey;
use crate::domain::office::Office;
use crate::domain::sweep_plan::LeaveReason;
use crate::google::{AccessRole, GoogleError};
use crate::store::StoreError;
use crate::store::calendar::CalendarState;
use crate::store::cursor::Cursor;
use crate::store::item::kept;
use crate::store::open_record::OpenRecord;
use crate::store::write::Written;

impl Sweep<'_> {
    /// Reads one calendar. Never fails: what went wrong is in the report.
    pub(super) async fn read(&self, office: Office) -> (SweptCalendar, Option<Backlog>) {
        let mut calendar = SweptCalendar::new(office);
        if self.app.stop.is_wanted() {
            return (calendar, None);
        }
        match self.try_read(&mut calendar).await {
            Ok(backlog) => {
                calendar.report.offices_swept += 1;
                (calendar, backlog)
            }
            Err(error) => {
                let office_digest = digest(calendar.office.calendar_id.key());
                tracing::warn!(office.digest = office_digest, error = %error, "the office was not swept");
                calendar.report.offices_failed += 1;
                calendar.problem(error.to_string());
                (calendar, None)
            }
        }
    }

    async fn try_read(&self, calendar: &mut SweptCalendar) -> Result<Option<Backlog>, CalendarError> {
        if self.order.deadline.is_some_and(|deadline| deadline <= self.app.clock.moment()) {
            return Err(CalendarError::OutOfTime);
        }
        let mut state = self.app.store.calendar(&calendar.office.calendar_id).read().await?;
        self.report_state(calendar, &state);
        let account = || self.app.google.service_account_email();
        let listed = Lister::new(self, &calendar.office, &state).list(state.cursor.as_deref()).await;
        let listed = listed.map_err(|error| match error {
            CalendarError::Google(GoogleError::NotFound) => CalendarError::NotShared { account: account() },
            error => error,
        });
        let listed = match listed {
            Ok(Listed { access: AccessRole::ReadOnly, .. }) => Err(CalendarError::ReadOnly { account: account() }),
            listed => listed,
        };
        if listed.is_err() {
            self.report_forms(calendar, &state).await;
        }
        let listed = listed?;
        if listed.zone.is_none() {
            tracing::warn!(
                office.digest = digest(calendar.office.calendar_id.key()),
                "the time zone of the calendar is unknown; that of each event is used"
            );
        }
        for (name, reason) in &listed.found.odd {
            calendar.unreadable(name, reason);
        }
        for (id, _) in listed.found.left.iter().filter(|(_, left)| **left == LeaveReason::Fixed) {
            calendar.report.events_refused += 1;
            calendar.problem(format!("event {id} stays unapproved until it changes: {}", LeaveReason::Fixed));
        }
        calendar.cursor = state.cursor.take();
        calendar.left = std::mem::take(&mut state.left);
        let read_for = calendar.cursor.as_ref().map(|cursor| &cursor.users_digest);
        calendar.is_of_these_people = read_for == Some(&self.roster.users_digest);
        (calendar.zone, calendar.is_reconciled) = (listed.zone, listed.is_reconciled);
        if self.order.dry_run {
            calendar.report.plans = Some(vec![self.plan(calendar, state, listed.found).await?]);
            return Ok(None);
        }
        let CalendarState { open, copies, .. } = state;
        let read_before = open.iter().map(|record| record.event.id.clone()).collect();
        let work = self.record(calendar, open, listed.found).await?;
        self.advance(calendar, listed.sync_token).await?;
        Ok(Some(Backlog { work, copies, read_before }))
    }

    /// Reports what is open before anything is done about it.
    fn report_state(&self, calendar: &mut SweptCalendar, state: &CalendarState) {
        let now = self.app.clock.now();
        calendar.report.set_open(state.open.iter().map(|record| (&**record, None)), now);
        calendar.report.add_left(&state.left, now);
        if state.unreadable > 0 {
            calendar.problem(format!("{} records of open events cannot be read", state.unreadable));
        }
    }

    /// Reports how far the forms of what is open have come, where the calendar cannot be read and no work will tell.
    async fn report_forms(&self, calendar: &mut SweptCalendar, state: &CalendarState) {
        let now = self.app.clock.now();
        let keys: BTreeSet<FormKey> = state.open.iter().map(|record| record.form()).collect();
        if keys.is_empty() {
            return;
        }
        match self.app.store.forms(&keys.into_iter().collect::<Vec<_>>(), now).await {
            Ok(forms) => {
                let form_of = |record: &OpenRecord| forms.get(&record.form()).map(|item| &item.form);
                calendar.report.set_open(state.open.iter().map(|record| (&**record, form_of(record))), now);
            }
            Err(error) => calendar.problem(error.to_string()),
        }
    }

    /// Moves the cursor on, if there is anything new to remember. Another sweep that was faster is no error.
    async fn advance(&self, calendar: &mut SweptCalendar, sync_token: Option<String>) -> Result<(), StoreError> {
        let (read, is_reconciled) = (calendar.cursor.as_ref(), calendar.is_reconciled);
        if sync_token.is_none() && !is_reconciled {
            return Ok(());
        }
        let Some(sync_token) = sync_token.or_else(|| read.map(|cursor| cursor.sync_token.clone())) else {
            return Ok(());
        };
        let (reconciled_at, users_digest) = match read {
            Some(cursor) if !is_reconciled => (cursor.reconciled_at, cursor.users_digest.clone()),
            _ => (self.started, self.roster.users_digest.clone()),
        };
        let next = Cursor { sync_token, reconciled_at, users_digest };
        let next = kept(read, next, self.revision());
        let writes = self.app.store.calendar(&calendar.office.calendar_id).put_cursor(read, &next)?;
        if matches!(self.app.store.write(&writes).await?, Written::Done) {
            calendar.is_of_these_people = next.users_digest == self.roster.users_digest;
            calendar.cursor = Some(next);
        }
        Ok(())
    }
}
