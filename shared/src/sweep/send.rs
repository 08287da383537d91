//! How a [`Worker`] has a form issued: it announces the form, sends it, and writes down what became of it.

use std::time::Duration;

use super::decision::Known;
use super::sweeping::MOST_SILENCES;
use super::work::{Step, WorkError, Worker};
use crate::byroapi::IssueAnswer;
use crate::domain::approval_form;
use crate::domain::form::{After, Claim, Form, Happening};
use crate::store::StoreError;
use crate::store::attributes::Item;
use crate::store::form::{FormItem, put_form, read_form};
use crate::store::item::Kept;
use crate::store::write::{Met, Write, Written};

/// How long a claim outlives the form's timeout.
pub(super) const LEASE_MARGIN: Duration = Duration::from_mins(1);
/// How often an outcome is written onto a form that others keep changing.
const MOST_ROUNDS: usize = 32;

impl Worker<'_> {
    /// Has the form issued, unless it must wait. Forms are sent one at a time.
    pub(super) async fn send(&mut self, is_interrupted: bool) -> Result<Step, WorkError> {
        let sweep = self.sweep;
        let mut silences = sweep.form_turn.lock().await;
        let (Some(byroapi), Some(user)) = (&sweep.app.byroapi, sweep.roster.users.get(&self.record.person)) else {
            return Ok(Step::Rest);
        };
        if !sweep.has_time() || *silences >= MOST_SILENCES {
            return Ok(Step::Rest);
        }
        let announced = sweep.app.clock.stamp();
        let claim = Claim::new(self.claim.clone(), self.now() + sweep.app.form_timeout() + LEASE_MARGIN);
        let dated = self.record.dated(self.now());
        let sending = Happening::Sending { claim: claim.clone(), event: self.asking(), dated };
        let After::Becomes(form) = Form::after(self.form(), &sending, self.now()) else {
            return Ok(Step::Rest);
        };
        let dated = form.dated;
        if let Some(step) = self.announce(form).await? {
            return Ok(step);
        }
        self.calendar.report.forms.unknown += usize::from(is_interrupted);
        // If the write took long, or this process stood still, others already take the form for sent.
        if !sweep.app.clock.is_within(LEASE_MARGIN, announced) {
            self.settle(&Happening::NotSent(claim.id)).await?;
            return Ok(Step::Rest);
        }
        let form = approval_form::fill(&sweep.app.settings.forms.letter, user, self.record.days, dated);
        let answer = byroapi.issue(&form).await;
        *silences = silences_after(&answer, *silences);
        if *silences == MOST_SILENCES {
            self.problem("the form service does not answer: no more forms are sent in this sweep");
        }
        self.settle_answer(answer).await
    }

    /// Writes down that the form is about to be sent, if it and the record are as they were read; answers what to do
    /// where they are not.
    async fn announce(&mut self, form: Form) -> Result<Option<Step>, WorkError> {
        let store = &self.sweep.app.store;
        let (put, item) = self.put(form)?;
        let check = store.calendar(&self.calendar.office.calendar_id).check_record(&self.record);
        let Written::Refused(met) = store.write(&[put, check]).await? else {
            self.form = Known::Read(Some(item));
            return Ok(None);
        };
        let mut step = Step::Next;
        for (index, met) in met.into_iter().enumerate() {
            match (index, met) {
                (_, Met::Nothing) => {}
                (0, Met::Present(item)) => self.meets_form(item)?,
                (_, Met::Present(item)) => step = self.meets_item(item)?,
            }
        }
        Ok(Some(step))
    }

    /// Writes down what the form service answered.
    async fn settle_answer(&mut self, answer: IssueAnswer) -> Result<Step, WorkError> {
        if let Some(problem) = self.calendar.report.forms.count(&answer, "a form") {
            self.problem(problem);
        }
        let (claim, luck) = (self.claim.clone(), self.sweep.luck());
        let happening = match answer {
            IssueAnswer::Issued => Happening::Issued,
            IssueAnswer::Refused { .. } => Happening::Refused { claim, is_try: true, luck },
            IssueAnswer::NotReached => Happening::Refused { claim, is_try: false, luck },
            IssueAnswer::Unknown { .. } => Happening::Unknown { claim, hold: self.sweep.policy().hold, luck },
        };
        self.settle(&happening).await?;
        if happening != Happening::Issued {
            return Ok(Step::Rest);
        }
        self.has_issued = true;
        Ok(Step::Next)
    }

    /// Leaves a form to a person: nobody knows whether it was issued.
    pub(super) async fn leave_to_person(&mut self, is_interrupted: bool) -> Result<Step, WorkError> {
        if self.settle(&Happening::LeftToPerson).await? {
            self.calendar.report.forms.unknown += usize::from(is_interrupted);
            return Ok(Step::Rest);
        }
        Ok(Step::Next)
    }

    /// Writes what happened onto the form as it is, also when others change it or DynamoDB is in trouble for a moment.
    /// Answers whether it changed anything.
    pub(super) async fn settle(&mut self, happening: &Happening) -> Result<bool, WorkError> {
        let mut pauses = 0;
        let mut rounds = 0;
        while let Some(form) = Form::after(self.form(), happening, self.now()).changed() {
            match self.put_form(form).await {
                Ok(true) => return Ok(true),
                Ok(false) if rounds < MOST_ROUNDS => rounds += 1,
                Err(error) if self.sweep.waits_out(&error, &mut pauses).await => {}
                Ok(false) => return Err(StoreError::Throttled.into()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(false)
    }

    /// Puts the form if it is as it was read. Answers whether it is in the table; if not, what is there is known now.
    async fn put_form(&mut self, form: Form) -> Result<bool, StoreError> {
        let (put, item) = self.put(form)?;
        match self.sweep.app.store.write(&[put]).await?.met(0) {
            Met::Nothing => {
                self.form = Known::Read(Some(item));
                Ok(true)
            }
            Met::Present(present) => {
                self.meets_form(present)?;
                Ok(false)
            }
        }
    }

    /// The write that makes this of the form, and the item that is then in the table.
    pub(super) fn put(&self, form: Form) -> Result<(Write, Kept<FormItem>), StoreError> {
        let item = FormItem { key: self.record.form(), form };
        put_form(self.form.get(), item, self.sweep.revision(), self.now())
    }

    pub(super) fn meets_form(&mut self, item: Option<Item>) -> Result<(), StoreError> {
        self.form = Known::Read(read_form(item, self.now())?);
        Ok(())
    }
}

/// How many forms in a row had no answer.
pub(super) fn silences_after(answer: &IssueAnswer, before: u32) -> u32 {
    match answer {
        IssueAnswer::Issued | IssueAnswer::Refused { .. } => 0,
        IssueAnswer::NotReached | IssueAnswer::Unknown { .. } => before + 1,
    }
}
