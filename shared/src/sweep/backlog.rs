//! How a [`Sweep`] works off what is open in a calendar, one event after the other.

use std::collections::{BTreeSet, HashMap};

use super::calendar::{Backlog, OpenEvent, SweptCalendar};
use super::decision::Known;
use super::report::SweepReport;
use super::sweeping::Sweep;
use super::work::{Resting, Worker};
use crate::domain::form::FormKey;
use crate::store::form::FormItem;
use crate::store::item::Kept;

/// When the whole window was listed, which shows no deletions, this many events are read although their forms rest.
const MOST_LOOKS: usize = 50;

/// The forms that were read before the work.
struct FormsBefore {
    keys: BTreeSet<FormKey>,
    /// `None` if they could not be read.
    read: Option<HashMap<FormKey, Kept<FormItem>>>,
}

impl FormsBefore {
    fn of(&self, key: &FormKey) -> Known<Kept<FormItem>> {
        let read = self.read.as_ref().filter(|_| self.keys.contains(key));
        read.map_or(Known::Unread, |read| Known::Read(read.get(key).cloned()))
    }
}

impl Sweep<'_> {
    /// Works on a calendar's records one after the other and reports what stays open.
    pub(super) async fn work_off(&self, mut calendar: SweptCalendar, backlog: Option<Backlog>) -> SweepReport {
        if let Some(backlog) = backlog {
            self.work_on_all(&mut calendar, backlog).await;
        }
        calendar.report
    }

    async fn work_on_all(&self, calendar: &mut SweptCalendar, backlog: Backlog) {
        // Boxed, these do not swell the future of every sweep.
        let mut forms = Box::pin(self.forms_before(calendar, &backlog)).await;
        let mut looks = if calendar.is_reconciled { MOST_LOOKS } else { 0 };
        let mut resting = Vec::new();
        for event in backlog.work {
            let form = forms.of(&event.record.form());
            let must_look = event.seen.is_none() && looks > 0;
            looks -= usize::from(must_look);
            let worker = Worker::new(self, calendar, event, form);
            resting.extend(Worker { must_look, ..worker }.work().await);
        }
        let resting = self.look_again(calendar, resting).await;
        if let Some(read) = &mut forms.read {
            for copy in backlog.copies {
                let form = read.remove(&copy.form);
                self.work_on_copy(calendar, copy, form).await;
            }
        }
        let now = self.app.clock.now();
        let open = resting.iter().map(|resting| (&*resting.record, resting.form.get().map(|form| &form.form)));
        calendar.report.set_open(open, now);
        Box::pin(self.tend_left_since(calendar)).await;
    }

    /// Reads the forms of the records that were there before, of copies, and of what was left behind, which is tended.
    async fn forms_before(&self, calendar: &mut SweptCalendar, backlog: &Backlog) -> FormsBefore {
        let Backlog { work, copies, read_before } = backlog;
        let old = work.iter().map(|event| &event.record).filter(|record| read_before.contains(&record.event.id));
        let others = copies.iter().map(|copy| &copy.form).chain(calendar.left.iter().map(|left| &left.form));
        let keys: BTreeSet<FormKey> = old.map(|record| record.form()).chain(others.cloned()).collect();
        let read = match self.read_forms(&keys).await {
            Ok(read) => {
                let asking = work.iter().map(|event| &event.record).filter(|record| !record.is_gone);
                let asked = asking.map(|record| record.form()).collect();
                calendar.report.left.clear();
                self.tend_left(calendar, &asked, &read).await;
                Some(read)
            }
            // The forms stay unread: whoever announces one meets what there is.
            Err(error) => {
                calendar.report.add_left(&std::mem::take(&mut calendar.left), self.app.clock.now());
                calendar.problem(format!("the forms of open events could not be read: {error}"));
                None
            }
        };
        FormsBefore { keys, read }
    }

    /// Has another look at the events whose form somebody else was sending, when that turn is over.
    async fn look_again(&self, calendar: &mut SweptCalendar, resting: Vec<Resting>) -> Vec<Resting> {
        let (again, mut resting): (Vec<Resting>, Vec<Resting>) =
            resting.into_iter().partition(|resting| resting.looks_again);
        if again.is_empty() {
            return resting;
        }
        // When the lock is free, this sweep itself sends nothing any more.
        drop(self.form_turn.lock().await);
        let keys: BTreeSet<FormKey> = again.iter().map(|resting| resting.record.form()).collect();
        let forms = match self.read_forms(&keys).await {
            Ok(forms) => forms,
            Err(error) => {
                calendar.problem(error.to_string());
                resting.extend(again);
                return resting;
            }
        };
        for Resting { record, .. } in again {
            let form = Known::Read(forms.get(&record.form()).cloned());
            resting.extend(Worker::new(self, calendar, OpenEvent::new(record, None), form).work().await);
        }
        resting
    }
}
