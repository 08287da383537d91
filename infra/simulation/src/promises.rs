//! The part of [`Ledger`] that finds broken promises about forms, records and approvals.

use moffman_simulators::Call;

use crate::cast::PEOPLE;
use crate::form::{FormHistory, Mark};
use crate::gatekeeper::CompletedCall;
use crate::ledger::{Breach, Ledger, Sending};
use crate::table::{TableWrite, WireForm, WireRecord, writes};
use crate::wire::{PersonDays, key};

impl Ledger {
    pub(crate) fn form_written(&mut self, caller: &str, call: &Call, item: &WireForm) {
        let key = item.key.clone();
        if item.sent_until().is_none() {
            self.process(caller).sending.remove(&key);
        } else if call.operation == "TransactWriteItems" {
            let event = writes(call).into_iter().find_map(|write| match write {
                TableWrite::Check { of } => Some(of),
                _ => None,
            });
            if event.as_ref().is_some_and(|event| self.records.get(event) != Some(&key)) {
                self.duplicated(format!("{caller} sends {key:?} for {event:?}, whose record asks for no such form"));
            }
            self.process(caller).sending.insert(key.clone(), Sending { item: item.clone(), event });
        }
        let form = self.forms.entry(key.clone()).or_default();
        let not_wanted = form.not_wanted().filter(|_| item.not_wanted.is_none() && !item.is_issued());
        for wrong in form.written(item, caller, call.at) {
            self.duplicated(format!("{caller} has written of the form {key:?}: {wrong}"));
        }
        if not_wanted.is_some_and(|since| !self.history.asks_since(&key, since)) {
            self.duplicated(format!("{caller} sends {key:?}, and nobody has asked for it since it was not wanted"));
        }
    }

    /// Finds a record that is older than what was looked at before.
    pub(crate) fn recorded(&mut self, caller: &str, record: WireRecord) {
        let WireRecord { of, form, updated } = record;
        let newest = self.versions.insert(of.clone(), updated).flatten();
        if updated.is_some() && updated < newest {
            let text = format!("{caller} has recorded {of:?} as of {updated:?}, and {newest:?} was known");
            self.breach(Breach::Lost(text));
        }
        self.records.insert(of, form);
    }

    pub(crate) fn form_sets_out(&mut self, caller: &str, call: &Call, key: &PersonDays) {
        caller.clone_into(&mut self.last_sender);
        let is_in_doubt = self.forms.get(key).is_some_and(|form| form.was(Mark::InDoubt));
        let process = self.process(caller);
        let announced = process.sending.get(key).map(|sending| &sending.item);
        let until = announced.and_then(WireForm::sent_until);
        // An announced form still goes out if a slow process has written meanwhile that an earlier mail went out.
        process.is_resending = is_in_doubt && announced.is_some_and(|item| item.state == "sending");
        if until.is_none_or(|until| until < call.at) {
            self.duplicated(format!("{caller} sends {key:?} at {}, and has claimed it until {until:?}", call.at));
        }
    }

    pub(crate) fn form_accepted(&mut self, key: &PersonDays, caller: &str) {
        let process = self.processes.get(caller);
        let is_resending = process.is_some_and(|process| process.is_resending);
        let sent_for = process.and_then(|process| Some((process, process.sending.get(key)?.event.as_ref()?)));
        let wrong = sent_for.and_then(|(process, place)| {
            let (calendar, event) = place;
            let looked = |event: &str| {
                let place = (calendar.clone(), event.to_owned());
                process.looked.get(&place).copied().unwrap_or_default()
            };
            let wrong = self.history.wrong_at(looked(event).max(looked("")), place, key)?;
            Some(format!("the form {key:?} for {event} in {calendar}, which was {wrong} when {caller} looked at it"))
        });
        if let Some(wrong) = wrong {
            self.duplicated(wrong);
        }
        let wrong = self.forms.entry(key.clone()).or_default().mailed(self.hold, is_resending);
        if let Some(wrong) = wrong {
            self.duplicated(format!("the form {key:?} by {caller}: {wrong}"));
        }
    }

    pub(crate) fn approved(&mut self, effect: &CompletedCall, event: &str, days: &str) {
        let creator = effect.creator();
        if self.process(effect.caller()).too_late.remove(event) {
            self.duplicated(format!("{event} was written to although it is deleted"));
        }
        if !PEOPLE.iter().any(|(address, _)| *address == creator) {
            self.duplicated(format!("{event} of {creator} was written to"));
        }
        let Some(key) = key(creator, days) else { return };
        let form = self.forms.get(&key);
        let (is_settled, not_wanted) =
            (form.is_some_and(|form| form.was(Mark::Settled)), form.and_then(FormHistory::not_wanted));
        if !is_settled {
            self.breach(Breach::Lost(format!(
                "{event} was approved for {days} before it was written down that its form is done"
            )));
        }
        let is_later = |since| self.history.asks_only_since(&key, event, since);
        if not_wanted.is_some_and(is_later) {
            self.breach(Breach::Lost(format!(
                "{event} was approved for {days} though it asks for a form since nobody wanted one"
            )));
        }
    }
}
