//! How a [`Sweep`] sends the copies that people ordered. A copy that was refused waits; one that may be out is not sent again.

use super::calendar::SweptCalendar;
use super::send::{LEASE_MARGIN, silences_after};
use super::sweeping::{MOST_SILENCES, Sweep};
use super::work::WorkError;
use crate::byroapi::{Byroapi, IssueAnswer};
use crate::domain::approval_form;
use crate::domain::form::{Claim, ClaimId, CopyHappening, CopyTurn, copy_turn};
use crate::domain::manual_user::ManualUser;
use crate::store::copy_record::CopyRecord;
use crate::store::form::{FormItem, as_read, put_form, read_form};
use crate::store::item::Kept;
use crate::store::write::{Met, Write, Written};

/// How often a form that others keep changing is looked at again.
const MOST_ROUNDS: usize = 32;

/// Work on one copy.
struct CopyWorker<'a> {
    sweep: &'a Sweep<'a>,
    calendar: &'a mut SweptCalendar,
    claim: ClaimId,
    record: Kept<CopyRecord>,
    form: Option<Kept<FormItem>>,
}

/// What is done to the record when the form is changed.
#[derive(Clone, Copy)]
enum Alongside {
    /// It must be as it was read.
    Check,
    /// It is deleted.
    Delete,
    /// It stays as it is.
    Nothing,
}

impl Sweep<'_> {
    /// Sends a copy, if it is due, or ends it.
    pub(super) async fn work_on_copy(
        &self,
        calendar: &mut SweptCalendar,
        record: Kept<CopyRecord>,
        form: Option<Kept<FormItem>>,
    ) {
        let claim = ClaimId(self.app.randomness.id());
        let mut worker = CopyWorker { sweep: self, calendar, claim, record, form };
        for _ in 0..MOST_ROUNDS {
            match worker.step().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    worker.calendar.problem(format!("a copy of a form: {error}"));
                    return;
                }
            }
        }
    }
}

impl CopyWorker<'_> {
    /// Answers whether there is more to do.
    async fn step(&mut self) -> Result<bool, WorkError> {
        let sweep = self.sweep;
        let user = sweep.roster.users.get(&self.record.form.person);
        let turn = copy_turn(self.form.as_ref().map(|form| &form.form), sweep.app.clock.now());
        match (turn, user, &sweep.app.byroapi) {
            (CopyTurn::Rest, ..) | (CopyTurn::Send, _, None) => Ok(false),
            (CopyTurn::Close, ..) => self.close().await,
            (CopyTurn::GiveUp, ..) => {
                self.give_up("it was refused too often, or nobody knows whether it went out").await
            }
            (CopyTurn::Send, None, _) => self.give_up("its person is not registered any more").await,
            (CopyTurn::Send, Some(user), Some(byroapi)) => self.send(user, byroapi).await,
        }
    }

    /// Deletes the record of a copy that nobody orders any more, while that is so.
    async fn close(&mut self) -> Result<bool, WorkError> {
        let sweep = self.sweep;
        let check = as_read(self.form.as_ref(), sweep.app.clock.now());
        let delete = sweep.app.store.calendar(&self.calendar.office.calendar_id).delete_copy(&self.record);
        let writes = [delete, Write::check(FormItem::key_of(&self.record.form), check)];
        self.meet(sweep.app.store.write(&writes).await?, 1)
    }

    async fn give_up(&mut self, why: &str) -> Result<bool, WorkError> {
        let more = self.change(&CopyHappening::GivenUp, Alongside::Delete).await?;
        if !more {
            let days = self.record.form.days;
            self.calendar.problem(format!("the copy of a form for {days} is given up: {why}"));
        }
        Ok(more)
    }

    async fn send(&mut self, user: &ManualUser, byroapi: &Byroapi) -> Result<bool, WorkError> {
        let sweep = self.sweep;
        let now = || sweep.app.clock.now();
        let mut silences = sweep.form_turn.lock().await;
        if !sweep.has_time() || *silences >= MOST_SILENCES {
            return Ok(false);
        }
        let announced = sweep.app.clock.stamp();
        let claim = Claim::new(self.claim.clone(), now() + sweep.app.form_timeout() + LEASE_MARGIN);
        if self.change(&CopyHappening::Sending(claim.clone()), Alongside::Check).await? {
            return Ok(true);
        }
        let Some(dated) = self.own_copy(&claim) else {
            return Ok(false);
        };
        if !sweep.app.clock.is_within(LEASE_MARGIN, announced) {
            return self.change(&CopyHappening::NotSent(claim.id), Alongside::Nothing).await.map(|_| false);
        }
        let days = self.record.form.days;
        let form = approval_form::fill(&sweep.app.settings.forms.letter, user, days, dated);
        let answer = byroapi.issue(&form).await;
        *silences = silences_after(&answer, *silences);
        drop(silences);
        self.settle(claim.id, answer).await
    }

    /// How the form is dated, if this worker has announced its copy.
    fn own_copy(&self, claim: &Claim) -> Option<chrono::DateTime<chrono::Utc>> {
        let form = &self.form.as_ref()?.form;
        (form.copy.as_ref()?.claim.as_ref()? == claim).then_some(form.dated)
    }

    /// Writes down what the form service answered, as often as others change the form meanwhile.
    async fn settle(&mut self, claim: ClaimId, answer: IssueAnswer) -> Result<bool, WorkError> {
        if let Some(problem) = self.calendar.report.forms.count(&answer, "the copy of a form") {
            self.calendar.problem(problem);
        }
        let luck = self.sweep.luck();
        let (happening, with) = match answer {
            IssueAnswer::Issued | IssueAnswer::Unknown { .. } => (CopyHappening::Sent(claim), Alongside::Delete),
            IssueAnswer::Refused { .. } => (CopyHappening::Refused { claim, is_try: true, luck }, Alongside::Nothing),
            IssueAnswer::NotReached => (CopyHappening::Refused { claim, is_try: false, luck }, Alongside::Nothing),
        };
        let mut pauses = 0;
        for _ in 0..MOST_ROUNDS {
            match self.change(&happening, with).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(WorkError::Store(error)) if self.sweep.waits_out(&error, &mut pauses).await => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Writes what happens to the copy onto the form. Answers whether somebody else was faster.
    async fn change(&mut self, happening: &CopyHappening, with: Alongside) -> Result<bool, WorkError> {
        let app = self.sweep.app;
        let Some(read) = &self.form else { return Ok(false) };
        let now = app.clock.now();
        let Some(form) = read.form.after_copy(happening, now) else { return Ok(false) };
        let item = FormItem { key: self.record.form.clone(), form };
        let (put, item) = put_form(Some(read), item, self.sweep.revision(), now)?;
        let mut writes = vec![put];
        let items = app.store.calendar(&self.calendar.office.calendar_id);
        match with {
            Alongside::Check => writes.push(items.check_copy(&self.record)),
            Alongside::Delete => writes.push(items.delete_copy(&self.record)),
            Alongside::Nothing => {}
        }
        let written = app.store.write(&writes).await?;
        if matches!(written, Written::Done) {
            self.form = Some(item);
            return Ok(false);
        }
        self.meet(written, 0)
    }

    /// Remembers the form that a refused write met, and answers whether it met one; `form` is its place among the writes.
    fn meet(&mut self, written: Written, form: usize) -> Result<bool, WorkError> {
        match written.met(form) {
            Met::Nothing => Ok(false),
            Met::Present(item) => {
                self.form = read_form(item, self.sweep.app.clock.now())?;
                Ok(true)
            }
        }
    }
}
