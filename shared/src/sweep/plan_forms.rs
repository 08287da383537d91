//! The forms in a plan: those that its events ask for, the copies, and what events leave behind.

use std::collections::{BTreeMap, BTreeSet};

use super::sweeping::Sweep;
use crate::domain::form::{CopyTurn, Form, FormKey, copy_turn};
use crate::store::StoreError;
use crate::store::copy_record::CopyRecord;

/// What is known about forms while a plan is made.
pub(super) struct PlannedForms<'a> {
    sweep: &'a Sweep<'a>,
    /// The forms that were read; `None` for a form that is not in the table.
    read: BTreeMap<FormKey, Option<Form>>,
    /// The forms that events have left behind, or will leave behind.
    pub(super) left: BTreeSet<FormKey>,
    /// The forms that open events ask for.
    pub(super) asked: BTreeSet<FormKey>,
}

impl<'a> PlannedForms<'a> {
    pub(super) fn new(sweep: &'a Sweep<'a>, left: impl Iterator<Item = FormKey>) -> Self {
        Self { sweep, read: BTreeMap::new(), left: left.collect(), asked: BTreeSet::new() }
    }

    /// A form, which is read once.
    pub(super) async fn get(&mut self, key: &FormKey) -> Result<Option<Form>, StoreError> {
        if let Some(form) = self.read.get(key) {
            return Ok(form.clone());
        }
        let app = self.sweep.app;
        let form = app.store.person(&key.person).form(key.days, app.clock.now()).await?.map(|item| item.form.clone());
        self.read.insert(key.clone(), form.clone());
        Ok(form)
    }

    /// What is planned for a copy that a person ordered.
    pub(super) async fn plan_copy(&mut self, copy: &CopyRecord) -> Result<Option<String>, StoreError> {
        let form = self.get(&copy.form).await?;
        let days = copy.form.days;
        let is_registered = self.sweep.roster.users.contains_key(&copy.form.person);
        Ok(Some(match copy_turn(form.as_ref(), self.sweep.app.clock.now()) {
            CopyTurn::Send if is_registered => format!("send a copy of the form for {days}"),
            CopyTurn::Send | CopyTurn::GiveUp => format!("give up the copy of the form for {days}"),
            CopyTurn::Rest => format!("wait with the copy of the form for {days}"),
            CopyTurn::Close => return Ok(None),
        }))
    }

    /// What is said of the forms that no event asks for any more.
    pub(super) async fn plan_left(&mut self) -> Result<Vec<String>, StoreError> {
        let left: Vec<FormKey> = self.left.difference(&self.asked).cloned().collect();
        let mut lines = Vec::new();
        for key in left {
            if self.get(&key).await?.is_some_and(|form| form.is_doubtful()) {
                lines.push(format!("leave the form for {} to a person: no event asks for it any more", key.days));
            }
        }
        Ok(lines)
    }
}
