//! What a day of Moffman costs with few offices and with many: the real library against the simulated services, invoked by
//! the schedules that it makes for itself; every call is counted.

mod cost;
mod day;
mod stage;
mod time;

use std::error::Error;

pub use cost::{Cost, TABLE_HEAD};
pub use day::{Day, play};

/// What may go wrong while a day is played.
pub type Trouble = Box<dyn Error + Send + Sync>;
