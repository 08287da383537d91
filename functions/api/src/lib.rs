//! Moffman's REST API: one router, served by the Lambda function and by the local server.

mod api;
mod body;
mod change;
mod documentation;
mod error;
mod instant;
mod key;
mod member;
mod mistake;
mod names;
mod page;
mod problem;
mod query;
mod requests;
mod router;
mod routes;
mod start;
mod uri;

pub use router::{openapi, router};
pub use start::start;
