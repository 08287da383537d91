//! Measures how much Moffman costs, how fast it is and how large. The compiled programs run as processes of their own,
//! so that the CPU and memory of the simulated services in this process do not count. [`play_day`] simulates a day and
//! counts what all of it costs.

mod bench;
mod binaries;
mod cores;
mod cost;
mod day;
mod event;
mod extent;
mod function;
mod local;
mod machine;
mod measure;
mod process;
mod report;
mod row;
mod run;

pub use binaries::Binaries;
pub use day::{DAY_TABLE_HEAD, Day, DayCost, play_day};
pub use extent::Extent;
pub use machine::Machine;
pub use measure::Growth;
pub use report::Report;
pub use row::{Row, Unit};
pub use run::run;
