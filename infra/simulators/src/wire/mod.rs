//! HTTP/1.1 on loopback ports. Nothing here knows a service.

pub(crate) mod exchange;
pub(crate) mod serve;
