//! Plays random fault schedules against the real library and checks that nothing is lost and nothing sent twice.
//!
//! A schedule is its seed: the same seed makes the same decisions in the same order.

mod gatekeeper;
mod ledger;
mod people;
mod requests;
mod schedule;
mod stage;
mod time;
mod verdict;

use std::io;

pub use ledger::Breach;
pub use schedule::Outcome;
pub use stage::{CALENDARS, PEOPLE, Stage, Trouble};
pub use time::WorldTime;

/// Plays the schedule of `seed` on a runtime of its own.
pub fn simulate(seed: u64) -> Result<Outcome, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(io::Error::other)?;
    runtime.block_on(schedule::play(seed))
}
