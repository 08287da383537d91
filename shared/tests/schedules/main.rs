//! The schedules follow the configuration and the directory: stories against a simulated EventBridge Scheduler.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

mod ages;
mod aligning;
mod context;
mod growing;
mod trouble;
