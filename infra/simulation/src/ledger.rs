//! Notes what the simulated services see in a schedule; `promises.rs` has the part that finds what must not happen.
//!
//! A form is for a person and days: how often it may be mailed is a question of that alone, whichever event asks for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use moffman_simulators::{Call, Fault, World};

use crate::form::{FormHistory, Mark};
use crate::gatekeeper::CompletedCall;
use crate::history::{EventHistory, HandmadeEvent};
use crate::table::{EventPlace, TableWrite, WireForm, form_put, touches, writes};
use crate::wire::{Matter, PersonDays, form_key, is_clear, matter};

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
pub(crate) struct ProcessNotes {
    /// When its sweep began to list a calendar (without an event), or last read an event.
    pub(crate) looked: HashMap<EventPlace, u64>,
    /// The forms that it said it would send.
    pub(crate) sending: BTreeMap<PersonDays, Sending>,
    /// Whether the form on its way was in doubt before, and is no copy.
    pub(crate) is_resending: bool,
    /// When the approval of each event last set out.
    approving: HashMap<String, u64>,
    /// Approvals on their way to an event that was deleted when they set out.
    pub(crate) too_late: BTreeSet<String>,
}

/// A form that is about to be sent.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) item: WireForm,
    /// The calendar and the event that ask for it; a copy has none.
    pub(crate) event: Option<EventPlace>,
}

/// Everything that the checks need, noted as it happens.
pub struct Ledger {
    world: World,
    pub(crate) hold: bool,
    tick: u64,
    pub(crate) history: EventHistory,
    /// Which form each open record asks for.
    pub(crate) records: HashMap<EventPlace, PersonDays>,
    /// When each event was last changed, as far as the table knows.
    pub(crate) versions: HashMap<EventPlace, Option<DateTime<Utc>>>,
    pub(crate) processes: HashMap<String, ProcessNotes>,
    pub(crate) forms: BTreeMap<PersonDays, FormHistory>,
    seen_forms: usize,
    /// The process whose form was the last to go on.
    pub(crate) last_sender: String,
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
        // A process that finds its own repeated announcement takes it for that of another process.
        if let Some(form) = form_put(call).filter(|form| fault == Some(&Fault::Repeated) && form.sent_until().is_some())
        {
            self.forms.entry(form.key).or_default().mark(Mark::InDoubt);
        }
        if let (Some(Fault::Status { code: 410, .. }), Some(calendar)) = (fault, &call.calendar) {
            self.lost_track(calendar);
        }
        let tick = self.tick();
        match matter(call) {
            // Later listings of the window show no deletions, so the plan is as old as the first listing.
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

    /// Notes a breach, once.
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

    /// Whether a sweep was told of the event through a cursor, even if the event is out of range.
    pub fn was_listed(&self, event: &str) -> bool {
        self.history.was_listed(event)
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

    /// The process may be unable to write down what became of these forms.
    fn doubt(&mut self, caller: &str, is_meant: impl Fn(&Sending) -> bool) {
        let sending = self.processes.get(caller).into_iter().flat_map(|process| &process.sending);
        for (key, _) in sending.filter(|(_, sending)| is_meant(sending)) {
            self.forms.entry(key.clone()).or_default().mark(Mark::InDoubt);
        }
    }
}
