//! What is measured, one file per question.

mod budgets;
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
