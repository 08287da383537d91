//! How a [`Worker`] approves an event, if it still is the version that was seen, and closes its record.

use chrono::{DateTime, Utc};

use super::left_behind::may_be_unsettled;
use super::work::{Step, WorkError, Worker};
use crate::domain::digest::digest;
use crate::domain::event::{APPROVED_DATES, APPROVED_EVENT, EventChange, PROCESSED};
use crate::domain::form::{Form, FormId, Happening, State};
use crate::domain::sweep_plan::LeaveReason;
use crate::google::GoogleError;
use crate::store::StoreError;
use crate::store::item::kept;
use crate::store::open_record::OpenRecord;
use crate::store::seen::{How, Seen};
use crate::store::write::{Met, Write, Written};

impl Worker<'_> {
    /// Approves the event if it still is the version that was seen. Its form was issued or ended at `on`, if it has one.
    pub(super) async fn approve(&mut self, on: Option<DateTime<Utc>>) -> Result<Step, WorkError> {
        let app = self.sweep.app;
        let (Some(seen), Some(user)) = (&self.seen, self.sweep.roster.users.get(&self.record.person)) else {
            return Ok(Step::Rest);
        };
        let (id, days) = (self.record.event.id.clone(), self.record.days);
        let approval = EventChange {
            title: Some(user.name.clone()),
            colour: Some(app.colours().approved),
            properties: vec![
                (PROCESSED, "true".to_owned()),
                (APPROVED_EVENT, id.to_string()),
                (APPROVED_DATES, days.to_string()),
            ],
            ..EventChange::default()
        };
        let calendar = self.sweep.google_calendar(&self.calendar.office.calendar_id).in_zone(self.calendar.zone);
        let etag = seen.etag.clone();
        let is_earlier = on.is_some_and(|at| self.is_on_earlier_form(at));
        let how = if is_earlier { How::ApprovedEarlier } else { How::Approved };
        match calendar.patch_event(&id, &etag, &approval).await {
            Ok(approved) => {
                self.approved = Some(how);
                self.seen = Some(approved);
                self.close(LeaveReason::Approved).await
            }
            Err(GoogleError::Changed) => {
                // Perhaps this very call changed it, and its answer was lost.
                self.approved = Some(how);
                self.seen = None;
                Ok(Step::Next)
            }
            Err(GoogleError::NotFound) => {
                self.seen = Some(self.sweep.vanished(self.calendar, &self.record).await?);
                Ok(Step::Next)
            }
            Err(error) if error.concerns_the_event() => {
                self.refusal = Some(error.to_string());
                self.close(LeaveReason::Refused).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the form was there before the event asked for it.
    fn is_on_earlier_form(&self, at: DateTime<Utc>) -> bool {
        let is_named = self.form().is_some_and(|form| form.events.contains(&self.asking()));
        !self.has_issued && (!is_named || self.record.asking_since > at)
    }

    /// Closes the record: it disappears, and what was done is remembered.
    pub(super) async fn close(&mut self, left: LeaveReason) -> Result<Step, WorkError> {
        let how = match left {
            LeaveReason::Approved => self.approved.unwrap_or(How::Approved),
            LeaveReason::Deleted => How::Gone,
            LeaveReason::NotAManualUser => How::NotRegistered,
            LeaveReason::Fixed | LeaveReason::Refused => How::Refused,
            _ => How::NeedsNothing,
        };
        let left_behind = self.leaves_unsettled(how).then(|| self.sweep.left_by(&self.record));
        let mut also = match how {
            How::ApprovedEarlier => self.name_in_form()?,
            How::NotRegistered => match self.raise_cursor()? {
                Some(write) => vec![write],
                None => return Ok(Step::Rest),
            },
            _ => Vec::new(),
        };
        let seen = self.seen_as(how);
        let store = &self.sweep.app.store;
        let items = store.calendar(&self.calendar.office.calendar_id);
        also.extend(left_behind.as_ref().map(|form| items.put_left(form)).transpose()?);
        let writes = items.close(&self.record, &seen, also)?;
        let Written::Refused(met) = store.write(&writes).await? else {
            self.calendar.left.extend(left_behind);
            self.tell_of(left, how);
            return Ok(Step::Closed);
        };
        let mut met = met.into_iter();
        match (met.next(), met.nth(1)) {
            (Some(Met::Present(item)), _) => self.meets_item(item),
            // Another sweep has moved the cursor on: it may know other people.
            (_, Some(Met::Present(_))) if how == How::NotRegistered => {
                self.calendar.is_of_these_people = false;
                Ok(Step::Rest)
            }
            (_, Some(Met::Present(item))) => {
                self.meets_form(item)?;
                Ok(Step::Next)
            }
            _ => Ok(Step::Rest),
        }
    }

    /// Whether closing the record may leave a form that nobody has settled and no event asks for. A form that was not there
    /// when it was read may be on its way by now, unless forms are off and the event was approved without one.
    fn leaves_unsettled(&self, how: How) -> bool {
        let needs_none = matches!(how, How::Approved | How::ApprovedEarlier) && self.sweep.app.byroapi.is_none();
        !(needs_none && self.form().is_none()) && may_be_unsettled(self.form())
    }

    /// The write that names the event in the form on which it was approved.
    fn name_in_form(&mut self) -> Result<Vec<Write>, StoreError> {
        let asked = Happening::Asked(self.asking());
        let Some(form) = Form::after(self.form(), &asked, self.now()).changed() else {
            return Ok(Vec::new());
        };
        Ok(vec![self.put(form)?.0])
    }

    /// The write that goes along when a record is closed because its person is not registered: it fails if a sweep that
    /// knows other people has moved the cursor on. `None` where this sweep must not close the record.
    fn raise_cursor(&mut self) -> Result<Option<Write>, StoreError> {
        let Some(read) = self.calendar.cursor.clone().filter(|_| self.calendar.is_of_these_people) else {
            return Ok(None);
        };
        let raised = kept(Some(&read), (*read).clone(), self.sweep.revision());
        let mut writes =
            self.sweep.app.store.calendar(&self.calendar.office.calendar_id).put_cursor(Some(&read), &raised)?;
        // If the write is refused, the table has another cursor, and the next try is refused as well.
        self.calendar.cursor = Some(raised);
        Ok(writes.pop())
    }

    /// The last version of the event that was looked at. Where Google does not say when it changed, it counts as changed with
    /// the version that is recorded.
    fn seen_as(&self, how: How) -> Seen {
        let recorded = Seen::of(&self.record, how, self.now());
        match &self.seen {
            Some(seen) => Seen { etag: seen.etag.clone(), updated: seen.updated.or(recorded.updated), ..recorded },
            None => recorded,
        }
    }

    fn tell_of(&mut self, left: LeaveReason, how: How) {
        if left != LeaveReason::Approved || self.approved.is_none() {
            self.tell_of_closing(left);
            return;
        }
        self.calendar.report.events_approved += 1;
        if how == How::ApprovedEarlier {
            self.calendar.report.events_approved_on_earlier_form += 1;
            self.tell_of_earlier_form();
        }
    }

    /// Says on which form an event was approved, and how to send that once more.
    fn tell_of_earlier_form(&mut self) {
        let Some(form) = self.form() else { return };
        let (record, id) = (&self.record, &self.record.event.id);
        let remark = format!("event {id} was approved for {} {}", record.days, on_earlier_form(form, record));
        let digest = digest(self.calendar.office.calendar_id.key());
        tracing::info!(office.digest = %digest, event.id = %id, days = %record.days, form.state = %form.state,
            "an event was approved on an earlier form");
        self.calendar.report.remark(&self.calendar.office.name, remark);
    }
}

/// What is said of an earlier form that an event is approved on: since when it is there, how to send it once more, and
/// whether the event had another one meanwhile.
pub(super) fn on_earlier_form(form: &Form, record: &OpenRecord) -> String {
    let (what, at) = match form.state {
        State::Issued { at } => ("issued", at),
        State::Discarded { at, .. } => ("discarded", at),
        _ => return String::new(),
    };
    let (at, id) = (at.format("%Y-%m-%d"), FormId::of(&record.form()).write());
    let before = record.event.marks.approved_dates.filter(|days| *days != record.days);
    let before = before.map_or_else(String::new, |days| format!("; before, it was approved for {days}"));
    format!("on its form {id} that was {what} on {at}; to send that once more: resend it with \"again\": true{before}")
}
