//! Forms that events left behind before they were settled. Each stays in sight while nobody knows whether it is out; then it is
//! forgotten.

use std::collections::{BTreeSet, HashMap};

use super::Sweep;
use super::calendar::Calendar;
use super::report::SweepReport;
use crate::domain::form::{Form, FormKey};
use crate::store::form::FormItem;
use crate::store::item::{Kept, kept};
use crate::store::left_form::LeftForm;
use crate::store::open_record::OpenRecord;

impl Sweep<'_> {
    /// The form of this record, as one that its event leaves behind now.
    pub(super) fn left_by(&self, record: &OpenRecord) -> Kept<LeftForm> {
        let left = LeftForm { form: record.form(), left_at: self.app.clock.now() };
        kept(None, left, self.app.randomness.id())
    }

    /// Counts those of `left` that stay in sight, and forgets the others: what is settled, what is `asked` for again, and that
    /// of which no mail can be out.
    pub(super) async fn tend_left(
        &self,
        calendar: &Calendar,
        report: &mut SweepReport,
        left: Vec<Kept<LeftForm>>,
        asked: &BTreeSet<FormKey>,
        forms: &HashMap<FormKey, Kept<FormItem>>,
    ) {
        let items = self.app.store.calendar(&calendar.office.calendar_id);
        for left in left {
            let form = forms.get(&left.form).map(|item| &item.form).filter(|form| form.is_doubtful());
            if let Some(form) = form.filter(|_| !asked.contains(&left.form)) {
                report.held.extend(form.is_held().then(|| left.form.clone()));
                report.left.insert(left.form.clone());
                continue;
            }
            // Where the write is refused, an event has left the form once more since: the next sweep sees to that.
            if let Err(error) = self.app.store.write(&[items.delete_left(&left)]).await {
                report
                    .problem(&calendar.office.name, format!("a form without an event could not be forgotten: {error}"));
            }
        }
    }

    /// The same for what events left behind while they were worked on.
    pub(super) async fn tend_left_since(
        &self,
        calendar: &mut Calendar,
        report: &mut SweepReport,
        asked: &BTreeSet<FormKey>,
    ) {
        let left = std::mem::take(&mut calendar.left);
        if left.is_empty() {
            return;
        }
        match self.read_forms(&left.iter().map(|left| left.form.clone()).collect()).await {
            Ok(forms) => self.tend_left(calendar, report, left, asked, &forms).await,
            Err(error) => {
                report.left.extend(left.into_iter().map(|left| left.form.clone()));
                report.problem(&calendar.office.name, error.to_string());
            }
        }
    }
}

/// Whether a form may stay unsettled without the event that asked for it; `None` where nobody knows.
pub(super) fn may_be_unsettled(form: Option<&Form>) -> bool {
    form.is_none_or(|form| !form.is_settled())
}
