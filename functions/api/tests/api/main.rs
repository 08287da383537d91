//! The REST API over HTTP: bodies, problems, keys, the OpenAPI document, and the compiled function.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

mod bodies;
mod client;
mod document;
mod forms;
mod function;
mod keys;
mod lambda;
mod methods;
mod problems;
mod settling;
mod stage;
mod status;
mod time;
mod upstream;
