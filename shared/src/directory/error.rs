//! Why the directory has no answer.

use std::time::Duration;

use crate::store::StoreError;

/// Why the directory has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// No office has this name.
    #[error("there is no such office")]
    UnknownOffice,
    /// The spreadsheet has never been read and cannot be read now, so that nobody can tell whether the office exists.
    #[error("the spreadsheet has never been read and cannot be read now")]
    Unavailable {
        /// When to try again, if Google said so.
        retry_after: Option<Duration>,
    },
    /// The snapshot cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
