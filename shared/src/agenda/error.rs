//! Why nobody can look at what calendars have.

use std::time::Duration;

use crate::directory::DirectoryError;
use crate::domain::reservation::InvalidRequest;
use crate::google::GoogleError;
use crate::store::StoreError;

/// Why nobody can look at what calendars have.
#[derive(Debug, thiserror::Error)]
pub enum AgendaError {
    /// These are no days that can be looked at.
    #[error(transparent)]
    Days(#[from] InvalidRequest),
    /// The place of a page is none in the answer to this question.
    #[error("the page is none of this listing")]
    NoSuchPage,
    /// The office has no such reservation, nor a day that a manual user entered.
    #[error("the office has no such reservation")]
    NoSuchReservation,
    /// This minute's part of the quota is used up.
    #[error("what lists may take of Google's quota in a minute is taken")]
    UsedUp {
        /// How long the minute lasts.
        retry_after: Duration,
    },
    /// No such office, or it cannot be known now.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The table cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Google refused or was not reachable.
    #[error(transparent)]
    Google(#[from] GoogleError),
}
