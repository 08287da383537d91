//! A [`Worker`] works on one open event, step by step, until it is approved, closed, or rests. `send.rs` and `approve.rs`
//! have the steps for the form and the approval.
//!
//! A record, a form or an event may change at any moment: another sweep lists a newer version, a person moves the event or
//! settles the form. Every write is on the condition that things are as they were read; when one fails, what it met is
//! looked at and decided about anew.

use chrono::{DateTime, Utc};

use super::calendar::{OpenEvent, SweptCalendar};
use super::decision::{Case, Decision, Known, decide};
use super::left_behind::may_be_unsettled;
use super::sweeping::Sweep;
use crate::domain::date_range::DateRange;
use crate::domain::event::Event;
use crate::domain::form::{AskingEvent, ClaimId, Form, Happening, MOST_EVENTS, State, Turn};
use crate::domain::sweep_plan::LeaveReason;
use crate::google::GoogleError;
use crate::store::StoreError;
use crate::store::attributes::Item;
use crate::store::calendar::Recorded;
use crate::store::form::FormItem;
use crate::store::item::{Kept, kept};
use crate::store::open_record::OpenRecord;
use crate::store::seen::How;

/// How many steps are taken about one event in one sweep; things may keep changing.
const MOST_STEPS: usize = 24;

/// Why work on an event stopped. Its record stays open.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkError {
    #[error("an event could not be approved: {0}")]
    Google(#[from] GoogleError),
    #[error("an event's state could not be kept: {0}")]
    Store(#[from] StoreError),
}

/// What a step led to.
pub(super) enum Step {
    /// There is more to do.
    Next,
    /// The record is closed.
    Closed,
    /// The record stays open.
    Rest,
}

/// Work on one open event.
pub(super) struct Worker<'a> {
    pub(super) sweep: &'a Sweep<'a>,
    pub(super) calendar: &'a mut SweptCalendar,
    /// The name under which it sends.
    pub(super) claim: ClaimId,
    pub(super) record: Kept<OpenRecord>,
    /// The version of the event that this sweep saw.
    pub(super) seen: Option<Event>,
    pub(super) form: Known<Kept<FormItem>>,
    pub(super) must_look: bool,
    /// Whether this worker had the form issued: then the event is approved, however little time is left.
    pub(super) has_issued: bool,
    /// How this worker approved the event, if it did.
    pub(super) approved: Option<How>,
    /// What Google said when it refused the approval for good.
    pub(super) refusal: Option<String>,
}

/// An event that stays open, and what is known of its form.
pub(super) struct Resting {
    pub(super) record: Kept<OpenRecord>,
    pub(super) form: Known<Kept<FormItem>>,
    /// Whether somebody else was sending the form.
    pub(super) looks_again: bool,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        sweep: &'a Sweep<'a>,
        calendar: &'a mut SweptCalendar,
        event: OpenEvent,
        form: Known<Kept<FormItem>>,
    ) -> Self {
        let OpenEvent { record, seen, left: _ } = event;
        let claim = ClaimId(sweep.app.randomness.id());
        let (must_look, has_issued, approved, refusal) = (false, false, None, None);
        Self { sweep, calendar, claim, record, seen, form, must_look, has_issued, approved, refusal }
    }

    /// Works on the event. Answers its record if it stays open.
    pub(super) async fn work(mut self) -> Option<Resting> {
        for _ in 0..MOST_STEPS {
            match self.step().await {
                Ok(Step::Next) => {}
                Ok(Step::Closed) => return None,
                Ok(Step::Rest) => break,
                Err(error) => {
                    self.problem(error.to_string());
                    break;
                }
            }
        }
        let looks_again = matches!(self.decide(), Decision::Form(Turn::LookAgain)) && !self.is_sending();
        Some(Resting { record: self.record, form: self.form, looks_again })
    }

    fn decide(&self) -> Decision {
        let form = match &self.form {
            Known::Unread => Known::Unread,
            Known::Read(form) => Known::Read(form.as_ref().map(|form| &form.form)),
        };
        let case = Case { record: &self.record, seen: self.seen.as_ref(), form, must_look: self.must_look };
        decide(&case, &self.sweep.policy())
    }

    async fn step(&mut self) -> Result<Step, WorkError> {
        if !self.has_issued && !self.sweep.has_time() {
            return Ok(Step::Rest);
        }
        match self.decide() {
            Decision::Look => self.look().await,
            Decision::ReadForm => self.read_form().await,
            Decision::Update(days) => self.update(days).await,
            Decision::Close(left) => self.close(left).await,
            Decision::KeepInSight => self.keep_in_sight().await,
            Decision::Approve => self.approve(None).await,
            Decision::Form(Turn::Approve { at }) => self.approve(Some(at)).await,
            Decision::Form(Turn::Send { is_interrupted }) => self.send(is_interrupted).await,
            Decision::Form(Turn::Leave { is_interrupted }) => self.leave_to_person(is_interrupted).await,
            Decision::Form(Turn::Rest(_)) => self.rest().await,
            Decision::Form(Turn::LookAgain) => Ok(Step::Rest),
        }
    }

    /// Reads the event: it may have been moved or deleted.
    async fn look(&mut self) -> Result<Step, WorkError> {
        self.must_look = false;
        match self.sweep.look(self.calendar, &self.record).await {
            Err(GoogleError::OddEvent(reason)) => {
                self.calendar.unreadable(&self.record.event.id, &reason);
                Ok(Step::Rest)
            }
            read => {
                self.seen = Some(read?);
                Ok(Step::Next)
            }
        }
    }

    async fn read_form(&mut self) -> Result<Step, WorkError> {
        let person = self.sweep.app.store.person(&self.record.person);
        let form = person.form(self.record.days, self.now()).await?;
        self.form = Known::Read(form);
        Ok(Step::Next)
    }

    /// Writes down the version of the event that was seen.
    async fn update(&mut self, days: DateRange) -> Result<Step, WorkError> {
        let Some(event) = self.seen.clone() else {
            return Ok(Step::Rest);
        };
        if self.has_issued && days != self.record.days {
            let id = &event.id;
            self.problem(format!("event {id} was moved to {days} while its form for {} was issued", self.record.days));
        }
        let record = OpenRecord::new(event, days, self.record.person.clone(), self.now()).after(Some(&self.record));
        self.replace(record).await
    }

    /// Marks the record: its event is gone, and somebody has to see that its form is not settled.
    async fn keep_in_sight(&mut self) -> Result<Step, WorkError> {
        let mut record = OpenRecord { is_gone: true, ..(*self.record).clone() };
        if let Some(seen) = &self.seen {
            record.event.etag.clone_from(&seen.etag);
            record.event.updated = seen.updated.or(record.event.updated);
        }
        self.replace(record).await
    }

    async fn replace(&mut self, record: OpenRecord) -> Result<Step, WorkError> {
        let is_for_another = record.form() != self.record.form();
        let left = (is_for_another && may_be_unsettled(self.form())).then(|| self.sweep.left_by(&self.record));
        let record = kept(Some(&self.record), record, self.sweep.revision());
        let items = self.sweep.app.store.calendar(&self.calendar.office.calendar_id);
        match items.replace(&self.record, record, left.as_ref()).await? {
            Recorded::Written(record) => {
                self.calendar.left.extend(left);
                self.has_record(record);
            }
            Recorded::Found(present) => self.meets(present),
            Recorded::Unreadable => return Ok(Step::Rest),
            Recorded::Gone | Recorded::Seen(_) => return Ok(Step::Closed),
        }
        Ok(Step::Next)
    }

    /// Rests on a form that waits. It names the event, so that a person who settles it is not told that nothing asks for it.
    async fn rest(&mut self) -> Result<Step, WorkError> {
        let is_settled_or_full = self.form.get().is_none_or(|form| form.form.events.len() >= MOST_EVENTS);
        if !self.record.is_gone && !is_settled_or_full {
            self.settle(&Happening::Asked(self.asking())).await?;
        }
        Ok(Step::Rest)
    }

    /// The record is this one now, as it was written.
    fn has_record(&mut self, record: Kept<OpenRecord>) {
        if record.form() != self.record.form() {
            self.form = Known::Unread;
        }
        self.record = record;
    }

    /// Somebody else has written this record: what was seen counts only if it is the same version, or newer.
    pub(super) fn meets(&mut self, present: Kept<OpenRecord>) {
        let is_known = |seen: &Event| seen.etag == present.event.etag || present.event.is_older_than(seen);
        let still_counts = |seen: &Event| !present.is_gone && is_known(seen);
        self.seen = self.seen.take().filter(still_counts);
        self.has_record(present);
    }

    /// What a check of the record met: the present one, or that it is closed.
    pub(super) fn meets_item(&mut self, item: Option<Item>) -> Result<Step, WorkError> {
        let Some(item) = item else { return Ok(Step::Closed) };
        self.meets(Kept::from_item(item)?);
        Ok(Step::Next)
    }

    /// Whether the form is being sent under this worker's own claim, as far as it knows.
    fn is_sending(&self) -> bool {
        self.form().is_some_and(|form| matches!(&form.state, State::Sending(claim) if claim.id == self.claim))
    }

    pub(super) fn form(&self) -> Option<&Form> {
        self.form.get().map(|form| &form.form)
    }

    pub(super) fn asking(&self) -> AskingEvent {
        AskingEvent { calendar: self.calendar.office.calendar_id.clone(), event: self.record.event.id.clone() }
    }

    pub(super) fn problem(&mut self, problem: impl Into<String>) {
        self.calendar.problem(problem);
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.sweep.app.clock.now()
    }

    /// Says what a person should know about a record that is closed without an approval.
    pub(super) fn tell_of_closing(&mut self, left: LeaveReason) {
        self.calendar.report.events_closed += 1;
        let id = &self.record.event.id;
        let since = self.record.recorded_at;
        let issued = self.form().is_some_and(|form| matches!(form.state, State::Issued { at } if at >= since));
        match left {
            LeaveReason::NotAManualUser => {
                self.problem(format!("event {id} stays unapproved: its creator is no longer a manual user"));
            }
            LeaveReason::Fixed | LeaveReason::Refused => {
                self.calendar.report.events_refused += 1;
                let why = self.refusal.take().unwrap_or_else(|| left.to_string());
                self.problem(format!("event {id} stays unapproved until it changes: {why}"));
            }
            LeaveReason::Deleted if issued => {
                self.problem(format!("event {id} was deleted while its form was being issued"));
            }
            _ => {}
        }
    }
}
