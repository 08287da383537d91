//! Everything that can go wrong with a request, and its status code, which no other module chooses.
//!
//! Answers with a 5xx status tell nothing about our inside; their causes go to the log.

mod draft;
mod forms;
mod kind;
mod reservations;
mod services;

use std::error::Error;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use moffman::agenda::AgendaError;
use moffman::decide::DecideError;
use moffman::directory::DirectoryError;
use moffman::domain::role::Role;
use moffman::forms::FormsError;
use moffman::offices::OfficesError;
use moffman::reload::ReloadError;
use moffman::reserve::ReserveError;
use moffman::store::StoreError;

pub(crate) use self::draft::ProblemDraft;
pub(crate) use self::kind::*;
use crate::mistake::RequestMistakes;

/// When the caller may come back, unless another service has said when.
const COME_BACK: Duration = Duration::from_secs(5);

/// Why a request is not answered with success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// No route has this path.
    #[error("there is no such path")]
    NoSuchRoute,
    /// The path has only these methods.
    #[error("this path answers {0}")]
    MethodNotAllowed(String),
    /// The key is missing or wrong.
    #[error("send the API key in the `x-api-key` header")]
    WrongKey,
    /// The key may not do this; one with this role may.
    #[error("the API key may not do this: it takes the role `{0}`")]
    NotAllowed(Role),
    /// The body is longer than accepted.
    #[error("at most 1 MiB is accepted")]
    TooLarge,
    /// The body is not JSON.
    #[error("{0}")]
    NotJson(String),
    /// The body is JSON, but not what is expected, or a parameter is not.
    #[error("{0}")]
    Invalid(RequestMistakes),
    /// A reservation was not placed.
    #[error(transparent)]
    Reserve(#[from] ReserveError),
    /// A reservation was not approved, rejected or cancelled.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The directory was not reloaded.
    #[error(transparent)]
    Reload(#[from] ReloadError),
    /// The offices or the manual users are not known.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Forms were not listed or settled.
    #[error(transparent)]
    Forms(#[from] FormsError),
    /// Offices were not listed.
    #[error(transparent)]
    Offices(#[from] OfficesError),
    /// What calendars have was not shown.
    #[error(transparent)]
    Agenda(#[from] AgendaError),
    /// The state cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code that handled the request gave up.
    #[error("the handler panicked")]
    Panicked,
}

impl From<RequestMistakes> for ApiError {
    fn from(mistakes: RequestMistakes) -> Self {
        Self::Invalid(mistakes)
    }
}

impl ApiError {
    fn draft(&self) -> ProblemDraft {
        match self {
            Self::NoSuchRoute => ProblemDraft::new(NO_SUCH_ROUTE, self.to_string()),
            Self::MethodNotAllowed(_) => ProblemDraft::new(METHOD_NOT_ALLOWED, self.to_string()),
            Self::WrongKey => ProblemDraft::new(WRONG_KEY, self.to_string()),
            Self::NotAllowed(needed) => {
                ProblemDraft { needed: Some(*needed), ..ProblemDraft::new(NOT_ALLOWED, self.to_string()) }
            }
            Self::TooLarge => ProblemDraft::new(TOO_LARGE, self.to_string()),
            Self::NotJson(_) => ProblemDraft::new(NOT_JSON, self.to_string()),
            Self::Invalid(mistakes) => ProblemDraft::invalid(mistakes),
            Self::Reserve(error) => error.into(),
            Self::Decide(error) => error.into(),
            Self::Reload(ReloadError::SheetUnavailable(error)) => error.into(),
            Self::Reload(ReloadError::Store(error)) | Self::Store(error) => error.into(),
            Self::Directory(error) | Self::Offices(OfficesError::Directory(error)) => error.into(),
            Self::Forms(error) => error.into(),
            Self::Offices(OfficesError::NoSuchPage) => ProblemDraft::no_such_page(),
            Self::Agenda(error) => error.into(),
            Self::Panicked => ProblemDraft::internal(),
        }
    }

    /// The error with all that caused it, for the log.
    fn cause(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            let more = error.to_string();
            if !text.ends_with(&more) {
                text = format!("{text}: {more}");
            }
            source = error.source();
        }
        text
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut draft = self.draft();
        draft.cause = draft.kind.status.is_server_error().then(|| self.cause());
        let mut response = draft.kind.status.into_response();
        if draft.kind.is_temporary() {
            let seconds = draft.retry_after.unwrap_or(COME_BACK).as_secs_f64().ceil().max(1.0);
            response.headers_mut().extend(header(RETRY_AFTER, &format!("{seconds:.0}")));
        }
        if let Self::MethodNotAllowed(methods) = &self {
            response.headers_mut().extend(header(ALLOW, methods));
        }
        response.extensions_mut().insert(draft);
        response
    }
}

fn header(name: axum::http::HeaderName, value: &str) -> Option<(axum::http::HeaderName, HeaderValue)> {
    HeaderValue::from_str(value).ok().map(|value| (name, value))
}
