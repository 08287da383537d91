//! The kind of client, and of request body, with which everything leaves this process.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;

use super::connector::Connector;

/// What a request carries.
pub(crate) type RequestBody = BoxBody<Bytes, hyper::Error>;
/// Keeps its connections; clones share them.
pub(crate) type HttpClient = Client<Connector, RequestBody>;

/// A body that is in memory.
pub(crate) fn body(content: impl Into<Bytes>) -> RequestBody {
    Full::from(content.into()).map_err(|never| match never {}).boxed()
}
