//! What became of reservations: what workflows were answered, and what processes and people did to their events.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use moffman::decide::Decided;
use moffman::domain::decision::Choice;
use moffman::domain::ended::HowEnded;
use moffman::domain::reservation::{RequestedReservation, Status};
use moffman::reserve::{Placed, ReserveError};
use moffman_simulators::{Call, World};
use serde_json::Value;

use crate::cast::office;
use crate::gatekeeper::CompletedCall;
use crate::ledger::Breach;
use crate::wire::{Matter, days, is_processed, is_there, matter};

/// The event of a reservation, as far as anybody knows of it.
#[derive(Clone, Debug, Default)]
pub struct Reserved {
    /// Its calendar.
    pub calendar: String,
    /// The name that was written to it first, whose event it is.
    pub owner: Option<String>,
    /// The names in the requests that were answered with this event.
    pub names: BTreeSet<String>,
    /// The days that were asked for.
    pub days: String,
    /// Whether it was answered after a person last deleted or restored the event.
    pub stands: bool,
    /// Whether one of the answers said that it is approved.
    pub approved: bool,
    /// The title that a person gave it after a process last wrote to it.
    pub retitled: Option<String>,
    /// The days that a person gave it after a process last wrote to it.
    pub moved: Option<String>,
    /// When a person last deleted or restored it, or a decision ended it.
    changed: u64,
    /// Whether a decision has ended it, and nobody has touched it since.
    is_ended: bool,
    /// What was answered about how it was ended.
    told: Option<HowEnded>,
}

/// What a process has been asked to do about a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Register or approve it.
    Request,
    /// Register or approve it, also if it was ended.
    Reopening,
    /// The same, and nothing prevents it.
    LastRequest,
    /// Approve or end it by its id.
    Decision(Choice),
}

/// An event as a process last read or wrote it.
#[derive(Debug)]
struct LastLook {
    moment: u64,
    calendar: String,
    event: Value,
}

/// All reservations.
#[derive(Debug, Default)]
pub struct Reservations {
    /// The events, by id.
    pub by_event: BTreeMap<String, Reserved>,
    /// Each event as each process has last seen it during its request, by which its answer is judged.
    seen: HashMap<(String, String), LastLook>,
    /// The event that each process is about to write to, although it needs no change.
    overwriting: HashMap<String, String>,
    /// What each process was last asked for.
    intents: HashMap<String, Intent>,
    breaches: Vec<Breach>,
}

impl Reservations {
    /// Takes the breaches found since the last time.
    pub fn take_breaches(&mut self) -> Vec<Breach> {
        std::mem::take(&mut self.breaches)
    }

    /// A request to `caller` begins.
    pub fn began(&mut self, caller: &str, intent: Intent) {
        self.seen.retain(|(process, _), _| process != caller);
        self.intents.insert(caller.to_owned(), intent);
    }

    /// `caller` has answered the request with success.
    pub fn answered(&mut self, caller: &str, request: &RequestedReservation, placed: &Placed) {
        let seen = self.seen.get(&(caller.to_owned(), placed.id.to_string()));
        if !seen.is_some_and(|seen| seen.says(request, placed)) {
            let seen = seen.map_or(&Value::Null, |seen| &seen.event);
            let text = format!("{caller} has answered {} with {placed:?}, and had seen {seen}", request.name);
            self.breaches.push(Breach::Lost(text));
        }
        let reserved = self.by_event.entry(placed.id.to_string()).or_default();
        reserved.days = format!("{}/{}", request.start, request.end);
        reserved.names.insert(request.name.clone());
        if seen.is_some_and(|seen| seen.moment > reserved.changed) {
            reserved.stands = true;
            reserved.approved |= placed.status == Status::Approved;
        }
    }

    /// `caller` has answered a decision with success.
    pub fn decided(&mut self, caller: &str, decided: &Decided) {
        let seen = self.seen.get(&(caller.to_owned(), decided.id.to_string()));
        let is_right = match (seen, decided.ended) {
            (Some(seen), None) => is_there(&seen.event) && is_processed(&seen.event),
            (seen, Some(_)) => !seen.is_some_and(|seen| is_there(&seen.event)),
            (None, None) => false,
        };
        if !is_right {
            let seen = seen.map_or(&Value::Null, |seen| &seen.event);
            self.breaches.push(Breach::Lost(format!("{caller} has answered {decided:?}, and had seen {seen}")));
        }
        let moment = seen.map(|seen| seen.moment);
        let Some(reserved) = self.by_event.get_mut(&*decided.id) else { return };
        match decided.ended {
            None if moment.is_some_and(|moment| moment > reserved.changed) => {
                (reserved.stands, reserved.approved) = (true, true);
            }
            Some(how) if reserved.is_ended && moment.is_some_and(|moment| moment >= reserved.changed) => {
                let told = *reserved.told.get_or_insert(how);
                if told != how {
                    self.breaches
                        .push(Breach::Lost(format!("{caller} has answered {decided:?}, and before it was {told}")));
                }
            }
            _ => {}
        }
    }

    /// A request for this event failed although nothing was in its way. That is right only if the event belongs to
    /// another reservation.
    pub fn refused(&mut self, event: &str, request: &RequestedReservation, error: &ReserveError) {
        let owner = self.by_event.get(event).and_then(|reserved| reserved.owner.as_ref());
        let is_anothers = owner.is_some_and(|owner| *owner != request.name);
        if !(is_anothers && matches!(error, ReserveError::Conflict)) {
            let text = format!("{} is refused, and {owner:?} has the event {event}: {error}", request.name);
            self.breaches.push(Breach::Stuck(text));
        }
    }

    /// A call goes on to its effect.
    pub fn released(&mut self, world: &World, call: &Call) {
        let caller = call.caller.clone().unwrap_or_default();
        let (Matter::Reserve { calendar, event, .. } | Matter::Decide { calendar, event, .. }) = matter(call) else {
            return;
        };
        self.overwriting.remove(&caller);
        let present = world.event(&calendar, &event).filter(is_there);
        let is_wrong = match (matter(call), present) {
            (Matter::Reserve { approved, .. }, present) => {
                present.is_some_and(|present| is_processed(&present) || !approved)
            }
            (_, None) => true,
            (Matter::Decide { ends: true, .. }, Some(present)) => is_processed(&present) && self.rejects(&caller),
            (_, Some(present)) => is_processed(&present),
        };
        if is_wrong {
            self.overwriting.insert(caller, event);
        }
    }

    fn rejects(&self, caller: &str) -> bool {
        matches!(self.intents.get(caller), Some(Intent::Decision(Choice::Reject { .. })))
    }

    /// A call was carried out with success at this moment. A process may write only to its own reservation, and only if
    /// the event is deleted, or is pending and gets its approval; anything else would undo what a person or an earlier
    /// answer wanted.
    pub fn took_effect(&mut self, effect: &CompletedCall, moment: u64) {
        let caller = effect.caller().to_owned();
        let (calendar, event) = match matter(&effect.call) {
            Matter::Read { calendar, event } => (calendar, event),
            Matter::Reserve { calendar, event, name, .. } => {
                self.written(&caller, (&calendar, &event), &name);
                (calendar, event)
            }
            Matter::Decide { calendar, event, ends } => {
                self.check_overwriting(&caller, &event);
                if ends {
                    let reserved = self.by_event.entry(event.clone()).or_default();
                    reserved.deleted_or_restored(moment);
                    reserved.is_ended = true;
                }
                (calendar, event)
            }
            _ => return,
        };
        let content = effect.event.clone().unwrap_or_default();
        self.seen.insert((caller, event), LastLook { moment, calendar, event: content });
    }

    fn written(&mut self, caller: &str, (calendar, event): (&str, &str), name: &str) {
        let reopens = self.intents.get(caller).is_some_and(Intent::reopens);
        let reserved = self.by_event.entry(event.to_owned()).or_default();
        reserved.told = None;
        if std::mem::take(&mut reserved.is_ended) && !reopens {
            self.breaches.push(Breach::Lost(format!("{caller} has brought back {event}, which was ended")));
        }
        (reserved.calendar, reserved.retitled, reserved.moved) = (calendar.to_owned(), None, None);
        let owner = reserved.owner.get_or_insert_with(|| name.to_owned());
        if *owner != name {
            let text = format!("{caller} has written {name} to the reservation {event} of {owner}");
            self.breaches.push(Breach::Duplicated(text));
        }
        self.check_overwriting(caller, event);
    }

    fn check_overwriting(&mut self, caller: &str, event: &str) {
        if self.overwriting.remove(caller).is_some_and(|overwritten| overwritten == event) {
            let text = format!("{caller} has written over the reservation {event}");
            self.breaches.push(Breach::Lost(text));
        }
    }
}

impl Intent {
    /// Whether it brings back what was ended.
    pub fn reopens(&self) -> bool {
        matches!(self, Self::Reopening | Self::LastRequest)
    }
}

impl Reserved {
    /// A person deleted or restored the event.
    pub fn deleted_or_restored(&mut self, now: u64) {
        (self.changed, self.stands, self.approved) = (now, false, false);
        (self.is_ended, self.told) = (false, None);
    }
}

impl LastLook {
    /// Whether the answer tells what the event was, and no less than the request asked for.
    fn says(&self, request: &RequestedReservation, placed: &Placed) -> bool {
        let status = if is_processed(&self.event) { Status::Approved } else { Status::Pending };
        is_there(&self.event)
            && placed.status == status
            && (status == Status::Approved || !request.approved)
            && placed.days.to_string() == days(&self.event)
            && placed.url.as_deref() == self.event["htmlLink"].as_str()
            && placed.office_id == request.office_id
            && placed.office_id == office(&self.calendar)
    }
}
