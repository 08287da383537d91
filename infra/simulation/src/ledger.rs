//! The part of [`Ledger`] that notes what the simulated services see in a schedule; `promises.rs` finds what must not
//! happen.
//!
//! A form is for a person and days, so its mails are counted for these, whichever event asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use moffman_simulators::{Call, Fault, World};

use crate::form::{FormHistory, Mark};
use crate::gatekeeper::CompletedCall;
use crate::history::{EventHistory, HandmadeEvent};
use crate::table::{EventPlace, TableWrite, WireForm, form_put, touches, writes};
use crate::wire::{Matter, PersonDays, form_key, is_clear, matter};

/// A broken promise of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Something is missing that must be there.
    Lost(String),
    /// Something was done twice, or was done although it must not be.
    Duplicated(String),
    /// Work does not end, or does not end in time.
    Stuck(String),
}

/// What a process has seen and what it is doing.
#[derive(Debug, Default)]
pub(crate) struct ProcessNotes {
    /// When its sweep first listed a calendar (without an event), or when it last read an event.
    pub(crate) looked: HashMap<EventPlace, u64>,
    /// The forms that it has announced and not yet sent.
    pub(crate) sending: BTreeMap<PersonDays, Sending>,
    /// Whether the form that it is sending was in doubt before; a copy never is.
    pub(crate) is_resending: bool,
    /// When the last approval of each event was sent.
    approving: HashMap<String, u64>,
    /// The events that were deleted already when it sent their approval.
    pub(crate) too_late: BTreeSet<String>,
}

/// A form that was announced.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) item: WireForm,
    /// The calendar and the event that ask for it, or none for a copy.
    pub(crate) event: Option<EventPlace>,
}

/// Everything that the checks need to know, noted as it happens.
pub struct Ledger {
    world: World,
    pub(crate) hold: bool,
    tick: u64,
    pub(crate) history: EventHistory,
    /// Which form each open record asks for.
    pub(crate) records: HashMap<EventPlace, PersonDays>,
    /// The newest version of each event that the table knows, by its time of change.
    pub(crate) versions: HashMap<EventPlace, Option<DateTime<Utc>>>,
    pub(crate) processes: HashMap<String, ProcessNotes>,
    /// The forms about which anything was ever written.
    pub(crate) forms: BTreeMap<PersonDays, FormHistory>,
    seen_forms: usize,
    /// The process that sent the last form.
    pub(crate) last_sender: String,
    breaches: Vec<Breach>,
}

impl Ledger {
    /// An empty ledger; `hold` is the policy for unknown outcomes.
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

    /// The next number of a count, by which the order of two happenings can be told.
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

    /// A person changed something about an event. If a sweep finds the event only later, it asks for its form from now
    /// on.
    pub fn touched(&mut self, event: &str) {
        self.history.touched(event, self.world.now());
    }

    /// A process begins a sweep.
    pub fn sweep_began(&mut self, caller: &str) {
        self.process(caller).looked.clear();
    }

    /// When a process last sent an approval of this event.
    pub fn approval_set_out(&mut self, caller: &str, event: &str) -> u64 {
        self.process(caller).approving.get(event).copied().unwrap_or_default()
    }

    /// The calendar of the event for which a process is about to send this form.
    pub fn sent_for(&self, caller: &str, key: &PersonDays) -> Option<&str> {
        let (calendar, _) = self.processes.get(caller)?.sending.get(key)?.event.as_ref()?;
        Some(calendar)
    }

    /// A call goes on, with this fault if there is one.
    pub fn released(&mut self, call: &Call, fault: Option<&Fault>) {
        let caller = call.caller.clone().unwrap_or_default();
        if fault.is_some() {
            self.doubt(&caller, |sending| touches(call, &sending.item.place));
        }
        // If a repeated announcement fails, the process takes its own claim for that of another process.
        if let Some(form) = form_put(call).filter(|form| fault == Some(&Fault::Repeated) && form.sent_until().is_some())
        {
            self.forms.entry(form.key).or_default().mark(Mark::InDoubt);
        }
        if let (Some(Fault::Status { code: 410, .. }), Some(calendar)) = (fault, &call.calendar) {
            self.history.lost_track(calendar);
        }
        let tick = self.tick();
        match matter(call) {
            // Later listings of the window show no deletions, so the process knows them only as of its first listing.
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

    /// Looks for new forms at Byroapi, because their senders may not wait for the answer.
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

    /// A call was carried out with success.
    pub fn took_effect(&mut self, effect: &CompletedCall) {
        let call = &effect.call;
        let (caller, creator) = (effect.caller().to_owned(), effect.creator());
        match matter(call) {
            Matter::Approve { event, days, .. } => self.approved(effect, &event, &days),
            Matter::Reserve { event, .. } | Matter::Decide { event, .. }
                if creator != self.world.service_account_email() =>
            {
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

    /// A process ended in the middle of its work.
    pub fn crashed(&mut self, caller: &str) {
        self.doubt(caller, |_| true);
        self.processes.remove(caller);
    }

    /// Notes a breach, only once.
    pub fn breach(&mut self, breach: Breach) {
        if !self.breaches.contains(&breach) {
            self.breaches.push(breach);
        }
    }

    /// The breaches, and the number of unknown outcomes.
    pub fn close(self) -> (Vec<Breach>, usize) {
        let unknown = self.forms.values().filter(|form| form.was(Mark::InDoubt) && !form.was(Mark::Issued)).count();
        (self.breaches, unknown)
    }

    pub(crate) fn process(&mut self, caller: &str) -> &mut ProcessNotes {
        self.processes.entry(caller.to_owned()).or_default()
    }

    pub(crate) fn duplicated(&mut self, text: String) {
        self.breach(Breach::Duplicated(text));
    }

    /// The process may be unable to write down what became of the forms that are meant.
    fn doubt(&mut self, caller: &str, is_meant: impl Fn(&Sending) -> bool) {
        let sending = self.processes.get(caller).into_iter().flat_map(|process| &process.sending);
        for (key, _) in sending.filter(|(_, sending)| is_meant(sending)) {
            self.forms.entry(key.clone()).or_default().mark(Mark::InDoubt);
        }
    }
}
