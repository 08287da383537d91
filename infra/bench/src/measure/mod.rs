//! What is measured, one file per question.

mod growth;
mod memory;
mod posts;
mod server;
mod sizes;
mod start;
mod sweeps;

pub use growth::Growth;
pub(crate) use growth::{growth, heading as growth_heading};
pub(crate) use memory::memory;
pub(crate) use posts::posts;
pub(crate) use server::server;
pub(crate) use sizes::sizes;
pub(crate) use start::start;
pub(crate) use sweeps::sweeps;

/// The most that a function may take from its start to its first poll, in milliseconds.
const START: f64 = 10.0;
/// The most that its first invocation may take, in milliseconds: connections are made, and perhaps a key signs.
const FIRST: f64 = 10.0;
/// The most that a later one may take for one reservation or one office, in milliseconds.
const WARM: f64 = 1.0;
/// The most CPU that a request may take, or an office that has not changed, in milliseconds.
const CPU: f64 = 0.35;
/// The most CPU that an event made by hand may take, in milliseconds: two calls, a form on a connection of its own, writes.
const CPU_PER_EVENT: f64 = 1.5;
/// The most writes of an event made by hand: recorded, form begun, form issued, closed.
const WRITES_PER_EVENT: f64 = 4.0;
/// The most that the local server may take until it listens, in milliseconds.
const LOCAL_START: f64 = 100.0;
/// The fewest requests that the local server may carry out in a second.
const LOCAL_RATE: f64 = 1_000.0;
/// The most memory that a process may have resident, in MiB.
const MEMORY: f64 = 30.0;
/// The most that a program may have, in MB.
const BINARY: f64 = 16.0;
/// The most that a function's deployment package may have, in MB.
const ZIP: f64 = 4.0;
