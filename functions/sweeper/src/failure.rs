//! What the Lambda service is told about a failed invocation, without names and addresses.

use std::error::Error;
use std::fmt;

use lambda_runtime::Diagnostic;
use moffman::directory::DirectoryError;
use moffman::orphans::OrphansError;
use moffman::reload::ReloadError;
use moffman::schedules::AlignError;
use moffman::store::StoreError;
use moffman::sweep::SweepError;

use crate::task::TaskError;

/// Why an invocation failed.
#[derive(thiserror::Error)]
pub enum Failure {
    /// The event is no task: correct whoever sends it.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// Nothing was swept; the next sweep tries again.
    #[error("no office could be swept, {0} failed")]
    NothingSwept(usize),
    /// There is no such office, or the offices cannot be known now; the next invocation tries again.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The spreadsheet was not reloaded; what was loaded before stays in use.
    #[error(transparent)]
    Reload(#[from] ReloadError),
    /// The schedules are not aligned; the next invocation tries again.
    #[error(transparent)]
    Schedules(AlignError),
    /// The table cannot be read, so nobody knows what is open in calendars without an office.
    #[error(transparent)]
    Store(StoreError),
    /// The report is no JSON.
    #[error("the report cannot be written")]
    Report(#[from] serde_json::Error),
    /// The code that carried out the task gave up; the next invocation starts afresh.
    #[error("the work panicked; the log says where")]
    Panicked,
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Directory(error) => Self::Directory(error),
            SweepError::NothingSwept(report) => Self::NothingSwept(report.offices_failed),
        }
    }
}

impl From<OrphansError> for Failure {
    fn from(error: OrphansError) -> Self {
        match error {
            OrphansError::Directory(error) => Self::Directory(error),
            OrphansError::Store(error) => Self::Store(error),
        }
    }
}

impl From<AlignError> for Failure {
    fn from(error: AlignError) -> Self {
        match error {
            AlignError::Directory(error) => Self::Directory(error),
            error => Self::Schedules(error),
        }
    }
}

impl Failure {
    fn name(&self) -> &'static str {
        match self {
            Self::Task(_) => "InvalidTask",
            Self::NothingSwept(_) => "NothingSwept",
            Self::Directory(DirectoryError::UnknownOffice) => "UnknownOffice",
            Self::Directory(_) => "DirectoryUnavailable",
            Self::Reload(_) => "NotReloaded",
            Self::Schedules(_) => "NotAligned",
            Self::Store(_) => "StateUnavailable",
            Self::Report(_) => "ReportUnwritable",
            Self::Panicked => "Panicked",
        }
    }
}

/// Writes the failure with all its causes, because the runtime logs it in this form.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.name())?;
        let mut source = self.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror>
impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.name().to_owned(), error_message: failure.to_string() }
    }
}
