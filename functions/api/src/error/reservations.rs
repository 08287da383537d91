//! What it means for a request that a reservation is not placed or shown.

use moffman::agenda::AgendaError;
use moffman::reserve::ReserveError;

use super::draft::ProblemDraft;
use super::kind::{CONFLICT, INVALID, LOOKS_USED_UP, NO_SUCH_RESERVATION, UNUSABLE};

impl From<&ReserveError> for ProblemDraft {
    fn from(error: &ReserveError) -> Self {
        match error {
            ReserveError::Directory(error) => error.into(),
            ReserveError::Conflict => Self::new(
                CONFLICT,
                "another reservation, whose name and times join to the same text, already has this reservation's event",
            ),
            ReserveError::Unusable => Self::new(
                UNUSABLE,
                "the event was deleted and Google does not bring it back; send another `request_dt` for a new event",
            ),
            ReserveError::Contended => Self::unavailable(),
            ReserveError::Google(error) => error.into(),
        }
    }
}

impl From<&AgendaError> for ProblemDraft {
    fn from(error: &AgendaError) -> Self {
        match error {
            AgendaError::Days(invalid) => Self::new(INVALID, invalid.to_string()).of(invalid.field),
            AgendaError::NoSuchPage => Self::no_such_page(),
            AgendaError::NoSuchReservation => Self::new(
                NO_SUCH_RESERVATION,
                "the office's calendar has no reservation with this id, nor a day that a manual user entered",
            ),
            AgendaError::UsedUp { retry_after } => Self {
                retry_after: Some(*retry_after),
                ..Self::new(LOOKS_USED_UP, "lists and attendance may call Google 60 times a minute")
            },
            AgendaError::Directory(error) => error.into(),
            AgendaError::Store(error) => error.into(),
            AgendaError::Google(error) => error.into(),
        }
    }
}
