//! What a schedule must not do, checked on what the simulated services saw.

use std::collections::HashMap;

use moffman_simulators::{Call, World};
use serde_json::Value;

use crate::stage::PEOPLE;

/// A form as Byroapi took it: for whom, from, to (inclusive).
pub type FormKey = (String, String, String);

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Something that must be there is not.
    Lost(String),
    /// Something was done twice, or at all where it must not be.
    Duplicated(String),
    /// Work does not come to an end.
    Stuck(String),
}

/// A form that was accepted.
#[derive(Debug)]
struct Accepted {
    caller: Option<String>,
    tick: u64,
    /// When its sender had written down that it was issued.
    recorded: Option<u64>,
}

/// Everything that the final checks need, noted as it happens.
#[derive(Debug, Default)]
pub struct Ledger {
    tick: u64,
    forms: HashMap<FormKey, Vec<Accepted>>,
    seen_forms: usize,
    last_form_caller: Option<String>,
    /// When each event was deleted by a person and not restored since.
    deleted: HashMap<String, u64>,
    /// Which event has which form.
    keys: HashMap<FormKey, String>,
    started: HashMap<String, u64>,
    /// Forms whose outcome nobody can know.
    unknown: usize,
    breaches: Vec<Breach>,
}

impl Ledger {
    /// A moment that can be compared with others.
    pub fn tick(&mut self) -> u64 {
        self.tick += 1;
        self.tick
    }

    /// A person gave the event these days.
    pub fn days_given(&mut self, event: &str, key: FormKey) {
        self.keys.insert(key, event.to_owned());
    }

    /// A person deleted or restored the event.
    pub fn deleted(&mut self, event: &str, is_deleted: bool) {
        let tick = self.tick();
        if is_deleted {
            self.deleted.insert(event.to_owned(), tick);
        } else {
            self.deleted.remove(event);
        }
    }

    /// A sweep of this process began.
    pub fn sweep_started(&mut self, caller: &str) {
        let tick = self.tick();
        self.started.insert(caller.to_owned(), tick);
    }

    /// A form is about to reach Byroapi.
    pub fn form_released(&mut self, call: &Call) {
        self.last_form_caller.clone_from(&call.caller);
    }

    /// Looks for forms that were accepted since the last time.
    pub fn look_at_forms(&mut self, world: &World) {
        let forms = world.forms();
        for form in forms.iter().skip(self.seen_forms) {
            let data = &form.body["form_data"];
            let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
            let key = (text("user_id"), text("date_from"), text("date_to"));
            self.form_accepted(key);
        }
        self.seen_forms = forms.len();
    }

    fn form_accepted(&mut self, key: FormKey) {
        let tick = self.tick();
        let caller = self.last_form_caller.clone();
        let event = self.keys.get(&key).cloned().unwrap_or_default();
        let started = caller.as_ref().and_then(|caller| self.started.get(caller)).copied().unwrap_or(0);
        if let Some(deleted) = self.deleted.get(&event).filter(|deleted| **deleted < started) {
            let text = format!("a form for {event}, deleted at {deleted}, in a sweep that began at {started}");
            self.breaches.push(Breach::Duplicated(text));
        }
        self.forms.entry(key).or_default().push(Accepted { caller, tick, recorded: None });
    }

    /// A process has written down that a form of its was issued.
    pub fn issued_recorded(&mut self, caller: Option<&str>) {
        let tick = self.tick();
        let mut latest: Option<&mut Accepted> = None;
        for form in self.forms.values_mut().flatten() {
            let is_newer = latest.as_ref().is_none_or(|latest| latest.tick < form.tick);
            if form.caller.as_deref() == caller && form.recorded.is_none() && is_newer {
                latest = Some(form);
            }
        }
        if let Some(form) = latest {
            form.recorded = Some(tick);
        }
    }

    /// An event was changed by a sweep; `was_deleted` when the change reached it.
    pub fn patched(&mut self, world: &World, call: &Call, was_deleted: bool) {
        let (Some(calendar), Some(id), Some(body)) = (&call.calendar, &call.event, &call.body) else { return };
        let private = &body["extendedProperties"]["private"];
        if private["moffman_reservation"].is_string() {
            return;
        }
        let event = world.event(calendar, id).unwrap_or_default();
        if was_deleted {
            self.breaches.push(Breach::Duplicated(format!("{id} was written to although it is deleted")));
        }
        let creator = event["creator"]["email"].as_str().unwrap_or_default();
        let Some(key) = key(creator, private["moffman_dates"].as_str().unwrap_or_default()) else { return };
        if !PEOPLE.iter().any(|(address, _)| *address == creator) {
            self.breaches.push(Breach::Duplicated(format!("{id} of {creator} was written to")));
        }
        if !self.forms.contains_key(&key) {
            self.breaches.push(Breach::Lost(format!("{id} was approved for {key:?} before its form")));
        }
    }

    /// A breach that somebody else found.
    pub fn breach(&mut self, breach: Breach) {
        self.breaches.push(breach);
    }

    /// Whether a form for these days was accepted.
    pub fn has_form(&self, key: &FormKey) -> bool {
        self.forms.contains_key(key)
    }

    /// The breaches, with those that show only in the end, and the number of unknown outcomes.
    pub fn close(mut self, hold: bool) -> (Vec<Breach>, usize) {
        for (key, forms) in &self.forms {
            self.unknown += forms.iter().filter(|form| form.recorded.is_none()).count();
            for pair in forms.windows(2) {
                let [earlier, later] = pair else { continue };
                let was_known = earlier.recorded.is_some_and(|recorded| recorded < later.tick);
                if hold || was_known {
                    let text = format!("two forms for {key:?}, by {:?} and {:?}", earlier.caller, later.caller);
                    self.breaches.push(Breach::Duplicated(text));
                }
            }
        }
        (self.breaches, self.unknown)
    }
}

/// The form of these days, written `2026-06-18/2026-06-20`, the second date exclusive.
pub fn key(person: &str, days: &str) -> Option<FormKey> {
    let (start, end) = days.split_once('/')?;
    let end: chrono::NaiveDate = end.parse().ok()?;
    Some((person.to_owned(), start.to_owned(), end.pred_opt()?.to_string()))
}

/// The days of an all-day event as its marks write them.
pub fn days(event: &Value) -> String {
    let date = |name: &str| event[name]["date"].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", date("start"), date("end"))
}
