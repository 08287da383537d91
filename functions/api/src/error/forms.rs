//! What it means for a request that forms are not listed or settled.

use moffman::forms::FormsError;

use super::draft::ProblemDraft;
use super::kind::{FORM_DISCARDED, FORM_IN_PROGRESS, FORM_ISSUED, NO_EVENT, NO_SUCH_FORM, NOT_REGISTERED};

impl From<&FormsError> for ProblemDraft {
    fn from(error: &FormsError) -> Self {
        let (kind, detail) = match error {
            FormsError::Directory(error) => return error.into(),
            FormsError::Store(error) => return error.into(),
            FormsError::NoSuchPage => return Self::no_such_page(),
            FormsError::Contended => return Self::unavailable(),
            FormsError::NoSuchForm => (NO_SUCH_FORM, "no form has this id; list the forms for the ids that there are"),
            FormsError::InProgress => (
                FORM_IN_PROGRESS,
                "a sweep is sending the form or a copy of it; nothing has been changed; try again in a few minutes",
            ),
            FormsError::Issued => (
                FORM_ISSUED,
                "the form was issued before; nothing has been changed; `resend` with `again` sends a copy",
            ),
            FormsError::Discarded => (
                FORM_DISCARDED,
                "the form was discarded before; nothing has been changed; `resend` with `again` sends a copy",
            ),
            FormsError::NotRegistered => (
                NOT_REGISTERED,
                "the form's person is no manual user any more; nothing has been changed; list the person again, or \
                 `discard` it",
            ),
            FormsError::NoEvent => (
                NO_EVENT,
                "no event in an office's calendar asks for the form any more; nothing has been changed; enter the days \
                 again, or `discard` the form",
            ),
        };
        Self::new(kind, detail)
    }
}
