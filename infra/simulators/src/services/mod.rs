//! The simulated services. Each is handed its own state and the chronicle, and knows neither the world nor the others.

pub(crate) mod byroapi;
pub(crate) mod dynamodb;
pub(crate) mod google;
pub(crate) mod routing;
pub(crate) mod scheduler;
pub(crate) mod ssm;
