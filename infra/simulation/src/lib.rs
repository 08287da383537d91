//! Plays random fault schedules against the real library and checks that nothing is lost and nothing sent twice.
//!
//! A schedule is its seed: the same seed makes the same decisions in the same order.

pub mod bugs;
mod campaign;
mod cast;
mod company;
mod drive;
mod fates;
mod form;
mod gatekeeper;
mod history;
mod ledger;
mod manner;
mod operations;
mod overtake;
mod panics;
mod people;
mod promises;
mod requests;
mod reservations;
mod resettling;
mod rounds;
mod schedule;
mod sheet;
mod slow;
mod table;
mod tally;
mod verdict;
mod wire;

pub use campaign::{play_all, simulate, simulate_with};
pub use cast::{CALENDARS, PEOPLE};
pub use company::Company;
pub use ledger::Breach;
pub use manner::Manner;
pub use schedule::ScheduleOutcome;
pub use tally::Tally;
