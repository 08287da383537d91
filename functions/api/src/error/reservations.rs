//! What it means for a request that a reservation is not placed, decided or shown.

use moffman::agenda::AgendaError;
use moffman::decide::DecideError;
use moffman::domain::decision::Objection;
use moffman::domain::ended::HowEnded;
use moffman::reserve::ReserveError;

use super::draft::ProblemDraft;
use super::kind::{
    ALREADY_APPROVED, CONFLICT, DECISION_IN_PROGRESS, GOOGLE_REFUSED, LOOKS_USED_UP, NO_SUCH_RESERVATION,
    NOT_A_RESERVATION, RESERVATION_CHANGED, RESERVATION_ENDED, RESERVATION_IS_A_SERIES, UNUSABLE,
};

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
            ReserveError::Ended(how) => Self::ended(*how, "; say `\"reopen\": true` to have it back"),
            ReserveError::Contended => Self::unavailable(),
            ReserveError::Store(error) => error.into(),
            ReserveError::Google(error) => error.into(),
        }
    }
}

impl From<&DecideError> for ProblemDraft {
    fn from(error: &DecideError) -> Self {
        match error {
            DecideError::Directory(error) => error.into(),
            DecideError::Refused(objection) => (*objection).into(),
            DecideError::InProgress => Self::new(
                DECISION_IN_PROGRESS,
                "somebody else is rejecting or cancelling the reservation; nothing has been changed; try again in a minute",
            ),
            DecideError::Contended => Self::unavailable(),
            DecideError::Store(error) => error.into(),
            DecideError::Google(error) => error.into(),
        }
    }
}

impl From<Objection> for ProblemDraft {
    fn from(objection: Objection) -> Self {
        match objection {
            Objection::NoSuchReservation => Self::new(
                NO_SUCH_RESERVATION,
                "the office's calendar has no reservation with this id, nor was one rejected or cancelled in the last 400 \
                 days",
            ),
            Objection::NotAReservation => Self::new(
                NOT_A_RESERVATION,
                "a manual user entered these days by hand; they are approved by a sweep, and deleted in the calendar",
            ),
            Objection::Series => Self::new(
                RESERVATION_IS_A_SERIES,
                "somebody made the reservation a series in the calendar, so it has to be changed there",
            ),
            Objection::WithoutDays => Self::new(
                GOOGLE_REFUSED,
                "nobody can tell on which days the reservation is; it has to be repaired in the calendar",
            ),
            Objection::AlreadyApproved => Self::new(
                ALREADY_APPROVED,
                "the reservation was approved before; nothing has been changed; it can only be cancelled",
            ),
            Objection::Ended(how) => Self::ended(how, "; nothing has been changed"),
            Objection::Changed => Self::new(
                RESERVATION_CHANGED,
                "the reservation is another version by now, which has not been changed; look at it again",
            ),
        }
    }
}

impl ProblemDraft {
    fn ended(how: HowEnded, more: &str) -> Self {
        Self { ended: Some(how), ..Self::new(RESERVATION_ENDED, format!("the reservation was {how} before{more}")) }
    }
}

impl From<&AgendaError> for ProblemDraft {
    fn from(error: &AgendaError) -> Self {
        match error {
            AgendaError::Days(invalid) => Self::invalid_parameter(invalid.field, invalid.what),
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
