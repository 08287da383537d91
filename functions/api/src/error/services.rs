//! What it means for a request that Google, the directory or the table fails.

use moffman::directory::DirectoryError;
use moffman::google::{GoogleError, SheetError};
use moffman::store::StoreError;

use super::draft::ProblemDraft;
use super::kind::{DIRECTORY_UNAVAILABLE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, UNKNOWN_OFFICE};

impl From<&DirectoryError> for ProblemDraft {
    fn from(error: &DirectoryError) -> Self {
        match error {
            DirectoryError::UnknownOffice => Self::new(UNKNOWN_OFFICE, "`office_id` names no office").of("office_id"),
            DirectoryError::Unavailable { retry_after } => Self {
                retry_after: *retry_after,
                ..Self::new(DIRECTORY_UNAVAILABLE, "the list of offices cannot be read; nothing has been changed")
            },
            DirectoryError::Store(error) => error.into(),
        }
    }
}

impl From<&GoogleError> for ProblemDraft {
    fn from(error: &GoogleError) -> Self {
        match error {
            // Google is not to blame when our own time was over, or when others kept writing.
            GoogleError::OutOfTime
            | GoogleError::Changed
            | GoogleError::AlreadyExists
            | GoogleError::SyncTokenExpired => Self::unavailable(),
            error if error.is_temporary() => Self {
                retry_after: error.retry_after(),
                ..Self::new(GOOGLE_UNAVAILABLE, "the request is safe to repeat")
            },
            _ => Self::new(GOOGLE_REFUSED, "Google did not do what this request needs; repeating it does not help"),
        }
    }
}

impl From<&SheetError> for ProblemDraft {
    /// Google's words about the key, the project, the spreadsheet or the range go to whoever configured them; they name
    /// nobody.
    fn from(error: &SheetError) -> Self {
        if matches!(error.error, GoogleError::TokenRefused(_) | GoogleError::ApiOff { .. }) {
            return Self::new(GOOGLE_REFUSED, error.error.to_string());
        }
        let draft = Self::from(&error.error);
        match &error.words {
            Some(words) => Self { detail: format!("{}; Google says: {words}", draft.detail), ..draft },
            None => draft,
        }
    }
}

impl From<&StoreError> for ProblemDraft {
    fn from(error: &StoreError) -> Self {
        match error {
            // Others kept writing, so a later attempt may succeed.
            StoreError::ConditionFailed => Self::unavailable(),
            error if error.is_temporary() => Self::unavailable(),
            // A missing table or permission, or an item that is not ours, has to be repaired by somebody.
            _ => Self::internal(),
        }
    }
}
