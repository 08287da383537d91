//! Works on a calendar's open records: issue the form, approve the event, close the record.
//!
//! A record may change at any moment: another sweep lists a newer version of the event, a person moves it. Every write
//! is conditional on what was read; when one fails, the record is read and judged again.

use chrono::{DateTime, Duration, Utc};

use super::Sweep;
use super::calendar::Calendar;
use super::report::SweepReport;
use crate::byroapi::{Answer, Byroapi};
use crate::config::OnUnknownOutcome;
use crate::domain::approval_form;
use crate::domain::date_range::DateRange;
use crate::domain::event::{APPROVED_DATES, APPROVED_EVENT, Event, EventChange, PROCESSED};
use crate::domain::manual_user::ManualUser;
use crate::domain::sweep_plan::{Left, Verdict, judge};
use crate::google::GoogleError;
use crate::store::StoreError;
use crate::store::claims::{Closing, Settlement};
use crate::store::open_record::{Claim, Failures, OpenRecord};

/// How often a record that keeps changing is read again in one sweep.
const MOST_ROUNDS: usize = 8;
/// How long a claim outlives the form's timeout.
const LEASE_MARGIN: Duration = Duration::seconds(60);
/// A form is held after this many tries …
const MOST_TRIES: u32 = 10;
/// … and this long.
const LONGEST_TRYING: Duration = Duration::days(3);
/// The wait after the first form that was not issued; doubled after each further one …
const FIRST_BACKOFF: Duration = Duration::minutes(1);
/// … up to this.
const LONGEST_BACKOFF: Duration = Duration::hours(6);

/// Why work on a record stopped. The record stays open.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error("an event could not be approved: {0}")]
    Google(#[from] GoogleError),
    #[error("an event's state could not be kept: {0}")]
    Store(#[from] StoreError),
}

/// What a round of work led to.
enum Round {
    /// The record is closed.
    Closed,
    /// The record stays open, as it is now.
    Open(OpenRecord),
    /// The record changed: go on from what it is now.
    Again(OpenRecord),
}

/// What became of a form.
enum Form {
    /// It need not be sent, or has been: approve the event.
    Settled(OpenRecord),
    /// Not now.
    NotNow(OpenRecord),
    /// The record changed meanwhile.
    Changed,
}

impl Sweep<'_> {
    /// Works on `records` one after the other and reports what stays open.
    pub(super) async fn work_off(&self, calendar: &Calendar, records: Vec<OpenRecord>, report: &mut SweepReport) {
        let mut open: Vec<DateTime<Utc>> = Vec::new();
        for record in records {
            let recorded_at = record.recorded_at;
            match self.work(calendar, record, report).await {
                Ok(closed) if closed => {}
                Ok(_) => open.push(recorded_at),
                Err(error) => {
                    report.problem(&calendar.office.name, error.to_string());
                    open.push(recorded_at);
                }
            }
        }
        report.set_open(open, self.app.clock.now());
    }

    /// Works on one record. Answers whether it is closed.
    async fn work(&self, calendar: &Calendar, record: OpenRecord, report: &mut SweepReport) -> Result<bool, WorkError> {
        let claim_id = self.app.randomness.id();
        let worker = Worker { sweep: self, calendar, claim_id };
        let mut record = record;
        for _ in 0..MOST_ROUNDS {
            match worker.round(record, report).await? {
                Round::Closed => return Ok(true),
                Round::Open(left) => {
                    report.forms.held += usize::from(left.is_held());
                    return Ok(false);
                }
                Round::Again(changed) => record = changed,
            }
        }
        Ok(false)
    }
}

/// Work on one record under one claim id.
struct Worker<'a> {
    sweep: &'a Sweep<'a>,
    calendar: &'a Calendar,
    claim_id: String,
}

impl Worker<'_> {
    async fn round(&self, record: OpenRecord, report: &mut SweepReport) -> Result<Round, WorkError> {
        if self.is_anothers(&record) || !self.sweep.has_time() {
            return Ok(Round::Open(record));
        }
        let Some(user) = self.sweep.everything.users.get(&record.user) else {
            return Ok(Round::Open(record));
        };
        let event_id = record.event.id.clone();
        let settled = match &self.sweep.app.byroapi {
            Some(byroapi) if !record.issued.contains(&record.days) => self.form(byroapi, user, record, report).await?,
            _ => match self.claim(&record, None).await? {
                Some(claimed) => Form::Settled(claimed),
                None => Form::Changed,
            },
        };
        match settled {
            Form::Settled(record) => self.approve(user, record, report).await,
            Form::NotNow(record) => Ok(Round::Open(record)),
            Form::Changed => self.read_again(&event_id).await,
        }
    }

    /// Has the form issued, unless it must wait. Forms are sent one at a time.
    async fn form(
        &self,
        byroapi: &Byroapi,
        user: &ManualUser,
        record: OpenRecord,
        report: &mut SweepReport,
    ) -> Result<Form, WorkError> {
        let _turn = self.sweep.form_turn.lock().await;
        let waits = record.current_failures().is_some_and(|failures| failures.next_try_at > self.now());
        if record.is_held() || waits || !self.sweep.has_time() {
            return Ok(Form::NotNow(record));
        }
        let interrupted = record.issuing == Some(record.days);
        let Some(record) = self.claim(&record, Some(record.days)).await? else {
            return Ok(Form::Changed);
        };
        let days = record.days;
        if record.issued.contains(&days) {
            return self.settle(record, &Settlement::Issued(days)).await.map(Form::from_settled);
        }
        if interrupted {
            report.forms.unknown += 1;
            if self.holds_unknown() {
                return self.settle(record, &Settlement::Held(days)).await.map(Form::from_unissued);
            }
        }
        let settings = &self.sweep.app.settings;
        let updated = record.event.updated.unwrap_or_else(|| self.now());
        let form = approval_form::fill(&settings.forms, settings.calendar.end_date_corrective, user, days, updated);
        let answer = byroapi.issue(&form).await;
        self.settle_answer(record, answer, report).await
    }

    /// Writes down what the form service answered.
    async fn settle_answer(
        &self,
        record: OpenRecord,
        answer: Answer,
        report: &mut SweepReport,
    ) -> Result<Form, WorkError> {
        let days = record.days;
        let (counts_as_try, problem) = match answer {
            Answer::Issued => {
                report.forms.issued += 1;
                return self.settle(record, &Settlement::Issued(days)).await.map(Form::from_settled);
            }
            Answer::Refused { reason } => {
                report.forms.refused += 1;
                (true, format!("a form was refused: {reason}"))
            }
            Answer::NotReached => {
                report.forms.not_reached += 1;
                (false, "the form service was not reached".to_owned())
            }
            Answer::Unknown { reason } => {
                report.forms.unknown += 1;
                (true, format!("it is not known whether a form was issued: {reason}"))
            }
        };
        let unknown = problem.starts_with("it is");
        report.problem(&self.calendar.office.name, problem);
        let failures = self.failures(&record, counts_as_try);
        let gives_up = failures.tries >= MOST_TRIES && self.now() - failures.since >= LONGEST_TRYING;
        let settlement = if gives_up || (unknown && self.holds_unknown()) {
            Settlement::Held(days)
        } else {
            Settlement::Failed(failures)
        };
        self.settle(record, &settlement).await.map(Form::from_unissued)
    }

    /// Approves the event if it still is the version that the record holds, and closes the record.
    async fn approve(
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
            Ok(approved) => self.close(record, Left::Approved, approved.updated, report).await,
            Err(GoogleError::Changed) => self.judge_again(record, report).await,
            Err(GoogleError::NotFound) => self.close(record, Left::Deleted, None, report).await,
            Err(error) => {
                report.problem(&self.calendar.office.name, WorkError::from(error).to_string());
                self.settle(record, &Settlement::Released).await.map(|left| match left {
                    Some(left) => Round::Open(left),
                    None => Round::Closed,
                })
            }
        }
    }

    /// The event is not the version that was listed: read it and judge it again.
    async fn judge_again(&self, record: OpenRecord, report: &mut SweepReport) -> Result<Round, WorkError> {
        let google = &self.sweep.app.google;
        let office = &self.calendar.office;
        let zone = Some(self.calendar.zone);
        let read = google.get_event(&self.sweep.budget, &office.calendar_id, &record.event.id, zone).await;
        let event = match read {
            Ok(event) => event,
            Err(GoogleError::NotFound) => return self.close(record, Left::Deleted, None, report).await,
            Err(error) => return Err(error.into()),
        };
        match judge(&event, &self.sweep.rules()) {
            Verdict::Work(_, days) => self.reread(record, event, days).await,
            Verdict::Leave(left) => self.close(record, left, event.updated, report).await,
        }
    }

    async fn reread(&self, record: OpenRecord, event: Event, days: DateRange) -> Result<Round, WorkError> {
        let event_id = record.event.id.clone();
        match self.settle(record, &Settlement::Reread(Box::new(event), days)).await? {
            Some(record) => Ok(Round::Again(record)),
            None => self.read_again(&event_id).await,
        }
    }

    async fn close(
        &self,
        record: OpenRecord,
        left: Left,
        updated: Option<DateTime<Utc>>,
        report: &mut SweepReport,
    ) -> Result<Round, WorkError> {
        let approved = (left == Left::Approved).then_some(record.days);
        let done = record.issued.iter().copied().chain(approved).collect();
        let closing = Closing { claim: Some(&self.claim_id), done, updated, now: self.now() };
        if self.sweep.app.store.close(&self.calendar.office.calendar_id, &record, &closing).await? {
            report.closed(&self.calendar.office.name, &record, left);
            return Ok(Round::Closed);
        }
        self.read_again(&record.event.id).await
    }

    async fn claim(&self, record: &OpenRecord, issuing: Option<DateRange>) -> Result<Option<OpenRecord>, StoreError> {
        let until = self.now() + self.sweep.app.form_timeout() + LEASE_MARGIN;
        let claim = Claim { id: self.claim_id.clone(), until };
        self.sweep.app.store.claim(&self.calendar.office.calendar_id, record, &claim, issuing).await
    }

    /// Writes what happened, also when the record's snapshot was replaced meanwhile; `None` when the claim is lost.
    async fn settle(&self, record: OpenRecord, settlement: &Settlement) -> Result<Option<OpenRecord>, WorkError> {
        let store = &self.sweep.app.store;
        let calendar_id = &self.calendar.office.calendar_id;
        let mut record = record;
        loop {
            if let Some(settled) = store.settle(calendar_id, &record, &self.claim_id, settlement).await? {
                return Ok(Some(settled));
            }
            match store.read_open(calendar_id, &record.event.id).await? {
                Some(read) if read.revision != record.revision && self.is_ours(&read) => record = read,
                _ => return Ok(None),
            }
        }
    }

    async fn read_again(&self, event_id: &str) -> Result<Round, WorkError> {
        let read = self.sweep.app.store.read_open(&self.calendar.office.calendar_id, event_id).await?;
        Ok(read.map_or(Round::Closed, Round::Again))
    }

    /// The failures of a record after one more.
    fn failures(&self, record: &OpenRecord, counts_as_try: bool) -> Failures {
        let now = self.now();
        let none = Failures { days: record.days, count: 0, tries: 0, since: now, next_try_at: now };
        let so_far = record.current_failures().copied().unwrap_or(none);
        let doubled = FIRST_BACKOFF * 2_i32.pow(so_far.count.min(16));
        let longest = doubled.min(LONGEST_BACKOFF);
        let jitter = self.sweep.app.randomness.up_to((longest / 2).to_std().unwrap_or_default());
        Failures {
            count: so_far.count + 1,
            tries: so_far.tries + u32::from(counts_as_try),
            next_try_at: now + longest / 2 + Duration::from_std(jitter).unwrap_or_default(),
            ..so_far
        }
    }

    fn is_ours(&self, record: &OpenRecord) -> bool {
        record.claim.as_ref().is_some_and(|claim| claim.id == self.claim_id)
    }

    fn is_anothers(&self, record: &OpenRecord) -> bool {
        record.is_claimed(self.now()) && !self.is_ours(record)
    }

    fn holds_unknown(&self) -> bool {
        self.sweep.app.settings.forms.on_unknown_outcome == OnUnknownOutcome::Hold
    }

    fn now(&self) -> DateTime<Utc> {
        self.sweep.app.clock.now()
    }
}

impl Form {
    fn from_settled(record: Option<OpenRecord>) -> Self {
        record.map_or(Self::Changed, Self::Settled)
    }

    fn from_unissued(record: Option<OpenRecord>) -> Self {
        record.map_or(Self::Changed, Self::NotNow)
    }
}
