//! A process that ends at any of its calls, at any moment of it, leaves nothing that the next one cannot put right.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a story that cannot go on has failed")]

mod copies;
mod decisions;
mod point;
mod reservations;
mod scene;
mod sweeps;
mod watch;
