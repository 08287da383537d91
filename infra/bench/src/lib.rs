//! Measures what Moffman costs, how fast it is and how large: the compiled programs as processes of their own, over the
//! simulated services in this one, so that the simulators' CPU and memory do not count. [`play_day`] counts what a whole day
//! costs, in a simulation.

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
