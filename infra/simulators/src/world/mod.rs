//! The world of the services.

pub(crate) mod calls;
pub(crate) mod director;
pub(crate) mod event;
pub(crate) mod faults;
pub(crate) mod handle;
pub(crate) mod hooks;
pub(crate) mod passage;
pub(crate) mod people;
pub(crate) mod quota;
pub(crate) mod scenery;
pub(crate) mod splits;
pub(crate) mod tamper;
