//! HTTP/1.1 on loopback ports: what arrives, what is sent back, and the connections in between.

pub(crate) mod connections;
pub(crate) mod exchange;
pub(crate) mod serve;
