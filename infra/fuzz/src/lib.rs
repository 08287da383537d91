//! Odd input for everything that Moffman reads: no panic, no hang, bounded memory.
//!
//! A [`FuzzTarget`] takes bytes to the library's own code at the place where they come in and asserts what must hold for any
//! bytes. The tests feed it changed seeds, always the same ones; `make fuzz` has libFuzzer search for new ones.

mod configuration;
mod date_formats;
pub mod files;
mod google_events;
pub mod memory;
mod requests;
mod sample;
mod service;
mod sheet_rows;
mod templates;
pub mod watch;

/// A place where input comes in.
#[derive(Clone, Copy, Debug)]
pub struct FuzzTarget {
    /// Names its folder of seeds, its dictionary, and the target in `make fuzz`.
    pub name: &'static str,
    /// Takes one input and panics when something does not hold that must.
    pub check: fn(&[u8]),
    /// The most that one input may allocate, in bytes.
    pub memory: usize,
    /// How many changed inputs the tests try beside the seeds.
    pub rounds: usize,
}

/// Every target.
pub const TARGETS: [FuzzTarget; 6] = [
    FuzzTarget { name: "configuration", check: configuration::check, memory: 64 << 20, rounds: 300 },
    FuzzTarget { name: "date_formats", check: date_formats::check, memory: 64 << 20, rounds: 8_000 },
    FuzzTarget { name: "google_events", check: google_events::check, memory: 64 << 20, rounds: 8_000 },
    FuzzTarget { name: "requests", check: requests::check, memory: 64 << 20, rounds: 2_000 },
    FuzzTarget { name: "sheet_rows", check: sheet_rows::check, memory: 64 << 20, rounds: 3_000 },
    FuzzTarget { name: "templates", check: templates::check, memory: 64 << 20, rounds: 10_000 },
];

/// The target of that name.
pub fn target(name: &str) -> Option<FuzzTarget> {
    TARGETS.into_iter().find(|target| target.name == name)
}
