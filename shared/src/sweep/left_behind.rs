//! How a [`Sweep`] tends the forms that events left behind before they were settled. Each stays in sight until somebody
//! knows whether it is out; then it is forgotten.

use std::collections::{BTreeSet, HashMap};

use super::calendar::SweptCalendar;
use super::met::{MetForm, meet};
use super::sweeping::Sweep;
use crate::domain::form::{Form, FormKey};
use crate::store::StoreError;
use crate::store::form::FormItem;
use crate::store::item::{Kept, kept};
use crate::store::left_form::LeftForm;
use crate::store::open_record::OpenRecord;

impl Sweep<'_> {
    /// The form of this record, as one that its event leaves behind now.
    pub(super) fn left_by(&self, record: &OpenRecord) -> Kept<LeftForm> {
        let left = LeftForm { form: record.form(), left_at: self.app.clock.now() };
        kept(None, left, self.revision())
    }

    pub(super) async fn read_forms(
        &self,
        keys: &BTreeSet<FormKey>,
    ) -> Result<HashMap<FormKey, Kept<FormItem>>, StoreError> {
        let keys: Vec<FormKey> = keys.iter().cloned().collect();
        self.app.store.forms(&keys, self.app.clock.now()).await
    }

    /// Counts the forms that stay in sight, and forgets the others: those that are settled, those that are `asked` for
    /// again, and those of which no mail can be out.
    pub(super) async fn tend_left(
        &self,
        calendar: &mut SweptCalendar,
        asked: &BTreeSet<FormKey>,
        forms: &HashMap<FormKey, Kept<FormItem>>,
    ) {
        let now = self.app.clock.now();
        for left in std::mem::take(&mut calendar.left) {
            let form = forms.get(&left.form).map(|item| &item.form).filter(|form| form.is_doubtful());
            if let Some(form) = form.filter(|_| !asked.contains(&left.form)) {
                meet(&mut calendar.report.left, left.form.clone(), MetForm::of_left(&left, Some(form), now));
                continue;
            }
            let delete = self.app.store.calendar(&calendar.office.calendar_id).delete_left(&left);
            // Where the write is refused, an event has left the form once more since: the next sweep tends that.
            if let Err(error) = self.app.store.write(&[delete]).await {
                calendar.problem(format!("a form without an event could not be forgotten: {error}"));
            }
        }
    }

    /// Tends what events left behind while they were worked on.
    pub(super) async fn tend_left_since(&self, calendar: &mut SweptCalendar) {
        if calendar.left.is_empty() {
            return;
        }
        match self.read_forms(&calendar.left.iter().map(|left| left.form.clone()).collect()).await {
            Ok(forms) => {
                let recorded = calendar.report.recorded.iter().filter(|(_, form)| form.is_asked);
                let asked = recorded.map(|(key, _)| key.clone()).collect();
                self.tend_left(calendar, &asked, &forms).await;
            }
            Err(error) => {
                calendar.report.add_left(&std::mem::take(&mut calendar.left), self.app.clock.now());
                calendar.problem(error.to_string());
            }
        }
    }
}

/// Whether a form may be unsettled when its event turns away; one that was not read (`None`) may.
pub(super) fn may_be_unsettled(form: Option<&Form>) -> bool {
    form.is_none_or(|form| !form.is_settled())
}
