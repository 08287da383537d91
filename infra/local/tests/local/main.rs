//! The command as people use it: as a process, in a directory of its own, on free ports.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

mod configuration;
mod demo;
mod forms;
mod http;
mod keys;
mod pages;
mod process;
mod reservations;
mod services;
mod signals;
mod state;
mod status;
mod who;
