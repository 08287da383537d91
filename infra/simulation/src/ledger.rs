//! What a schedule must not do, noted while it happens, from what the simulated services saw.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use moffman_simulators::{Call, Fault, World};

use crate::gatekeeper::Effect;
use crate::leases::Leases;
use crate::stage::PEOPLE;
use crate::wire::{FormKey, Matter, form_key, given_up, is_clear, key, matter, written};

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Something that must be there is not.
    Lost(String),
    /// Something was done twice, or at all where it must not be.
    Duplicated(String),
    /// Work does not come to an end, or not when it must.
    Stuck(String),
}

/// What a process has seen and is doing.
#[derive(Debug, Default)]
struct Process {
    /// When it first began to list each calendar in its sweep, and last read each event.
    looked: HashMap<String, u64>,
    /// The events whose form it is about to send, and the form.
    sending: BTreeMap<String, FormKey>,
    /// Whether the form on its way was in doubt before.
    is_resending: bool,
    /// When the approval of each event last set out.
    approving: HashMap<String, u64>,
    /// Approvals on their way to an event that was deleted when they set out.
    too_late: BTreeSet<String>,
}

/// An event that a person made.
#[derive(Debug, Default)]
struct Made {
    calendar: String,
    person: String,
    days: String,
    /// When it came to where it is, or was restored.
    changed: u64,
    /// When a person deleted it, if it was not restored since.
    deleted: Option<u64>,
}

/// Everything that the checks need, noted as it happens.
#[derive(Debug, Default)]
pub struct Ledger {
    tick: u64,
    hold: bool,
    made: HashMap<String, Made>,
    /// Since when each calendar has a cursor that Google has not refused.
    followed: HashMap<String, u64>,
    /// Which event has which form: no two have the same.
    events: HashMap<FormKey, String>,
    /// When a person moved its event away from the days of each form, if it did not come back.
    left: HashMap<FormKey, u64>,
    processes: HashMap<String, Process>,
    leases: Leases,
    seen_forms: usize,
    /// The process whose form was the last to go on.
    last_sender: String,
    accepted: BTreeMap<FormKey, u32>,
    /// The forms that were written down as issued.
    known: BTreeSet<FormKey>,
    /// The forms of which the answer did not say what became of them.
    unknown: BTreeSet<FormKey>,
    /// These, and all whose sender may have been kept from writing down what became of them.
    in_doubt: BTreeSet<FormKey>,
    /// The forms that a person wanted to be sent again, each as often as that was said.
    resent: BTreeMap<FormKey, u32>,
    /// The forms that a person did not want.
    discarded: BTreeSet<FormKey>,
    breaches: Vec<Breach>,
}

impl Ledger {
    /// Nothing has happened yet; `hold` is the policy for unknown outcomes.
    pub fn new(hold: bool) -> Self {
        Self { hold, ..Self::default() }
    }

    /// A moment that can be compared with others.
    pub fn tick(&mut self) -> u64 {
        self.tick += 1;
        self.tick
    }

    /// A person gave an event, which may be new, these days.
    pub fn days_given(&mut self, calendar: &str, event: &str, person: &str, days: &str) {
        let changed = self.tick();
        let made = self.made.entry(event.to_owned()).or_default();
        let earlier = std::mem::replace(&mut made.days, days.to_owned());
        (made.calendar, made.person, made.changed) = (calendar.to_owned(), person.to_owned(), changed);
        self.left.extend(key(person, &earlier).map(|key| (key, changed)));
        if let Some(key) = key(person, days) {
            self.left.remove(&key);
            self.events.insert(key, event.to_owned());
        }
    }

    /// A person deleted or restored an event.
    pub fn deleted(&mut self, event: &str, is_deleted: bool) {
        let tick = self.tick();
        if let Some(made) = self.made.get_mut(event) {
            (made.changed, made.deleted) = (tick, is_deleted.then_some(tick));
        }
    }

    /// Google refuses the cursor of this calendar.
    pub fn lost_track(&mut self, calendar: &str) {
        self.followed.remove(calendar);
    }

    /// A process begins a sweep.
    pub fn sweep_began(&mut self, caller: &str) {
        self.process(caller).looked.clear();
    }

    /// When a process last sent an approval of this event on its way.
    pub fn approval_set_out(&mut self, caller: &str, event: &str) -> u64 {
        self.process(caller).approving.get(event).copied().unwrap_or_default()
    }

    /// A call goes on, and this goes wrong with it.
    pub fn released(&mut self, world: &World, call: &Call, fault: Option<&Fault>) {
        let caller = call.caller.clone().unwrap_or_default();
        if let Some(event) = written(call).filter(|_| fault.is_some()) {
            self.doubt(&caller, |of| of == event);
        }
        if let (Some(Fault::Status { code: 410, .. }), Some(calendar)) = (fault, &call.calendar) {
            self.lost_track(calendar);
        }
        if let Some(event) = given_up(call) {
            self.leases.ended(&event);
        }
        let tick = self.tick();
        match matter(call) {
            // What is planned rests on the first listing: one of the window, after it, shows no deletions.
            Matter::List { calendar } if fault.is_none() => {
                self.process(&caller).looked.entry(calendar).or_insert(tick);
            }
            Matter::Read { event } if fault.is_none() => {
                self.process(&caller).looked.insert(event, tick);
            }
            Matter::Form(key) => {
                self.last_sender.clone_from(&caller);
                self.process(&caller).is_resending = self.in_doubt.contains(&key);
                if !is_clear(fault) {
                    self.unanswered(call);
                }
            }
            Matter::Approve { calendar, event, .. } => {
                self.process(&caller).approving.insert(event.clone(), tick);
                let is_deleted = world.event(&calendar, &event).is_some_and(|event| event["status"] == "cancelled");
                let too_late = &mut self.process(&caller).too_late;
                let _ = if is_deleted { too_late.insert(event) } else { too_late.remove(&event) };
            }
            _ => {}
        }
    }

    /// Looks for forms that were accepted, perhaps from somebody who does not wait for the answer any more.
    pub fn look_at_forms(&mut self, world: &World) {
        let sender = self.last_sender.clone();
        for form in world.forms_after(self.seen_forms) {
            self.form_accepted(&form_key(&form.body), &sender);
            self.seen_forms += 1;
        }
    }

    /// Nobody waits for the answer to this call any more.
    pub fn unanswered(&mut self, call: &Call) {
        if let Matter::Form(key) = matter(call) {
            self.unknown.insert(key.clone());
            self.in_doubt.insert(key);
        }
    }

    /// A call was carried out, with success.
    pub fn took_effect(&mut self, world: &World, effect: &Effect) {
        let call = &effect.call;
        let caller = call.caller.clone().unwrap_or_default();
        let creator = effect.event.as_ref().and_then(|event| event["creator"]["email"].as_str()).unwrap_or_default();
        match matter(call) {
            Matter::Approve { event, days, .. } => self.approved(&caller, &event, creator, &days),
            Matter::Reserve { event, .. } if creator != world.service_account_email() => {
                let text = format!("{caller} has written a reservation to {event} of {creator}");
                self.breaches.push(Breach::Duplicated(text));
            }
            Matter::Unmarked => {
                let text =
                    format!("{caller} has written to an event as it never should: {} {}", call.method, call.path);
                self.breaches.push(Breach::Duplicated(text));
            }
            Matter::Claim { event, days } => {
                if let Some(other) = self.leases.claimed(&event, call) {
                    let text = format!("{caller} has claimed {event} although {other} has it");
                    self.breaches.push(Breach::Duplicated(text));
                }
                self.claimed(&caller, event, &days);
            }
            Matter::Issued { event, days } => {
                self.known.extend(self.form_of(&event, &days));
                self.process(&caller).sending.remove(&event);
            }
            Matter::Decided { event, days, resend } => {
                if let Some(form) = self.form_of(&event, &days) {
                    self.decided(form, resend);
                }
                self.process(&caller).sending.remove(&event);
            }
            Matter::Settled { event } | Matter::Close { event } => {
                self.process(&caller).sending.remove(&event);
            }
            Matter::Cursor { calendar } => {
                let tick = self.tick();
                self.followed.entry(calendar).or_insert(tick);
            }
            Matter::List { .. } | Matter::Read { .. } | Matter::Reserve { .. } | Matter::Form(_) | Matter::Other => {}
        }
    }

    /// A process ended at once.
    pub fn crashed(&mut self, caller: &str) {
        self.doubt(caller, |_| true);
        self.processes.remove(caller);
    }

    /// A breach that somebody else found, perhaps again.
    pub fn breach(&mut self, breach: Breach) {
        if !self.breaches.contains(&breach) {
            self.breaches.push(breach);
        }
    }

    /// The calendar of the event with this form.
    pub fn calendar_of(&self, key: &FormKey) -> Option<&str> {
        Some(self.made.get(self.events.get(key)?)?.calendar.as_str())
    }

    /// Whether a form for these days was accepted, or a person did not want one.
    pub fn has_form(&self, key: &FormKey) -> bool {
        self.accepted.contains_key(key) || self.discarded.contains(key)
    }

    /// Whether a sweep was shown the event where it is, though it may not be in range: its calendar was followed by then.
    pub fn was_listed(&self, event: &str) -> bool {
        let followed = |made: &Made| self.followed.get(&made.calendar).is_some_and(|since| *since < made.changed);
        self.made.get(event).is_some_and(followed)
    }

    /// Whether a person has to decide about this form, as far as Byroapi's answers tell.
    pub fn must_be_held(&self, key: &FormKey) -> bool {
        self.hold && self.unknown.contains(key) && !self.resent.contains_key(key) && !self.discarded.contains(key)
    }

    /// Whether there is a reason to have a person decide about this form.
    pub fn may_be_held(&self, key: &FormKey) -> bool {
        self.hold && self.in_doubt.contains(key)
    }

    /// The breaches, and the number of unknown outcomes.
    pub fn close(self) -> (Vec<Breach>, usize) {
        (self.breaches, self.in_doubt.difference(&self.known).count())
    }

    fn process(&mut self, caller: &str) -> &mut Process {
        self.processes.entry(caller.to_owned()).or_default()
    }

    fn form_of(&self, event: &str, days: &str) -> Option<FormKey> {
        key(&self.made.get(event)?.person, days)
    }

    /// Whoever sends forms for these events may not be able to write down what became of them.
    fn doubt(&mut self, caller: &str, is_about: impl Fn(&str) -> bool) {
        let sending = self.processes.get(caller).into_iter().flat_map(|process| &process.sending);
        self.in_doubt.extend(sending.filter(|(event, _)| is_about(event)).map(|(_, form)| form.clone()));
    }

    /// A person wants this form to be sent again, or not to be sent.
    fn decided(&mut self, form: FormKey, resend: bool) {
        if resend {
            *self.resent.entry(form).or_default() += 1;
        } else {
            self.discarded.insert(form);
        }
    }

    fn claimed(&mut self, caller: &str, event: String, days: &str) {
        // Its lease is over: whoever was sending has lost the right to say what became of it.
        self.in_doubt.extend(self.processes.values().filter_map(|process| process.sending.get(&event)).cloned());
        if let Some(key) = self.form_of(&event, days) {
            self.process(caller).sending.insert(event, key);
        }
    }

    fn form_accepted(&mut self, key: &FormKey, caller: &str) {
        let event = self.events.get(key).cloned().unwrap_or_default();
        let made = self.made.get(&event);
        let looked = |subject: &str| {
            self.processes.get(caller).and_then(|process| process.looked.get(subject)).copied().unwrap_or(0)
        };
        let basis = looked(&event).max(made.map_or(0, |made| looked(&made.calendar)));
        if made.and_then(|made| made.deleted).is_some_and(|deleted| deleted < basis) {
            let text = format!("a form for {event}, which was deleted before {caller} looked at it");
            self.breaches.push(Breach::Duplicated(text));
        }
        if self.left.get(key).is_some_and(|left| *left < basis) {
            let text = format!("a form for {key:?}, which {event} had left before {caller} looked at it");
            self.breaches.push(Breach::Duplicated(text));
        }
        let is_resending = self.process(caller).is_resending;
        let by_policy = !self.hold && is_resending && !self.known.contains(key);
        let wanted = self.resent.get(key).copied().unwrap_or_default();
        let count = self.accepted.entry(key.clone()).or_default();
        *count += 1;
        let is_allowed = by_policy || *count <= 1 + wanted;
        if !is_allowed {
            self.breaches.push(Breach::Duplicated(format!("form {count} for {key:?}, by {caller}")));
        }
    }

    fn approved(&mut self, caller: &str, event: &str, creator: &str, days: &str) {
        if self.process(caller).too_late.remove(event) {
            self.breaches.push(Breach::Duplicated(format!("{event} was written to although it is deleted")));
        }
        if !PEOPLE.iter().any(|(address, _)| *address == creator) {
            self.breaches.push(Breach::Duplicated(format!("{event} of {creator} was written to")));
        }
        if key(creator, days).is_none_or(|key| !self.has_form(&key)) {
            self.breaches.push(Breach::Lost(format!("{event} was approved for {days} before its form")));
        }
    }
}
