//! The part of [`FaultSchedule`] that lets one process overtake another that is about to write.

use moffman_simulators::Call;

use crate::gatekeeper::Waiting;
use crate::operations::begin_request;
use crate::people::Life;
use crate::schedule::{FaultSchedule, LONGER_THAN_A_LEASE};
use crate::slow::Slow;
use crate::table::{announces, closes, form_put, records, writes_outcome, written};
use crate::wire::{Matter, matter};

/// The overtaken process waits for at most so many writes of the record by the other one.
const MOST_WRITES: u32 = 4;
/// The overtaken process waits for at most so many decisions, if it waits for no writes.
const LONGEST_WAIT: u32 = 29;

/// Picks calls at the gate.
type WaitingFilter = fn(&Waiting) -> bool;

/// What is about to be written.
#[derive(Clone)]
enum Overtaken {
    /// The record of this event, or the form that it asks for.
    Record(String),
    /// What became of the form that this event asks for.
    Outcome(String),
    /// The reservation in this event.
    Reservation(String),
}

impl FaultSchedule {
    /// In how many of a thousand decisions somebody overtakes, which is more often while a rare write waits.
    pub(crate) fn chance_to_overtake(&self) -> u16 {
        let waiting = self.gatekeeper.lock();
        if waiting.iter().any(is_closing) {
            500
        } else if waiting.iter().any(|waiting| is_outcome(waiting) || is_reservation(waiting)) {
            200
        } else {
            60
        }
    }

    /// Somebody overtakes one of the writes at the gate, if there is any; rare writes come first most of the time.
    pub(crate) fn overtake(&mut self) {
        let kinds: &[WaitingFilter] = match self.random.u8(..8) {
            ..=2 => &[is_closing, is_reservation, is_outcome],
            3..=5 => &[is_reservation, is_outcome, is_closing],
            _ => &[],
        };
        let waiting = self.gatekeeper.lock();
        let kind = kinds.iter().find(|kind| waiting.iter().any(kind));
        let chosen = waiting.iter().filter(|waiting| kind.is_none_or(|kind| kind(waiting)));
        let writes: Vec<_> = chosen.filter_map(write).collect();
        drop(waiting);
        match self.random.choice(writes) {
            Some((caller, Overtaken::Record(event))) => self.overtake_sweep(caller, event, false),
            Some((caller, Overtaken::Outcome(event))) => self.overtake_sweep(caller, event, true),
            Some((caller, Overtaken::Reservation(event))) => self.overtake_request(caller, &event),
            None => {}
        }
    }

    /// After a process has read an event and before it writes, somebody changes the event and another sweep sees that,
    /// sometimes after the end of the lease. Before the outcome of a form is written, the other sweep may also take the
    /// form over, with the event unchanged.
    fn overtake_sweep(&mut self, caller: String, event: String, is_outcome: bool) {
        let takes_over = is_outcome && self.random.bool();
        if !takes_over {
            let Self { random, company, ledger, people, .. } = self;
            let mut life = Life { random, world: &company.world, ledger };
            let Some(said) = people.change(&event, &mut life) else { return };
            self.tell(format!("{said}, which {caller} does not see"));
        }
        if takes_over || self.random.u8(..4) == 0 {
            self.tell(format!("{caller} stands still, until any lease is over"));
            self.time_goes_by(LONGER_THAN_A_LEASE);
        }
        self.overtakings_left -= 1;
        let Some(overtaker) = self.sweep_begins() else { return };
        self.slow = Some(match self.random.u32(..=MOST_WRITES) {
            0 => Slow::wait(caller, self.random.u32(..=LONGEST_WAIT)),
            writes => Slow::behind(caller, overtaker, event, writes),
        });
    }

    /// After a process has read a reservation and before it writes, a person changes the event, or another request is
    /// answered, or both.
    fn overtake_request(&mut self, caller: String, event: &str) {
        let (changes, asks) = match self.random.u8(..4) {
            0 => (true, false),
            1 | 2 => (true, true),
            _ => (false, true),
        };
        if changes {
            let Self { random, company, ledger, requests, .. } = self;
            let said = requests.person_changes(event, &mut Life { random, world: &company.world, ledger });
            if let Some(said) = said {
                self.tell(format!("{said}, which {caller} does not see"));
            }
        }
        if asks {
            self.overtakings_left -= 1;
            match self.server() {
                Ok(other) => {
                    let (said, work) = self.requests.begin_another(event, &mut self.random, &other);
                    self.tell(format!("{}: {said}, before {caller} goes on", other.name));
                    self.running.push(begin_request(other.name, work));
                }
                Err(trouble) => self.tell(format!("the request does not begin: {trouble}")),
            }
        }
        self.slow = Some(Slow::wait(caller, self.random.u32(..=LONGEST_WAIT)));
    }
}

/// Whether a record is about to be closed.
fn is_closing(waiting: &Waiting) -> bool {
    matches!(waiting, Waiting::Arrived(call, _) if closes(call))
}

/// Whether the outcome of a form, or a decision about it, is about to be written.
fn is_outcome(waiting: &Waiting) -> bool {
    matches!(waiting, Waiting::Arrived(call, _) if writes_outcome(call))
}

/// Whether a reservation is about to be written, or that somebody ends it.
fn is_reservation(waiting: &Waiting) -> bool {
    matches!(waiting, Waiting::Arrived(call, _) if reserved(call).is_some())
}

/// The event of the reservation that a call writes about.
fn reserved(call: &Call) -> Option<String> {
    match matter(call) {
        Matter::Reserve { event, .. } | Matter::Decide { event, .. } => Some(event),
        _ => announces(call).map(str::to_owned),
    }
}

/// The process that is about to write or has just written something, and what that is. A reservation counts only before
/// it is written.
fn write(waiting: &Waiting) -> Option<(String, Overtaken)> {
    let call: &Call = waiting.call();
    let reservation = match waiting {
        Waiting::Arrived(..) => reserved(call).map(Overtaken::Reservation),
        Waiting::Done(..) => None,
    };
    let record = if is_outcome(waiting) { Overtaken::Outcome } else { Overtaken::Record };
    call.caller.clone().zip(reservation.or_else(|| written(call).map(record)))
}

/// The call with which this process is about to write about an event, or about its form, while another process is
/// working on the same event.
pub(crate) fn contender(waiting: &[Waiting], caller: &str) -> Option<usize> {
    let writes = |waiting: &Waiting| match waiting {
        Waiting::Arrived(call, _) => written(call),
        Waiting::Done(..) => None,
    };
    let is_its_own = |waiting: &Waiting| waiting.call().caller.as_deref() == Some(caller);
    let works = |waiting: &&Waiting| {
        let call = waiting.call();
        !is_its_own(waiting) && (records(call) || closes(call) || form_put(call).is_some())
    };
    let others: Vec<String> = waiting.iter().filter(works).filter_map(writes).collect();
    let contends =
        |waiting: &Waiting| is_its_own(waiting) && writes(waiting).is_some_and(|event| others.contains(&event));
    waiting.iter().position(contends)
}
