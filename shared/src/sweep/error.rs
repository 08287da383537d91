//! Why nothing was swept.

use super::report::SweepReport;
use crate::directory::DirectoryError;

/// Why nothing was swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The offices or the manual users are not known.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Every calendar failed; the report says how.
    #[error("no office could be swept")]
    NothingSwept(Box<SweepReport>),
}

impl SweepError {
    /// What is known all the same.
    pub(super) fn report(&self) -> Option<&SweepReport> {
        match self {
            Self::NothingSwept(report) => Some(report),
            Self::Directory(_) => None,
        }
    }
}
