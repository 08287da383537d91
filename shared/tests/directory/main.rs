//! The directory: offices and manual users from the configuration and from a spreadsheet.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod context;
mod large;
mod log;
mod office;
mod offices;
mod reload;
mod roster;
mod rows;
mod snapshot;
mod subscriptions;
