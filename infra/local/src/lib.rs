//! Runs the whole service in one process: the REST API, the sweeper, and DynamoDB in a file.
//!
//! Without a service-account key Google and Byroapi are simulated, and standard output tells what happens in them.

mod check;
mod client;
mod command_line;
mod demo;
mod error;
mod forms;
mod in_flight;
mod output;
mod reservations;
mod run;
mod service;
mod signals;
mod storage;
mod timetable;
mod who;

pub use error::LocalStartError;
pub use output::Output;
pub use run::run;
pub use service::LocalService;
pub use storage::StorageError;
