//! Works on the open events of a calendar, one after the other.
//!
//! A record, a form or an event may change at any moment: another sweep lists a newer version, a person moves the event or
//! settles the form. Every write is on the condition that things are as they were read; when one fails, what it met is
//! looked at and decided about anew.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};

use super::Sweep;
use super::calendar::{Backlog, Calendar, Task};
use super::decision::{Case, Decision, Known, Policy, decide};
use super::report::SweepReport;
use crate::config::OnUnknownOutcome;
use crate::domain::date_range::DateRange;
use crate::domain::event::Event;
use crate::domain::form::{AskingEvent, ClaimId, Form, FormKey, Happening, MOST_EVENTS, State, Turn};
use crate::domain::sweep_plan::Left;
use crate::google::{GoogleError, Listing};
use crate::store::StoreError;
use crate::store::calendar::Recorded;
use crate::store::form::FormItem;
use crate::store::item::{Item, Kept, kept};
use crate::store::open_record::OpenRecord;
use crate::store::seen::How;

/// How many steps are taken about one event in one sweep; things may keep changing.
const MOST_STEPS: usize = 24;
/// How many events of a calendar whose forms rest are read all the same when the whole window was listed: a listing of the
/// window shows no deletions.
const MOST_LOOKS: usize = 50;

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
    pub(super) calendar: &'a mut Calendar,
    pub(super) report: &'a mut SweepReport,
    /// Under which it sends.
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
}

/// A record that stays open, and what is known of its form.
struct Open {
    record: Kept<OpenRecord>,
    form: Known<Kept<FormItem>>,
    /// Whether somebody else was sending the form.
    looks_again: bool,
}

impl Sweep<'_> {
    /// Works on a calendar's records one after the other and reports what stays open.
    pub(super) async fn work_off(&self, mut report: SweepReport, backlog: Option<Backlog>) -> SweepReport {
        let Some(mut backlog) = backlog else {
            return report;
        };
        let office = backlog.calendar.office.name.clone();
        if let Err(error) = self.try_to_work_off(&mut report, &mut backlog).await {
            report.problem(&office, error.to_string());
        }
        report
    }

    async fn try_to_work_off(&self, report: &mut SweepReport, backlog: &mut Backlog) -> Result<(), StoreError> {
        let Backlog { calendar, work, copies, known } = backlog;
        let old = work.iter().filter(|task| known.contains(&task.record.event.id)).map(|task| task.record.form());
        let keys: BTreeSet<FormKey> = old.chain(copies.iter().map(|copy| copy.form.clone())).collect();
        let mut forms = self.read_forms(&keys).await?;
        let mut looks = if calendar.is_reconciled { MOST_LOOKS } else { 0 };
        let mut open = Vec::new();
        for Task { record, seen } in std::mem::take(work) {
            let key = record.form();
            let form = if keys.contains(&key) { Known::Read(forms.get(&key).cloned()) } else { Known::Unread };
            let must_look = seen.is_none() && looks > 0;
            looks -= usize::from(must_look);
            let worker = Worker::new(self, calendar, report, record, seen, form);
            if let Some(one) = (Worker { must_look, ..worker }).work().await {
                open.push(one);
            }
        }
        let open = self.look_again(calendar, report, open).await;
        for copy in std::mem::take(copies) {
            let form = forms.remove(&copy.form);
            self.work_on_copy(calendar, report, copy, form).await;
        }
        let now = self.app.clock.now();
        report.set_open(open.iter().map(|open| &*open.record), now);
        let held = open.iter().filter(|open| open.form.get().is_some_and(|form| form.form.is_held()));
        report.held.extend(held.map(|open| open.record.form()));
        Ok(())
    }

    /// Has another look at the events whose form somebody else was sending, when that turn is over.
    async fn look_again(&self, calendar: &mut Calendar, report: &mut SweepReport, open: Vec<Open>) -> Vec<Open> {
        let (again, mut open): (Vec<Open>, Vec<Open>) = open.into_iter().partition(|open| open.looks_again);
        if again.is_empty() {
            return open;
        }
        // Whatever this sweep itself sends is through then.
        drop(self.form_turn.lock().await);
        let keys: BTreeSet<FormKey> = again.iter().map(|open| open.record.form()).collect();
        let forms = match self.read_forms(&keys).await {
            Ok(forms) => forms,
            Err(error) => {
                report.problem(&calendar.office.name, error.to_string());
                open.extend(again);
                return open;
            }
        };
        for Open { record, .. } in again {
            let form = Known::Read(forms.get(&record.form()).cloned());
            open.extend(Worker::new(self, calendar, report, record, None, form).work().await);
        }
        open
    }

    async fn read_forms(&self, keys: &BTreeSet<FormKey>) -> Result<HashMap<FormKey, Kept<FormItem>>, StoreError> {
        let keys: Vec<FormKey> = keys.iter().cloned().collect();
        self.app.store.forms(&keys, self.app.clock.now()).await
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
}

impl<'a> Worker<'a> {
    fn new(
        sweep: &'a Sweep<'a>,
        calendar: &'a mut Calendar,
        report: &'a mut SweepReport,
        record: Kept<OpenRecord>,
        seen: Option<Event>,
        form: Known<Kept<FormItem>>,
    ) -> Self {
        let claim = ClaimId(sweep.app.randomness.id());
        let (must_look, has_issued, approved) = (false, false, None);
        Self { sweep, calendar, report, claim, record, seen, form, must_look, has_issued, approved }
    }

    /// Works on the event. Answers its record if it stays open.
    async fn work(mut self) -> Option<Open> {
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
        let looks_again = matches!(self.decide(), Decision::Form(Turn::LookAgain { .. })) && !self.is_sending();
        Some(Open { record: self.record, form: self.form, looks_again })
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
            Decision::Form(Turn::LookAgain { .. }) => Ok(Step::Rest),
        }
    }

    /// Reads the event: it may have been moved or deleted.
    async fn look(&mut self) -> Result<Step, WorkError> {
        self.must_look = false;
        let (google, office) = (&self.sweep.app.google, &self.calendar.office);
        let zone = Some(self.calendar.zone);
        let read = google.get_event(&self.sweep.budget, &office.calendar_id, &self.record.event.id, zone).await;
        self.seen = Some(match read {
            Err(GoogleError::NotFound) => self.vanished().await?,
            read => read?,
        });
        Ok(Step::Next)
    }

    /// The event as deleted, if Google does not know it; an error if it is the calendar that is out of reach.
    pub(super) async fn vanished(&self) -> Result<Event, WorkError> {
        let (from, to) = (self.now(), self.now() + Duration::minutes(1));
        let (google, id) = (&self.sweep.app.google, &self.calendar.office.calendar_id);
        google.list_events(&self.sweep.budget, id, &Listing::Window { from, to }, None).await?;
        Ok(Event { cancelled: true, ..self.record.event.clone() })
    }

    async fn read_form(&mut self) -> Result<Step, WorkError> {
        let form = self.sweep.app.store.form(&self.record.form(), self.now()).await?;
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
        let record = OpenRecord::of(event, days, self.record.person.clone(), Some(&self.record), self.now());
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
        let record = kept(Some(&self.record), record, self.sweep.app.randomness.id());
        let items = self.sweep.app.store.calendar(&self.calendar.office.calendar_id);
        match items.replace(&self.record, record).await? {
            Recorded::Written(record) => self.has_record(record),
            Recorded::Found(present) => self.meets(present),
            Recorded::Gone | Recorded::Seen => return Ok(Step::Closed),
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
        let still_counts = |seen: &Event| seen.etag == present.event.etag || present.event.is_older_than(seen);
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
        self.report.problem(&self.calendar.office.name, problem);
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.sweep.app.clock.now()
    }

    /// Says what a person should know about a record that is closed without an approval.
    pub(super) fn tell_of_closing(&mut self, left: Left) {
        self.report.events_closed += 1;
        let id = &self.record.event.id;
        let issued = self.form().is_some_and(|form| form.ends_at(self.record.days).is_some());
        match left {
            Left::NotAManualUser => {
                self.problem(format!("event {id} stays unapproved: its creator is no longer a manual user"));
            }
            Left::Deleted if issued => self.problem(format!("event {id} was deleted while its form was being issued")),
            _ => {}
        }
    }
}
