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

/// The most that a process may take from its start to its first poll, in milliseconds.
const START: f64 = 10.0;
/// The most CPU that a request may take, in milliseconds.
const CPU_PER_POST: f64 = 0.35;
/// The most memory that a process may have resident, in MiB.
const MEMORY: f64 = 30.0;
/// The most that a function's deployment package may have, in MB.
const ZIP: f64 = 4.0;
