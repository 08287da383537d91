//! The REST API over HTTP: bodies, problems, keys, the OpenAPI document, the page, and the compiled function.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

mod attendance;
mod bodies;
mod callers;
mod client;
mod decisions;
mod document;
mod forms;
mod function;
mod gateway;
mod keys;
mod lambda;
mod lists;
mod location;
mod looks;
mod methods;
mod mistakes;
mod offices;
mod page;
mod problems;
mod roles;
mod settling;
mod stage;
mod status;
mod time;
mod upstream;
