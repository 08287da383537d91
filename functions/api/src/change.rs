//! What a request has changed, for its line in the log.

use std::convert::Infallible;

use axum::response::{IntoResponseParts, ResponseParts};
use moffman::domain::digest::digest;

/// What a caller had done. It names neither people nor offices.
#[derive(Clone, Debug)]
pub(crate) struct NotedChange {
    /// What was done, in a word.
    pub(crate) what: &'static str,
    /// Stands for the name of the office.
    pub(crate) office: Option<String>,
    /// The id of the reservation or the form.
    pub(crate) id: Option<String>,
}

impl NotedChange {
    /// What was done, perhaps in one office only, and to what.
    pub(crate) fn new(what: &'static str, office: Option<&str>, id: Option<&str>) -> Self {
        Self { what, office: office.map(digest), id: id.map(str::to_owned) }
    }
}

impl IntoResponseParts for NotedChange {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}
