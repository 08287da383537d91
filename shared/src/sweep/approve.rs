//! Approves an event, if it still is the version that its record holds, and closes the record.

use chrono::{DateTime, Duration, Utc};

use super::report::SweepReport;
use super::work::{Round, WorkError, Worker};
use crate::domain::date_range::DateRange;
use crate::domain::event::{APPROVED_DATES, APPROVED_EVENT, Event, EventChange, PROCESSED};
use crate::domain::manual_user::ManualUser;
use crate::domain::sweep_plan::{Closed, Left, Verdict, judge};
use crate::google::{GoogleError, Listing};
use crate::store::claims::{Closing, Settlement};
use crate::store::open_record::OpenRecord;

impl Worker<'_> {
    /// Approves the event if it still is the version that the record holds, and closes the record.
    pub(super) async fn approve(
        &self,
        user: &ManualUser,
        record: OpenRecord,
        report: &mut SweepReport,
    ) -> Result<Round, WorkError> {
        let app = self.sweep.app;
        let event = &record.event;
        let approval = EventChange {
            title: Some(user.name.clone()),
            colour: Some(app.colours().approved),
            properties: vec![
                (PROCESSED, "true".to_owned()),
                (APPROVED_EVENT, event.id.clone()),
                (APPROVED_DATES, record.days.to_string()),
            ],
            ..EventChange::default()
        };
        let calendar_id = &self.calendar.office.calendar_id;
        let zone = Some(self.calendar.zone);
        let budget = &self.sweep.budget;
        match app.google.patch_event(budget, calendar_id, &event.id, &event.etag, &approval, zone).await {
            Ok(approved) => {
                let days = record.days;
                self.close(record, Closed::new(Left::Approved, Some(days)), approved.updated, report).await
            }
            Err(GoogleError::Changed) => self.judge_again(record, report).await,
            Err(GoogleError::NotFound) => self.close_vanished(record, report).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The event is not the version that was listed: read it and judge it again.
    pub(super) async fn judge_again(&self, record: OpenRecord, report: &mut SweepReport) -> Result<Round, WorkError> {
        let google = &self.sweep.app.google;
        let office = &self.calendar.office;
        let zone = Some(self.calendar.zone);
        self.recall().seen = None;
        let read = google.get_event(&self.sweep.budget, &office.calendar_id, &record.event.id, zone).await;
        let event = match read {
            Ok(event) => event,
            Err(GoogleError::NotFound) => return self.close_vanished(record, report).await,
            Err(error) => return Err(error.into()),
        };
        match judge(&event, &self.sweep.rules(), true) {
            Verdict::Work(_, days) => self.reread(record, event, days).await,
            Verdict::Leave(left) => self.close(record, Closed::new(left, event.days), event.updated, report).await,
        }
    }

    /// Keeps the version of the event that was read, unless a newer one was recorded meanwhile.
    async fn reread(&self, record: OpenRecord, event: Event, days: DateRange) -> Result<Round, WorkError> {
        self.recall().seen = Some(event.etag.clone());
        let reread = Settlement::Reread(Box::new(event), days);
        let store = &self.sweep.app.store;
        match store.settle(&self.calendar.office.calendar_id, &record, &self.claim_id, &reread).await? {
            Some(record) => Ok(Round::Again(self.completed(record))),
            None => self.read_again(&record.event.id).await,
        }
    }

    /// Closes a record whose event Google does not know, unless it is the calendar that is out of reach.
    async fn close_vanished(&self, record: OpenRecord, report: &mut SweepReport) -> Result<Round, WorkError> {
        let (from, to) = (self.now(), self.now() + Duration::minutes(1));
        let google = &self.sweep.app.google;
        let calendar_id = &self.calendar.office.calendar_id;
        google.list_events(&self.sweep.budget, calendar_id, &Listing::Window { from, to }, None).await?;
        self.close(record, Closed::new(Left::Deleted, None), None, report).await
    }

    async fn close(
        &self,
        record: OpenRecord,
        closed: Closed,
        updated: Option<DateTime<Utc>>,
        report: &mut SweepReport,
    ) -> Result<Round, WorkError> {
        let closing = Closing::new(&record, Some(&self.claim_id), closed.approved, updated, self.now());
        if !self.sweep.app.store.close(&self.calendar.office.calendar_id, &record, &closing).await? {
            return self.read_again(&record.event.id).await;
        }
        match closed.left {
            Left::Approved => report.events_approved += 1,
            left => report.closed(&self.calendar.office.name, &record, left),
        }
        Ok(Round::Closed)
    }
}
