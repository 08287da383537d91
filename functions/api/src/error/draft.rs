//! A problem before its answer is written.

use std::time::Duration;

use moffman::domain::ended::HowEnded;
use moffman::domain::role::Role;

use super::kind::{INTERNAL, INVALID, ProblemKind, UNAVAILABLE};
use crate::mistake::{MistakePlace, RequestMistake, RequestMistakes};

/// A problem that waits for the id of its request; a failed handler leaves it with its response.
#[derive(Clone, Debug)]
pub(crate) struct ProblemDraft {
    /// The sort of problem.
    pub(crate) kind: ProblemKind,
    /// What is wrong with this request.
    pub(crate) detail: String,
    /// The offending parameter, or the path of the offending member of the body.
    pub(crate) field: Option<String>,
    /// Everything that is wrong with the content.
    pub(crate) mistakes: RequestMistakes,
    /// How the reservation was ended.
    pub(crate) ended: Option<HowEnded>,
    /// The role that it takes.
    pub(crate) needed: Option<Role>,
    /// What went wrong inside: for the log, never for the answer.
    pub(crate) cause: Option<String>,
    /// When the caller may come back, if another service has said when.
    pub(super) retry_after: Option<Duration>,
}

impl ProblemDraft {
    /// A problem of this sort.
    pub(super) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            field: None,
            mistakes: RequestMistakes::default(),
            ended: None,
            needed: None,
            cause: None,
            retry_after: None,
        }
    }

    /// The content is not valid. The first mistake is told as the only one used to be.
    pub(super) fn invalid(mistakes: &RequestMistakes) -> Self {
        let field = mistakes.listed.first().and_then(|first| first.place.field());
        Self { field, mistakes: mistakes.clone(), ..Self::new(INVALID, mistakes.to_string()) }
    }

    /// The same, of one parameter.
    pub(super) fn invalid_parameter(name: &str, what: &str) -> Self {
        Self::invalid(&RequestMistake::new(MistakePlace::parameter(name), what).into())
    }

    /// The same problem, of this member or parameter.
    pub(super) fn of(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }

    /// The same for every listing, whatever question the text is a place of.
    pub(super) fn no_such_page() -> Self {
        Self::invalid_parameter("page", "must be the `next` of an earlier answer to the same question")
    }

    /// A fault of ours.
    pub(super) fn internal() -> Self {
        Self::new(INTERNAL, "the request failed; the failure has been logged")
    }

    /// Nobody is to blame.
    pub(super) fn unavailable() -> Self {
        Self::new(UNAVAILABLE, "the request is safe to repeat")
    }
}
