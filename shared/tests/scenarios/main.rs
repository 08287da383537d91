//! What Moffman does, told as stories against strict simulators of Google and Byroapi and a real DynamoDB protocol.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on has failed")]

mod backoff;
mod changes;
mod clock;
mod context;
mod copies;
mod counts;
mod deciding;
mod deciding_failures;
mod deciding_races;
mod decisions;
mod doubt;
mod forms;
mod keys;
mod late;
mod left_behind;
mod listing;
mod odd;
mod offices;
mod open;
mod overlapping;
mod pressure;
mod races;
mod records;
mod reservations;
mod rule;
mod series;
mod settling;
mod sweeps;
mod table;
mod trouble;
mod unknown;
mod upstream;
mod versions;
