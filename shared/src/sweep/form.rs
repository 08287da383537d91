//! Has a form issued: waits for its turn, sends it, writes down what became of it.

use chrono::{DateTime, Duration, Utc};

use super::MOST_SILENCES;
use super::report::SweepReport;
use super::work::{Form, WorkError, Worker};
use crate::byroapi::{Answer, Byroapi};
use crate::config::OnUnknownOutcome;
use crate::domain::approval_form;
use crate::domain::manual_user::ManualUser;
use crate::store::claims::Settlement;
use crate::store::open_record::{Failures, OpenRecord};

/// A form is held after this many tries …
const MOST_TRIES: u32 = 10;
/// … and this long.
const LONGEST_TRYING: Duration = Duration::days(3);
/// The wait after the first form that was not issued; doubled after each further one …
const FIRST_BACKOFF: Duration = Duration::minutes(1);
/// … up to this.
const LONGEST_BACKOFF: Duration = Duration::hours(6);

/// Why a form is not known to be issued.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unissued {
    Refused,
    NotReached,
    Unknown,
}

impl Worker<'_> {
    /// Has the form issued, unless it must wait. Forms are sent one at a time.
    pub(super) async fn form(
        &self,
        byroapi: &Byroapi,
        user: &ManualUser,
        record: OpenRecord,
        report: &mut SweepReport,
    ) -> Result<Form, WorkError> {
        let mut silences = self.sweep.form_turn.lock().await;
        // Its time may have come only while it waited for its turn; then nobody has looked at the event.
        let is_due = self.sweep.is_form_due(&record) && self.has_seen(&record);
        if !is_due || !self.sweep.has_time() || *silences >= MOST_SILENCES {
            return Ok(Form::NotNow(record));
        }
        let is_interrupted = record.unsettled.contains(&record.days);
        self.recall().unsent = Some(record.days).filter(|_| !is_interrupted);
        let Some(mut record) = self.claim(&record, Some(record.days)).await? else {
            self.recall().unsent = None;
            return Ok(Form::Changed);
        };
        if is_interrupted {
            report.forms.unknown += 1;
            let failures = self.failures(&record, true);
            let days = record.days;
            if self.holds_unknown() || gives_up(&failures, self.now()) {
                return self.settle(record, &Settlement::Held(days)).await.map(Form::from_unissued);
            }
            match self.settle(record, &Settlement::Resending(failures)).await? {
                Some(settled) if settled.days == days => record = settled,
                // Moved meanwhile: it is for other days that the claim announces a form.
                Some(_) | None => return Ok(Form::Changed),
            }
        }
        if !self.claim_outlasts_form(&record) {
            return Ok(Form::NotNow(record));
        }
        let settings = &self.sweep.app.settings;
        let updated = record.event.updated.unwrap_or_else(|| self.now());
        let form =
            approval_form::fill(&settings.forms, settings.calendar.end_date_corrective, user, record.days, updated);
        self.recall().unsent = None;
        let answer = byroapi.issue(&form).await;
        *silences = match answer {
            Answer::Issued | Answer::Refused { .. } => 0,
            Answer::NotReached | Answer::Unknown { .. } => *silences + 1,
        };
        if *silences == MOST_SILENCES {
            let problem = "the form service does not answer: no more forms are sent in this sweep";
            report.problem(&self.calendar.office.name, problem);
        }
        self.settle_answer(record, answer, report).await
    }

    /// Whether the claim still holds when the answer to a form that is sent now is late. It does not if it was long on its
    /// way, or this process stood still: then others take the form for sent.
    fn claim_outlasts_form(&self, record: &OpenRecord) -> bool {
        let late = self.now() + self.sweep.app.form_timeout();
        record.claim.as_ref().is_some_and(|claim| claim.until >= late)
    }

    /// Writes down what the form service answered.
    async fn settle_answer(
        &self,
        record: OpenRecord,
        answer: Answer,
        report: &mut SweepReport,
    ) -> Result<Form, WorkError> {
        let days = record.days;
        let (outcome, problem) = match answer {
            Answer::Issued => return Ok(self.settle_issued(record, report).await),
            Answer::Refused { reason } => (Unissued::Refused, format!("a form was refused: {reason}")),
            Answer::NotReached => (Unissued::NotReached, "the form service was not reached".to_owned()),
            Answer::Unknown { reason } => {
                (Unissued::Unknown, format!("it is not known whether a form was issued: {reason}"))
            }
        };
        report.problem(&self.calendar.office.name, problem);
        match outcome {
            Unissued::Refused => report.forms.refused += 1,
            Unissued::NotReached => report.forms.not_reached += 1,
            Unissued::Unknown => report.forms.unknown += 1,
        }
        let failures = self.failures(&record, outcome != Unissued::NotReached);
        let held = outcome == Unissued::Unknown && self.holds_unknown();
        let settlement =
            if held || gives_up(&failures, self.now()) { Settlement::Held(days) } else { Settlement::Failed(failures) };
        self.settle(record, &settlement).await.map(Form::from_unissued)
    }

    /// Writes down that the form was issued. Where that cannot be kept, the event is approved all the same: its marks
    /// then tell the next sweep.
    async fn settle_issued(&self, record: OpenRecord, report: &mut SweepReport) -> Form {
        report.forms.issued += 1;
        self.recall().sent.insert(record.days);
        match self.settle(record.clone(), &Settlement::Issued(record.days)).await {
            Ok(settled) => Form::from_settled(settled),
            Err(error) => {
                report.problem(&self.calendar.office.name, error.to_string());
                Form::Settled(self.completed(record))
            }
        }
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

    fn holds_unknown(&self) -> bool {
        self.sweep.app.settings.forms.on_unknown_outcome == OnUnknownOutcome::Hold
    }
}

/// Whether a form is left to a person from now on.
fn gives_up(failures: &Failures, now: DateTime<Utc>) -> bool {
    failures.tries >= MOST_TRIES && now - failures.since >= LONGEST_TRYING
}
