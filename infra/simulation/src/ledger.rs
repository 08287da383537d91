//! What a schedule must not do, noted while it happens, from what the simulated services saw.
//!
//! A form is for a person and days: how often it may be mailed is a question of that alone, whichever event asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use moffman_simulators::{Call, Fault, World};

use crate::cast::PEOPLE;
use crate::form::{FormHistory, Mark};
use crate::gatekeeper::CompletedCall;
use crate::handmade::HandmadeEvent;
use crate::history::EventHistory;
use crate::table::{EventPlace, TableWrite, WireForm, WireRecord, form_put, touches, writes};
use crate::wire::{Matter, PersonDays, form_key, is_clear, key, matter};

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
struct ProcessNotes {
    /// When it first began to list each calendar in its sweep, and last read each event of each.
    looked: HashMap<EventPlace, u64>,
    /// The forms that it said it would send.
    sending: BTreeMap<PersonDays, Sending>,
    /// Whether the form on its way was in doubt before, and is no copy.
    is_resending: bool,
    /// When the approval of each event last set out.
    approving: HashMap<String, u64>,
    /// Approvals on their way to an event that was deleted when they set out.
    too_late: BTreeSet<String>,
}

/// A form that is about to be sent.
#[derive(Debug)]
struct Sending {
    item: WireForm,
    /// The calendar and the event that it is sent for; nobody's for a copy.
    event: Option<EventPlace>,
}

/// Everything that the checks need, noted as it happens.
pub struct Ledger {
    world: World,
    hold: bool,
    tick: u64,
    history: EventHistory,
    /// Which form each open record asks for.
    records: HashMap<EventPlace, PersonDays>,
    /// When each event was last changed, as far as the table knows.
    versions: HashMap<EventPlace, Option<DateTime<Utc>>>,
    processes: HashMap<String, ProcessNotes>,
    forms: BTreeMap<PersonDays, FormHistory>,
    seen_forms: usize,
    /// The process whose form was the last to go on.
    last_sender: String,
    breaches: Vec<Breach>,
}

impl Ledger {
    /// Nothing has happened yet; `hold` is the policy for unknown outcomes.
    pub fn new(world: World, hold: bool) -> Self {
        Self {
            world,
            hold,
            tick: 0,
            history: EventHistory::default(),
            records: HashMap::new(),
            versions: HashMap::new(),
            processes: HashMap::new(),
            forms: BTreeMap::new(),
            seen_forms: 0,
            last_sender: String::new(),
            breaches: Vec::new(),
        }
    }

    /// A moment that can be compared with others.
    pub fn tick(&mut self) -> u64 {
        self.tick += 1;
        self.tick
    }

    /// A person gave an event, which may be new, these days in this calendar.
    pub fn days_given(&mut self, made: &HandmadeEvent) {
        let tick = self.tick();
        self.history.days_given(made, tick);
        self.touched(&made.id);
    }

    /// A person deleted or restored an event.
    pub fn deleted(&mut self, event: &str, is_deleted: bool) {
        let tick = self.tick();
        self.history.deleted(event, is_deleted, tick);
        self.touched(event);
    }

    /// A person changed something of an event. One that is found only now asks for its form since then.
    pub fn touched(&mut self, event: &str) {
        self.history.touched(event, self.world.now());
    }

    /// Google refuses the cursor of this calendar.
    pub fn lost_track(&mut self, calendar: &str) {
        self.history.lost_track(calendar);
    }

    /// A process begins a sweep.
    pub fn sweep_began(&mut self, caller: &str) {
        self.process(caller).looked.clear();
    }

    /// When a process last sent an approval of this event on its way.
    pub fn approval_set_out(&mut self, caller: &str, event: &str) -> u64 {
        self.process(caller).approving.get(event).copied().unwrap_or_default()
    }

    /// The calendar of the event for which a process is about to send this form.
    pub fn sent_for(&self, caller: &str, key: &PersonDays) -> Option<&str> {
        let (calendar, _) = self.processes.get(caller)?.sending.get(key)?.event.as_ref()?;
        Some(calendar)
    }

    /// A call goes on, and this goes wrong with it.
    pub fn released(&mut self, call: &Call, fault: Option<&Fault>) {
        let caller = call.caller.clone().unwrap_or_default();
        if fault.is_some() {
            self.doubt(&caller, |sending| touches(call, &sending.item.place));
        }
        // Whoever meets its own announcement cannot know it again, and takes it for somebody else's.
        if let Some(form) = form_put(call).filter(|form| fault == Some(&Fault::Repeated) && form.sent_until().is_some())
        {
            self.forms.entry(form.key).or_default().mark(Mark::InDoubt);
        }
        if let (Some(Fault::Status { code: 410, .. }), Some(calendar)) = (fault, &call.calendar) {
            self.lost_track(calendar);
        }
        let tick = self.tick();
        match matter(call) {
            // What is planned rests on the first listing: one of the window, after it, shows no deletions.
            Matter::List { calendar } if fault.is_none() => {
                self.process(&caller).looked.entry((calendar, String::new())).or_insert(tick);
            }
            Matter::Read { calendar, event } if fault.is_none() => {
                self.process(&caller).looked.insert((calendar, event), tick);
            }
            Matter::Form(key) => {
                self.form_sets_out(&caller, call, &key);
                if !is_clear(fault) {
                    self.unanswered(call);
                }
            }
            Matter::Approve { calendar, event, .. } => {
                self.process(&caller).approving.insert(event.clone(), tick);
                let is_deleted =
                    self.world.event(&calendar, &event).is_some_and(|event| event["status"] == "cancelled");
                let too_late = &mut self.process(&caller).too_late;
                let _ = if is_deleted { too_late.insert(event) } else { too_late.remove(&event) };
            }
            _ => {}
        }
    }

    /// Looks for forms that were accepted, perhaps from somebody who does not wait for the answer any more.
    pub fn look_at_forms(&mut self) {
        let sender = self.last_sender.clone();
        for form in self.world.forms_after(self.seen_forms) {
            self.form_accepted(&form_key(&form.body), &sender);
            self.seen_forms += 1;
        }
    }

    /// Nobody waits for the answer to this call any more.
    pub fn unanswered(&mut self, call: &Call) {
        if let Matter::Form(key) = matter(call) {
            let form = self.forms.entry(key).or_default();
            form.mark(Mark::Unknown);
            form.mark(Mark::InDoubt);
        }
    }

    /// A call was carried out, with success.
    pub fn took_effect(&mut self, effect: &CompletedCall) {
        let call = &effect.call;
        let (caller, creator) = (effect.caller().to_owned(), effect.creator());
        match matter(call) {
            Matter::Approve { event, days, .. } => self.approved(effect, &event, &days),
            Matter::Reserve { event, .. } if creator != self.world.service_account_email() => {
                self.duplicated(format!("{caller} has written a reservation to {event} of {creator}"));
            }
            Matter::Unmarked => {
                let text =
                    format!("{caller} has written to an event as it never should: {} {}", call.method, call.path);
                self.duplicated(text);
            }
            _ => {}
        }
        for write in writes(call) {
            match write {
                TableWrite::Form(item) => self.form_written(&caller, call, &item),
                TableWrite::Cursor { calendar } => {
                    let tick = self.tick();
                    self.history.followed(calendar, tick);
                }
                TableWrite::Record(record) => self.recorded(&caller, record),
                TableWrite::Close { of } => {
                    self.records.remove(&of);
                }
                TableWrite::Seen { of, updated } => {
                    self.versions.insert(of, updated);
                }
                TableWrite::Check { .. } | TableWrite::Left { .. } => {}
            }
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

    /// The form for a person and days, if anything was ever written of it.
    pub fn form(&self, key: &PersonDays) -> Option<&FormHistory> {
        self.forms.get(key)
    }

    /// All forms.
    pub fn forms(&self) -> impl Iterator<Item = (&PersonDays, &FormHistory)> {
        self.forms.iter()
    }

    /// Whether a sweep was shown the event where it is, though it may not be in range: its calendar was followed by then.
    pub fn was_listed(&self, event: &str) -> bool {
        self.history.was_listed(event)
    }

    /// The breaches, and the number of unknown outcomes.
    pub fn close(self) -> (Vec<Breach>, usize) {
        let unknown = self.forms.values().filter(|form| form.was(Mark::InDoubt) && !form.was(Mark::Issued)).count();
        (self.breaches, unknown)
    }

    fn process(&mut self, caller: &str) -> &mut ProcessNotes {
        self.processes.entry(caller.to_owned()).or_default()
    }

    fn duplicated(&mut self, text: String) {
        self.breach(Breach::Duplicated(text));
    }

    /// Whoever sends these forms may not be able to write down what became of them.
    fn doubt(&mut self, caller: &str, is_meant: impl Fn(&Sending) -> bool) {
        let sending = self.processes.get(caller).into_iter().flat_map(|process| &process.sending);
        for (key, _) in sending.filter(|(_, sending)| is_meant(sending)) {
            self.forms.entry(key.clone()).or_default().mark(Mark::InDoubt);
        }
    }

    fn form_written(&mut self, caller: &str, call: &Call, item: &WireForm) {
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

    /// Nothing is recorded that is older than what was looked at before.
    fn recorded(&mut self, caller: &str, record: WireRecord) {
        let WireRecord { of, form, updated } = record;
        let newest = self.versions.insert(of.clone(), updated).flatten();
        if updated.is_some() && updated < newest {
            let text = format!("{caller} has recorded {of:?} as of {updated:?}, and {newest:?} was known");
            self.breach(Breach::Lost(text));
        }
        self.records.insert(of, form);
    }

    fn form_sets_out(&mut self, caller: &str, call: &Call, key: &PersonDays) {
        caller.clone_into(&mut self.last_sender);
        let is_in_doubt = self.forms.get(key).is_some_and(|form| form.was(Mark::InDoubt));
        let process = self.process(caller);
        let announced = process.sending.get(key).map(|sending| &sending.item);
        let until = announced.and_then(WireForm::sent_until);
        // What is announced cannot be called back: somebody slow may write only now that an earlier mail went out.
        process.is_resending = is_in_doubt && announced.is_some_and(|item| item.state == "sending");
        if until.is_none_or(|until| until < call.at) {
            self.duplicated(format!("{caller} sends {key:?} at {}, and has claimed it until {until:?}", call.at));
        }
    }

    fn form_accepted(&mut self, key: &PersonDays, caller: &str) {
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

    fn approved(&mut self, effect: &CompletedCall, event: &str, days: &str) {
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
