//! The plan of the house: no file imports another that imports it, imports lead down, and one name means one thing.

#![expect(clippy::expect_used, reason = "what a test cannot go on without fails it")]

mod circles;
mod floors;
mod names;
mod paths;
mod source;
mod tree;
mod walks;
