//! The clients of Google and Byroapi against the simulators, which know only the wire.

#![expect(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, also outside of its own function")]

mod auth;
mod bench;
mod byroapi;
mod calendar;
mod connections;
mod faults;
mod sheets;
