//! Plays random fault schedules against the real library and checks that nothing is lost and nothing sent twice.
//!
//! A schedule is its seed: the same seed makes the same decisions in the same order.

mod asking;
pub mod bugs;
mod campaign;
mod drive;
mod fates;
mod form;
mod gatekeeper;
mod ledger;
mod operations;
mod overtake;
mod panics;
mod people;
mod requests;
mod reservations;
mod resettling;
mod schedule;
mod sheet;
mod silence;
mod slow;
mod stage;
mod table;
mod tally;
mod time;
mod verdict;
mod wire;

use std::io;

pub use campaign::play_all;
pub use ledger::Breach;
pub use schedule::Outcome;
pub use stage::{CALENDARS, Manner, PEOPLE, Stage, Trouble};
pub use tally::Tally;
pub use time::WorldTime;

use bugs::Layer;

/// Plays the schedule of `seed` on a runtime of its own.
pub fn simulate(seed: u64) -> Result<Outcome, Trouble> {
    simulate_with(seed, None)
}

/// Plays the schedule of `seed` with a faulty layer, if there is one, between the library and the simulators.
pub fn simulate_with(seed: u64, layer: Option<&Layer>) -> Result<Outcome, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(io::Error::other)?;
    runtime.block_on(schedule::play(seed, layer))
}
