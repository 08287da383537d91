//! How far a form has come, in the words that people are told.

use chrono::{DateTime, Utc};

use super::state::{Form, State};

/// How far a form has come, as a person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownState {
    /// The next sweep sends it: nothing was sent yet, or a person ordered it.
    Due,
    /// It is being sent.
    Sending,
    /// It was refused, or the form service was not reached; it is sent again later.
    Waiting,
    /// Nobody knows whether it was issued.
    InDoubt,
    /// It waits for a person.
    Held,
    /// It was issued.
    Issued,
    /// A person ended it.
    Discarded,
}

impl ShownState {
    /// The states of forms that are not settled.
    pub const OPEN: [Self; 5] = [Self::Due, Self::Sending, Self::Waiting, Self::InDoubt, Self::Held];

    /// How far a form has come by now; `None` for one that nobody has sent yet.
    pub fn of(form: Option<&Form>, now: DateTime<Utc>) -> Self {
        let Some(form) = form else { return Self::Due };
        match &form.state {
            State::Due => Self::Due,
            State::Sending(claim) if claim.runs(now) => Self::Sending,
            // Whoever was sending it never told.
            State::Sending(_) | State::InDoubt => Self::InDoubt,
            State::Waiting => Self::Waiting,
            State::Held => Self::Held,
            State::Issued { .. } => Self::Issued,
            State::Discarded { .. } => Self::Discarded,
        }
    }
}
