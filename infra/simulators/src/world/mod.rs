//! The world around the services: what a test scripts, what persons do, and the way that every call takes.
//!
//! The type `World` and its memory are in `handle`. Its other methods are in `passage`, `script`, `people`, `splits`,
//! `scenery` and `inspection`. Calls take their way through `passage`.

pub(crate) mod calls;
pub(crate) mod director;
pub(crate) mod event;
pub(crate) mod faults;
pub(crate) mod handle;
pub(crate) mod inspection;
pub(crate) mod passage;
pub(crate) mod people;
pub(crate) mod quota;
pub(crate) mod scenery;
pub(crate) mod script;
pub(crate) mod splits;
pub(crate) mod tamper;
