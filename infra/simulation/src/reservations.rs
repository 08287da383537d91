//! What became of reservations: what workflows were answered, and what processes and people did to the events.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use moffman::domain::reservation::Status;
use moffman::reserve::Placed;
use moffman_simulators::{Call, World};

use crate::ledger::Breach;
use crate::wire::{Matter, is_processed, is_there, matter};

/// The event of a reservation, as far as anybody knows of it.
#[derive(Clone, Debug, Default)]
pub struct Reserved {
    /// Its calendar.
    pub calendar: String,
    /// The people to whom it was answered.
    pub names: BTreeSet<String>,
    /// The days it was asked for.
    pub days: String,
    /// Whether it was answered since a person last deleted or restored the event.
    pub stands: bool,
    /// Whether one of these answers said that it is approved.
    pub approved: bool,
    /// The title that a person gave it since a process last wrote to it.
    pub retitled: Option<String>,
    /// The days that a person gave it since a process last wrote to it.
    pub moved: Option<String>,
    /// When a person last deleted or restored it.
    changed: u64,
}

/// All reservations.
#[derive(Debug, Default)]
pub struct Reservations {
    by_event: BTreeMap<String, Reserved>,
    /// When each process last read or wrote each event: its answers rest on that.
    seen: HashMap<(String, String), u64>,
    /// What each process is about to write over, though the event says as much already.
    overwriting: HashMap<String, String>,
}

impl Reservations {
    /// The events, by id.
    pub fn all(&self) -> &BTreeMap<String, Reserved> {
        &self.by_event
    }

    /// A workflow was answered with success by `caller`: its name, and the days it had asked for.
    pub fn answered(&mut self, caller: &str, placed: &Placed, name: String, asked: String) {
        let seen = self.seen.get(&(caller.to_owned(), placed.id.clone())).copied().unwrap_or_default();
        let reserved = self.by_event.entry(placed.id.clone()).or_default();
        reserved.days = asked;
        reserved.names.insert(name);
        if seen > reserved.changed {
            reserved.stands = true;
            reserved.approved |= placed.status == Status::Approved;
        }
    }

    /// A call goes on.
    pub fn released(&mut self, world: &World, call: &Call) {
        let Matter::Reserve { calendar, event, approved } = matter(call) else { return };
        let caller = call.caller.clone().unwrap_or_default();
        self.overwriting.remove(&caller);
        let present = world.event(&calendar, &event).filter(is_there);
        if present.is_some_and(|present| is_processed(&present) || !approved) {
            self.overwriting.insert(caller, event);
        }
    }

    /// A call was carried out at this moment. Only an event that is deleted, or pending when an approval comes, may be
    /// written to: everything else is what a person or an earlier answer wants.
    pub fn took_effect(&mut self, call: &Call, moment: u64) -> Option<Breach> {
        let caller = call.caller.clone().unwrap_or_default();
        match matter(call) {
            Matter::Read { event } => {
                self.seen.insert((caller, event), moment);
                None
            }
            Matter::Reserve { calendar, event, .. } => {
                let reserved = self.by_event.entry(event.clone()).or_default();
                (reserved.calendar, reserved.retitled, reserved.moved) = (calendar, None, None);
                self.seen.insert((caller.clone(), event.clone()), moment);
                let overwritten = self.overwriting.remove(&caller).filter(|overwritten| *overwritten == event)?;
                Some(Breach::Lost(format!("{caller} has written over the reservation {overwritten}")))
            }
            _ => None,
        }
    }

    /// A person changes the event of a reservation, if it is in a calendar. Answers what, for the story.
    pub fn change(&mut self, id: &str, random: &mut fastrand::Rng, now: u64, world: &World) -> Option<String> {
        let reserved = self.by_event.get_mut(id)?;
        let event = world.event(&reserved.calendar, id)?;
        let calendar = reserved.calendar.as_str();
        Some(match random.u8(..3) {
            _ if !is_there(&event) => {
                (reserved.changed, reserved.stands, reserved.approved) = (now, false, false);
                world.person_restores(calendar, id);
                format!("a person restores the reservation {id}")
            }
            0 => {
                (reserved.changed, reserved.stands, reserved.approved) = (now, false, false);
                world.person_deletes(calendar, id);
                format!("a person deletes the reservation {id}")
            }
            1 => {
                let title = format!("title {}", random.u16(..));
                world.person_renames(calendar, id, &title);
                reserved.retitled = Some(title);
                format!("a person renames the reservation {id}")
            }
            _ => {
                let day = random.u8(10..28);
                let (start, end) = (format!("2026-08-{day}"), format!("2026-08-{}", day + 1));
                world.person_moves(calendar, id, start.as_str(), end.as_str());
                reserved.moved = Some(format!("{start}/{end}"));
                format!("a person moves the reservation {id}")
            }
        })
    }
}
