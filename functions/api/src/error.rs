//! Everything that can go wrong with a request, and its status code, which no other file chooses.
//!
//! Answers with a 5xx status tell nothing about our inside; their causes go to the log.

use std::error::Error;
use std::time::Duration;

use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use moffman::directory::DirectoryError;
use moffman::domain::reservation::InvalidRequest;
use moffman::forms::FormsError;
use moffman::google::{GoogleError, SheetError};
use moffman::offices::OfficesError;
use moffman::reload::ReloadError;
use moffman::reserve::ReserveError;
use moffman::store::StoreError;

/// When the caller may come back, unless another service has said when.
const COME_BACK: Duration = Duration::from_secs(5);
/// How much of a name that a caller sent is repeated in an answer, in characters.
const LONGEST_ECHO: usize = 100;

/// A sort of problem, with its stable name, its title and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProblemKind {
    /// The last part of the `type` URI.
    pub(crate) slug: &'static str,
    /// A title without details.
    pub(crate) title: &'static str,
    /// The HTTP status.
    pub(crate) status: StatusCode,
}

macro_rules! kinds {
    ($($name:ident $status:ident $slug:literal $title:literal;)*) => {
        $(pub(crate) const $name: ProblemKind = ProblemKind { slug: $slug, title: $title, status: StatusCode::$status };)*
    };
}

kinds! {
    NOT_JSON BAD_REQUEST "not-json" "The body is not JSON";
    WRONG_KEY FORBIDDEN "wrong-api-key" "The API key is missing or wrong";
    NO_SUCH_ROUTE NOT_FOUND "no-such-route" "No such route";
    NO_SUCH_FORM NOT_FOUND "no-such-form" "No such form";
    METHOD_NOT_ALLOWED METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed";
    CONFLICT CONFLICT "reservation-conflict" "The event belongs to another reservation";
    UNUSABLE CONFLICT "reservation-id-unusable" "The deleted event cannot be brought back";
    FORM_IN_PROGRESS CONFLICT "form-in-progress" "A sweep is sending the form";
    FORM_ISSUED CONFLICT "form-issued" "The form was issued";
    FORM_DISCARDED CONFLICT "form-discarded" "The form was discarded";
    NOT_REGISTERED CONFLICT "not-registered" "The person is no registered manual user";
    NO_EVENT CONFLICT "no-event" "No event asks for the form";
    TOO_LARGE PAYLOAD_TOO_LARGE "body-too-large" "The body is too large";
    INVALID UNPROCESSABLE_ENTITY "invalid-content" "The content is not valid";
    UNKNOWN_OFFICE UNPROCESSABLE_ENTITY "unknown-office" "Unknown office";
    TOO_MANY_REQUESTS TOO_MANY_REQUESTS "too-many-requests" "Too many requests";
    INTERNAL INTERNAL_SERVER_ERROR "internal-error" "Internal error";
    GOOGLE_REFUSED BAD_GATEWAY "google-refused" "Google refused";
    GOOGLE_UNAVAILABLE SERVICE_UNAVAILABLE "google-unavailable" "Google is busy or cannot be reached";
    DIRECTORY_UNAVAILABLE SERVICE_UNAVAILABLE "offices-unavailable" "The offices cannot be known now";
    UNAVAILABLE SERVICE_UNAVAILABLE "temporarily-unavailable" "Temporarily unavailable";
}

/// What may go wrong on every route behind the key.
pub(crate) const OF_ALL: [ProblemKind; 3] = [WRONG_KEY, TOO_MANY_REQUESTS, INTERNAL];
/// What may be wrong with a body.
pub(crate) const OF_BODY: [ProblemKind; 3] = [NOT_JSON, TOO_LARGE, INVALID];

impl ProblemKind {
    /// The `type` of the problem.
    pub(crate) fn uri(self) -> String {
        format!("urn:moffman:problem:{}", self.slug)
    }

    /// Whether the same request may succeed a little later, so that the answer says when.
    pub(crate) fn is_temporary(self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }
}

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
    /// The body is longer than accepted.
    #[error("at most 1 MiB is accepted")]
    TooLarge,
    /// The body is not JSON.
    #[error("{0}")]
    NotJson(String),
    /// The body is JSON, but not what is expected.
    #[error("{}{what}", field.as_ref().map(|field| format!("`{field}` ")).unwrap_or_default())]
    Invalid {
        /// The path of the offending member.
        field: Option<String>,
        /// What is wrong with it and what is allowed.
        what: String,
    },
    /// A reservation was not placed.
    #[error(transparent)]
    Reserve(#[from] ReserveError),
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
    /// The code that handled the request gave up.
    #[error("the handler panicked")]
    Panicked,
}

impl From<InvalidRequest> for ApiError {
    fn from(invalid: InvalidRequest) -> Self {
        Self::invalid(invalid.field, invalid.what)
    }
}

/// A problem that waits for the id of its request; a failed handler leaves it with its response.
#[derive(Clone, Debug)]
pub(crate) struct ProblemDraft {
    /// The sort of problem.
    pub(crate) kind: ProblemKind,
    /// What is wrong with this request.
    pub(crate) detail: String,
    /// The path of the offending member of the body.
    pub(crate) field: Option<String>,
    /// What went wrong inside: for the log, never for the answer.
    pub(crate) cause: Option<String>,
    retry_after: Option<Duration>,
}

impl ProblemDraft {
    fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), field: None, cause: None, retry_after: None }
    }
}

impl ApiError {
    /// What is wrong with a member of the body, or with a parameter.
    pub(crate) fn invalid(field: &str, what: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field.chars().take(LONGEST_ECHO).collect()), what: what.into() }
    }

    fn draft(&self) -> ProblemDraft {
        match self {
            Self::NoSuchRoute => ProblemDraft::new(NO_SUCH_ROUTE, self.to_string()),
            Self::MethodNotAllowed(_) => ProblemDraft::new(METHOD_NOT_ALLOWED, self.to_string()),
            Self::WrongKey => ProblemDraft::new(WRONG_KEY, self.to_string()),
            Self::TooLarge => ProblemDraft::new(TOO_LARGE, self.to_string()),
            Self::NotJson(_) => ProblemDraft::new(NOT_JSON, self.to_string()),
            Self::Invalid { field, .. } => {
                ProblemDraft { field: field.clone(), ..ProblemDraft::new(INVALID, self.to_string()) }
            }
            Self::Reserve(error) => reserve(error),
            Self::Reload(ReloadError::SheetUnavailable(error)) => sheet(error),
            Self::Reload(ReloadError::Store(error)) => store(error),
            Self::Directory(error) | Self::Offices(OfficesError::Directory(error)) => directory(error),
            Self::Forms(error) => forms(error),
            Self::Offices(OfficesError::NoSuchPage) => no_such_page(),
            Self::Panicked => internal(),
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

fn reserve(error: &ReserveError) -> ProblemDraft {
    match error {
        ReserveError::Directory(error) => directory(error),
        ReserveError::Conflict => ProblemDraft::new(
            CONFLICT,
            "another reservation, whose name and times join to the same text, already has this reservation's event",
        ),
        ReserveError::Unusable => ProblemDraft::new(
            UNUSABLE,
            "the event was deleted and Google does not bring it back; send another `request_dt` for a new event",
        ),
        ReserveError::Contended => unavailable(),
        ReserveError::Google(error) => google(error),
    }
}

fn forms(error: &FormsError) -> ProblemDraft {
    match error {
        FormsError::Directory(error) => directory(error),
        FormsError::Store(error) => store(error),
        FormsError::NoSuchPage => no_such_page(),
        FormsError::NoSuchForm => {
            ProblemDraft::new(NO_SUCH_FORM, "no form has this id; list the forms for the ids that there are")
        }
        FormsError::InProgress => ProblemDraft::new(
            FORM_IN_PROGRESS,
            "a sweep is sending the form or a copy of it; nothing has been changed; try again in a few minutes",
        ),
        FormsError::Issued => ProblemDraft::new(
            FORM_ISSUED,
            "the form was issued before; nothing has been changed; `resend` with `again` sends a copy",
        ),
        FormsError::Discarded => ProblemDraft::new(
            FORM_DISCARDED,
            "the form was discarded before; nothing has been changed; `resend` with `again` sends a copy",
        ),
        FormsError::NotRegistered => ProblemDraft::new(
            NOT_REGISTERED,
            "the form's person is no manual user any more; nothing has been changed; list the person again, or `discard` it",
        ),
        FormsError::NoEvent => ProblemDraft::new(
            NO_EVENT,
            "no event in an office's calendar asks for the form any more; nothing has been changed; enter the days again, \
             or `discard` the form",
        ),
        FormsError::Contended => unavailable(),
    }
}

/// The same for every listing, whatever question the text is a place of.
fn no_such_page() -> ProblemDraft {
    let page = "`page` must be the `next` of an earlier answer to the same question";
    ProblemDraft { field: Some("page".to_owned()), ..ProblemDraft::new(INVALID, page) }
}

fn directory(error: &DirectoryError) -> ProblemDraft {
    match error {
        DirectoryError::UnknownOffice => ProblemDraft {
            field: Some("office_id".to_owned()),
            ..ProblemDraft::new(UNKNOWN_OFFICE, "`office_id` names no office")
        },
        DirectoryError::Unavailable { retry_after } => ProblemDraft {
            retry_after: *retry_after,
            ..ProblemDraft::new(DIRECTORY_UNAVAILABLE, "the list of offices cannot be read; nothing has been changed")
        },
        DirectoryError::Store(error) => store(error),
    }
}

fn google(error: &GoogleError) -> ProblemDraft {
    match error {
        // Google is not to blame when our own time was over, or when others kept writing.
        GoogleError::OutOfTime | GoogleError::Changed | GoogleError::AlreadyExists | GoogleError::SyncTokenExpired => {
            unavailable()
        }
        error if error.is_temporary() => ProblemDraft {
            retry_after: error.retry_after(),
            ..ProblemDraft::new(GOOGLE_UNAVAILABLE, "the request is safe to repeat")
        },
        _ => ProblemDraft::new(GOOGLE_REFUSED, "Google did not do what this request needs; repeating it does not help"),
    }
}

/// Google's words about the key, the project, the spreadsheet or the range go to whoever configured them; they name
/// nobody.
fn sheet(error: &SheetError) -> ProblemDraft {
    if matches!(error.error, GoogleError::TokenRefused(_) | GoogleError::ApiOff { .. }) {
        return ProblemDraft::new(GOOGLE_REFUSED, error.error.to_string());
    }
    let draft = google(&error.error);
    match &error.words {
        Some(words) => ProblemDraft { detail: format!("{}; Google says: {words}", draft.detail), ..draft },
        None => draft,
    }
}

fn store(error: &StoreError) -> ProblemDraft {
    match error {
        // Others kept writing, so a later attempt may succeed.
        StoreError::ConditionFailed => unavailable(),
        error if error.is_temporary() => unavailable(),
        // A missing table or permission, or an item that is not ours, has to be repaired by somebody.
        _ => internal(),
    }
}

fn internal() -> ProblemDraft {
    ProblemDraft::new(INTERNAL, "the request failed; the failure has been logged")
}

fn unavailable() -> ProblemDraft {
    ProblemDraft::new(UNAVAILABLE, "the request is safe to repeat")
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
