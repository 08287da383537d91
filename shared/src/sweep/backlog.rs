//! Works off what is open in a calendar, one event after the other.

use std::collections::{BTreeSet, HashMap};

use super::Sweep;
use super::calendar::{Backlog, Calendar, Task};
use super::decision::{Known, Policy};
use super::report::SweepReport;
use super::work::Worker;
use crate::config::OnUnknownOutcome;
use crate::domain::form::FormKey;
use crate::store::StoreError;
use crate::store::form::FormItem;
use crate::store::item::Kept;
use crate::store::open_record::OpenRecord;

/// How many events of a calendar whose forms rest are read all the same when the whole window was listed: a listing of the
/// window shows no deletions.
const MOST_LOOKS: usize = 50;

/// A record that stays open, and what is known of its form.
pub(super) struct Open {
    pub(super) record: Kept<OpenRecord>,
    pub(super) form: Known<Kept<FormItem>>,
    /// Whether somebody else was sending the form.
    pub(super) looks_again: bool,
}

/// The forms that were read before the work.
struct Forms {
    keys: BTreeSet<FormKey>,
    read: HashMap<FormKey, Kept<FormItem>>,
    are_read: bool,
}

impl Forms {
    fn of(&self, key: &FormKey) -> Known<Kept<FormItem>> {
        if self.are_read && self.keys.contains(key) { Known::Read(self.read.get(key).cloned()) } else { Known::Unread }
    }
}

impl Sweep<'_> {
    /// Works on a calendar's records one after the other and reports what stays open.
    pub(super) async fn work_off(&self, mut report: SweepReport, backlog: Option<Backlog>) -> SweepReport {
        let Some(mut backlog) = backlog else {
            return report;
        };
        self.work_on_all(&mut report, &mut backlog).await;
        report
    }

    async fn work_on_all(&self, report: &mut SweepReport, backlog: &mut Backlog) {
        // Boxed, these do not swell the future of every sweep.
        let mut forms = Box::pin(self.forms_before(report, backlog)).await;
        let Backlog { calendar, work, copies, .. } = backlog;
        let mut looks = if calendar.is_reconciled { MOST_LOOKS } else { 0 };
        let mut open = Vec::new();
        for Task { record, seen, .. } in std::mem::take(work) {
            let form = forms.of(&record.form());
            let must_look = seen.is_none() && looks > 0;
            looks -= usize::from(must_look);
            let worker = Worker::new(self, calendar, report, record, seen, form);
            if let Some(one) = (Worker { must_look, ..worker }).work().await {
                open.push(one);
            }
        }
        let open = self.look_again(calendar, report, open).await;
        for copy in std::mem::take(copies).into_iter().filter(|_| forms.are_read) {
            let form = forms.read.remove(&copy.form);
            self.work_on_copy(calendar, report, copy, form).await;
        }
        let now = self.app.clock.now();
        report.set_open(open.iter().map(|open| &*open.record), now);
        let held = open.iter().filter(|open| open.form.get().is_some_and(|form| form.form.is_held()));
        report.held.extend(held.map(|open| open.record.form()));
        let asked = report.asked.clone();
        Box::pin(self.tend_left_since(calendar, report, &asked)).await;
    }

    /// Reads the forms of the records that were there before, of copies, and of what was left behind, which is seen to.
    async fn forms_before(&self, report: &mut SweepReport, backlog: &mut Backlog) -> Forms {
        let Backlog { calendar, work, copies, read_before } = backlog;
        let old = work.iter().filter(|task| read_before.contains(&task.record.event.id)).map(|task| task.record.form());
        let left = std::mem::take(&mut calendar.left);
        let others = copies.iter().map(|copy| &copy.form).chain(left.iter().map(|left| &left.form));
        let keys: BTreeSet<FormKey> = old.chain(others.cloned()).collect();
        match self.read_forms(&keys).await {
            Ok(read) => {
                let asking = work.iter().map(|task| &task.record).filter(|record| !record.is_gone);
                let asked = asking.map(|record| record.form()).collect();
                report.left.clear();
                self.tend_left(calendar, report, left, &asked, &read).await;
                Forms { keys, read, are_read: true }
            }
            // Whoever is about to announce a form meets it.
            Err(error) => {
                report.left.extend(left.into_iter().map(|left| left.form.clone()));
                report.problem(&calendar.office.name, format!("the forms of open events could not be read: {error}"));
                Forms { keys, read: HashMap::new(), are_read: false }
            }
        }
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

    pub(super) async fn read_forms(
        &self,
        keys: &BTreeSet<FormKey>,
    ) -> Result<HashMap<FormKey, Kept<FormItem>>, StoreError> {
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
