//! What a day of Moffman costs with few offices and with many. The real library runs against the simulated services,
//! invoked by the schedules that it makes for itself, and every call is counted.

mod cost;
mod deployment;
mod kind;
mod play;

pub use cost::{DAY_TABLE_HEAD, DayCost};
pub use kind::Day;
pub use play::play_day;
