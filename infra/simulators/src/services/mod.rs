//! The simulated services.

pub(crate) mod byroapi;
pub(crate) mod dynamodb;
pub(crate) mod google;
pub(crate) mod scheduler;
pub(crate) mod ssm;
