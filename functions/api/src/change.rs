//! What a request has changed, or failed to change, for its line in the log.

use std::convert::Infallible;

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use moffman::domain::digest::digest;

use crate::error::ApiError;
use crate::mistake::RequestMistakes;

/// What a caller wanted done. It names neither people nor offices.
#[derive(Clone, Debug)]
pub(crate) struct NotedChange {
    /// What is done, in a word.
    pub(crate) what: &'static str,
    /// Stands for the name of the office.
    pub(crate) office: Option<String>,
    /// The id of the reservation or the form.
    pub(crate) id: Option<String>,
}

impl NotedChange {
    /// What is done, perhaps in one office only, and to what.
    pub(crate) fn new(what: &'static str, office: Option<&str>, id: Option<&str>) -> Self {
        Self { what, office: office.map(digest), id: id.map(str::to_owned) }
    }

    /// The same, in this office.
    pub(crate) fn in_office(self, office: Option<&str>) -> Self {
        Self { office: office.map(digest), ..self }
    }

    /// The change with what came of it.
    pub(crate) fn with<T>(self, outcome: Result<T, impl Into<ApiError>>) -> Result<(Self, T), FailedChange> {
        match outcome {
            Ok(done) => Ok((self, done)),
            Err(error) => Err(FailedChange::new(Some(self), error)),
        }
    }
}

impl IntoResponseParts for NotedChange {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Why a change was not made.
#[derive(Debug)]
pub(crate) struct FailedChange {
    /// `None`: the request was not meant to change anything, or was no good. Boxed to keep the results small that have it.
    change: Option<Box<NotedChange>>,
    error: ApiError,
}

impl FailedChange {
    /// The failure of a change, or of a request that was not meant to change anything.
    pub(crate) fn new(change: Option<NotedChange>, error: impl Into<ApiError>) -> Self {
        Self { change: change.map(Box::new), error: error.into() }
    }
}

impl From<ApiError> for FailedChange {
    fn from(error: ApiError) -> Self {
        Self::new(None, error)
    }
}

impl From<RequestMistakes> for FailedChange {
    fn from(mistakes: RequestMistakes) -> Self {
        Self::new(None, mistakes)
    }
}

/// Where the caller is to blame, nothing was changed. Otherwise part of the change may have been made.
impl IntoResponse for FailedChange {
    fn into_response(self) -> Response {
        let response = self.error.into_response();
        let change = self.change.filter(|_| response.status().is_server_error()).map(|change| *change);
        (change, response).into_response()
    }
}
