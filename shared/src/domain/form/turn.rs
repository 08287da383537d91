//! What a worker does next with a form that an event asks for.

use chrono::{DateTime, Utc};

use super::state::{Form, MOST_MAILS, Outcome, State};

/// How an event asks for a form, and by which policy.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// Since when the event asks for these days.
    pub since: DateTime<Utc>,
    /// Whether a person is asked at once when nobody knows whether a form was issued.
    pub hold: bool,
}

/// What a worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Announce it, then send it.
    Send {
        /// Whether somebody who was sending it never told what became of it.
        is_interrupted: bool,
    },
    /// Leave it to a person: nobody knows whether it was issued, and it must not be sent again.
    Leave {
        /// Whether somebody who was sending it never told what became of it.
        is_interrupted: bool,
    },
    /// Approve the event: the form was issued, or a person ended it.
    Approve {
        /// When it was issued or ended.
        at: DateTime<Utc>,
    },
    /// Look again when whoever sends it is through.
    LookAgain,
    /// Nothing, for now.
    Rest(Rest),
}

/// What a form waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It waits until this instant.
    Until(DateTime<Utc>),
    /// It waits for a person.
    Person,
}

/// What a worker does next with a form for the event that is `asking`; the form is `None` before anybody sends it.
pub fn turn(form: Option<&Form>, asking: Asking, now: DateTime<Utc>) -> Turn {
    let Some(form) = form else {
        return Turn::Send { is_interrupted: false };
    };
    let is_enough = asking.hold || form.mails >= MOST_MAILS || form.is_ordered;
    let unless_early = |then| match form.failures {
        Some(failures) if failures.is_early(now) => Turn::Rest(Rest::Until(failures.next_try_at)),
        _ => then,
    };
    if let State::Discarded { outcome: Outcome::NotWanted, at } = form.state
        && asking.since > at
    {
        return Turn::Send { is_interrupted: false };
    }
    match &form.state {
        State::Due => Turn::Send { is_interrupted: false },
        State::Sending(claim) if claim.runs(now) => Turn::LookAgain,
        State::Sending(_) if is_enough => Turn::Leave { is_interrupted: true },
        State::Sending(_) => Turn::Send { is_interrupted: true },
        State::InDoubt if asking.hold || form.mails >= MOST_MAILS => Turn::Leave { is_interrupted: false },
        // It was in doubt before it was refused, and the policy is another one by now.
        State::Waiting if asking.hold && form.is_doubtful() => Turn::Leave { is_interrupted: false },
        State::Waiting | State::InDoubt => unless_early(Turn::Send { is_interrupted: false }),
        State::Held => Turn::Rest(Rest::Person),
        State::Issued { at } | State::Discarded { at, .. } => Turn::Approve { at: *at },
    }
}

/// What a worker does next with a copy that a person ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyTurn {
    /// Announce it, then send it.
    Send,
    /// Give it up: nobody knows whether it went out, or it was refused too often.
    GiveUp,
    /// Delete its record: there is no copy to send any more.
    Close,
    /// Nothing, for now.
    Rest,
}

/// What a worker does next with the copy of a form.
pub fn copy_turn(form: Option<&Form>, now: DateTime<Utc>) -> CopyTurn {
    let Some(copy) = form.and_then(|form| form.copy.as_ref()) else {
        return CopyTurn::Close;
    };
    match &copy.claim {
        Some(other) if other.runs(now) => CopyTurn::Rest,
        Some(_) => CopyTurn::GiveUp,
        None if copy.failures.is_some_and(|failures| failures.gives_up(now)) => CopyTurn::GiveUp,
        None if copy.failures.is_some_and(|failures| failures.is_early(now)) => CopyTurn::Rest,
        None => CopyTurn::Send,
    }
}
