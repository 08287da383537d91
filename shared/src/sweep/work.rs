//! Works on a calendar's open records: claim, have the form issued, approve the event, close.
//!
//! A record may change at any moment: another sweep lists a newer version of the event, a person moves it. Every write
//! is conditional on what was read; when one fails, the record is read and judged again.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

use super::Sweep;
use super::calendar::{Backlog, Calendar, Task};
use super::report::SweepReport;
use crate::byroapi::Byroapi;
use crate::domain::date_range::DateRange;
use crate::google::GoogleError;
use crate::store::StoreError;
use crate::store::claims::Settlement;
use crate::store::open_record::{Claim, OpenRecord};

/// How often a record that keeps changing is read again in one sweep.
const MOST_ROUNDS: usize = 8;
/// How long a claim outlives the form's timeout.
const LEASE_MARGIN: Duration = Duration::seconds(60);
/// The pause before something is written again while DynamoDB is in trouble; doubled each time …
const FIRST_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// … up to this, so that all of them end within the lease.
const LONGEST_PAUSE: std::time::Duration = std::time::Duration::from_secs(16);
/// What is left to do after such a pause takes about this long.
const AFTER_A_PAUSE: Duration = Duration::seconds(10);

/// Why work on a record stopped. The record stays open.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkError {
    #[error("an event could not be approved: {0}")]
    Google(#[from] GoogleError),
    #[error("an event's state could not be kept: {0}")]
    Store(#[from] StoreError),
}

/// What a round of work led to.
pub(super) enum Round {
    /// The record is closed.
    Closed,
    /// The record stays open, as it is now.
    Open(OpenRecord),
    /// The record changed: go on from what it is now.
    Again(OpenRecord),
}

/// What became of a write under a claim.
enum Settled {
    Written(OpenRecord),
    /// The record's snapshot was replaced: write again, on this.
    Again(OpenRecord),
    /// Somebody else has the claim.
    Lost,
}

/// What became of a form.
pub(super) enum Form {
    /// It need not be sent, or has been: approve the event.
    Settled(OpenRecord),
    /// Not now.
    NotNow(OpenRecord),
    /// The record changed meanwhile.
    Changed,
}

impl Sweep<'_> {
    /// Works on a calendar's records one after the other and reports what stays open.
    pub(super) async fn work_off(&self, mut report: SweepReport, backlog: Option<Backlog>) -> SweepReport {
        let Some(Backlog { calendar, work, mut rest }) = backlog else {
            return report;
        };
        for Task { record, seen } in work {
            let memory = Mutex::new(Memory { seen, ..Memory::default() });
            let worker = Worker { sweep: self, calendar: &calendar, claim_id: self.app.randomness.id(), memory };
            rest.extend(worker.work(record, &mut report).await);
        }
        report.set_open(&rest, self.app.clock.now());
        report
    }
}

/// Work on one record under one claim id.
pub(super) struct Worker<'a> {
    pub(super) sweep: &'a Sweep<'a>,
    pub(super) calendar: &'a Calendar,
    pub(super) claim_id: String,
    memory: Mutex<Memory>,
}

/// What a worker knows and the table may not: another's write, or trouble with the table, must not make it forgotten.
#[derive(Default)]
pub(super) struct Memory {
    /// The version of the event that this sweep saw last, as its etag; none when it saw nothing that needs a form.
    pub(super) seen: Option<String>,
    /// The days that are marked as being sent and are not sent yet.
    pub(super) unsent: Option<DateRange>,
    /// The days whose form was issued by this worker.
    pub(super) sent: BTreeSet<DateRange>,
}

impl Worker<'_> {
    /// Works on one record. Answers it if it stays open.
    async fn work(&self, record: OpenRecord, report: &mut SweepReport) -> Option<OpenRecord> {
        let mut record = record;
        for _ in 0..MOST_ROUNDS {
            match self.round(record.clone(), report).await {
                Ok(Round::Closed) => return None,
                Ok(Round::Open(left)) if self.is_ours(&left) => return Some(self.release(left).await),
                Ok(Round::Open(left)) => return Some(left),
                Ok(Round::Again(changed)) => record = changed,
                Err(error) => {
                    report.problem(&self.calendar.office.name, error.to_string());
                    return Some(self.release(record).await);
                }
            }
        }
        Some(self.release(record).await)
    }

    async fn round(&self, record: OpenRecord, report: &mut SweepReport) -> Result<Round, WorkError> {
        if self.is_anothers(&record) || !self.sweep.has_time() {
            return Ok(Round::Open(record));
        }
        let Some(user) = self.sweep.everything.users.get(&record.user) else {
            return Ok(Round::Open(record));
        };
        let event_id = record.event.id.clone();
        if self.byroapi_for(&record).is_some() && self.sweep.is_form_due(&record) && !self.has_seen(&record) {
            return self.look_again(record, report).await;
        }
        let form = match self.byroapi_for(&record) {
            Some(byroapi) => self.form(byroapi, user, record, report).await?,
            None => Form::from_settled(self.claim(&record, None).await?),
        };
        match form {
            // The event was moved while its form was made: the new days need a form of their own.
            Form::Settled(record) if self.byroapi_for(&record).is_some() => Ok(Round::Again(record)),
            Form::Settled(record) => self.approve(user, record, report).await,
            Form::NotNow(record) => Ok(Round::Open(record)),
            Form::Changed => self.read_again(&event_id).await,
        }
    }

    /// Reads an event that this sweep did not see as the record has it, before its form is sent: it may have been moved or
    /// deleted, also when it is an older version that another sweep has recorded.
    async fn look_again(&self, record: OpenRecord, report: &mut SweepReport) -> Result<Round, WorkError> {
        let Some(claimed) = self.claim(&record, None).await? else {
            return self.read_again(&record.event.id).await;
        };
        self.judge_again(claimed, report).await
    }

    /// Whether the record has the version of the event that this sweep saw last.
    pub(super) fn has_seen(&self, record: &OpenRecord) -> bool {
        self.recall().seen.as_ref() == Some(&record.event.etag)
    }

    /// What this worker knows. Not to be kept while anything is awaited.
    pub(super) fn recall(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A record that was read, with what this worker knows about it.
    pub(super) fn completed(&self, mut record: OpenRecord) -> OpenRecord {
        record.issued.extend(&self.recall().sent);
        record
    }

    /// The form service, if the record needs a form.
    fn byroapi_for(&self, record: &OpenRecord) -> Option<&Byroapi> {
        self.sweep.app.byroapi.as_ref().filter(|_| !record.issued.contains(&record.days))
    }

    pub(super) async fn claim(
        &self,
        record: &OpenRecord,
        sending: Option<DateRange>,
    ) -> Result<Option<OpenRecord>, StoreError> {
        let until = self.now() + self.sweep.app.form_timeout() + LEASE_MARGIN;
        let claim = Claim::new(self.claim_id.clone(), until);
        let store = &self.sweep.app.store;
        let calendar_id = &self.calendar.office.calendar_id;
        if let Some(claimed) = store.claim(calendar_id, record, &claim, sending).await? {
            return Ok(Some(self.completed(claimed)));
        }
        // It may have taken effect all the same: the answer was lost, and the SDK's next attempt was refused. But if another
        // sweep has replaced the snapshot, it is this worker's earlier claim that the record shows.
        let has_taken_effect = |read: &OpenRecord| {
            read.claim.as_ref() == Some(&claim)
                && (read.revision, read.days, &read.event.etag)
                    == (record.revision + 1, record.days, &record.event.etag)
                && sending.is_none_or(|days| read.unsettled.contains(&days))
        };
        let read = store.read_open(calendar_id, &record.event.id).await?;
        Ok(read.filter(has_taken_effect).map(|read| self.completed(read)))
    }

    /// Writes what happened, also when the record's snapshot was replaced meanwhile or DynamoDB is in trouble for a
    /// moment; `None` when the claim is lost.
    pub(super) async fn settle(
        &self,
        record: OpenRecord,
        settlement: &Settlement,
    ) -> Result<Option<OpenRecord>, WorkError> {
        let mut record = record;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.try_settle(&record, settlement).await {
                Ok(Settled::Written(settled)) => return Ok(Some(self.completed(settled))),
                Ok(Settled::Again(read)) => record = read,
                Ok(Settled::Lost) => return Ok(None),
                Err(error) if error.is_temporary() && pause <= LONGEST_PAUSE && self.can_wait(pause) => {
                    self.sweep.app.clock.pause(pause).await;
                    pause *= 2;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether there is time for a pause, one more write and the approval.
    fn can_wait(&self, pause: std::time::Duration) -> bool {
        let needed = Duration::from_std(pause).unwrap_or(Duration::MAX) + AFTER_A_PAUSE;
        self.sweep.order.deadline.is_none_or(|deadline| deadline - self.now() > needed)
    }

    async fn try_settle(&self, record: &OpenRecord, settlement: &Settlement) -> Result<Settled, StoreError> {
        let store = &self.sweep.app.store;
        let calendar_id = &self.calendar.office.calendar_id;
        if let Some(settled) = store.settle(calendar_id, record, &self.claim_id, settlement).await? {
            return Ok(Settled::Written(settled));
        }
        let read = store.read_open(calendar_id, &record.event.id).await?;
        Ok(match read.filter(|read| read.revision != record.revision && self.is_ours(read)) {
            // As with a claim, the answer may have been lost.
            Some(read) if settlement.is_in(&read) => Settled::Written(read),
            Some(read) => Settled::Again(read),
            None => Settled::Lost,
        })
    }

    /// Ends the claim, if there is one, so that the next sweep need not wait for its lease. Answers the record as it is.
    async fn release(&self, record: OpenRecord) -> OpenRecord {
        let store = &self.sweep.app.store;
        let calendar_id = &self.calendar.office.calendar_id;
        let Ok(Some(mut read)) = store.read_open(calendar_id, &record.event.id).await else {
            return record;
        };
        if !self.is_ours(&read) {
            return read;
        }
        let unwritten: Vec<DateRange> = self.recall().sent.difference(&read.issued).copied().collect();
        for days in unwritten {
            // If this fails too, the next sweep takes it for an unknown outcome.
            let issued = store.settle(calendar_id, &read, &self.claim_id, &Settlement::Issued(days)).await;
            if let Ok(Some(settled)) = issued {
                read = settled;
            }
        }
        let released = Settlement::Released { unsent: self.recall().unsent };
        match store.settle(calendar_id, &read, &self.claim_id, &released).await {
            Ok(Some(released)) => released,
            _ => read,
        }
    }

    pub(super) async fn read_again(&self, event_id: &str) -> Result<Round, WorkError> {
        let read = self.sweep.app.store.read_open(&self.calendar.office.calendar_id, event_id).await?;
        Ok(read.map_or(Round::Closed, |read| Round::Again(self.completed(read))))
    }

    pub(super) fn is_ours(&self, record: &OpenRecord) -> bool {
        record.claim.as_ref().is_some_and(|claim| claim.id == self.claim_id)
    }

    fn is_anothers(&self, record: &OpenRecord) -> bool {
        record.is_claimed(self.now()) && !self.is_ours(record)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.sweep.app.clock.now()
    }
}

impl Form {
    pub(super) fn from_settled(record: Option<OpenRecord>) -> Self {
        record.map_or(Self::Changed, Self::Settled)
    }

    pub(super) fn from_unissued(record: Option<OpenRecord>) -> Self {
        record.map_or(Self::Changed, Self::NotNow)
    }
}
