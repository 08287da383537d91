//! What a sweep does next about one open event: decided here and nowhere else, for the work and for the dry run alike.

use chrono::{DateTime, Utc};

use crate::domain::date_range::DateRange;
use crate::domain::event::Event;
use crate::domain::form::{Asking, Form, Rest, Turn, turn};
use crate::domain::sweep_plan::{LeaveReason, Rules, Verdict, judge};
use crate::store::open_record::OpenRecord;

/// What is known about an open event.
pub(super) struct Case<'a> {
    pub(super) record: &'a OpenRecord,
    /// The version that this sweep saw.
    pub(super) seen: Option<&'a Event>,
    /// What the table says of its form.
    pub(super) form: Known<&'a Form>,
    /// Whether the event is to be read even if there is nothing to send and nothing to approve.
    pub(super) must_look: bool,
}

/// What is known about an item of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known<T> {
    /// It was not read, and most likely there is none.
    Unread,
    /// It was read, or met by a write.
    Read(Option<T>),
}

/// What the decisions of a sweep depend on besides the event.
#[derive(Clone, Copy)]
pub(super) struct Policy<'a> {
    pub(super) rules: Rules<'a>,
    /// Whether forms are issued at all.
    pub(super) forms: bool,
    /// Whether a person is asked at once when nobody knows whether a form was issued.
    pub(super) hold: bool,
    pub(super) now: DateTime<Utc>,
}

/// What a sweep does next about an open event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Read the event.
    Look,
    /// Read the form.
    ReadForm,
    /// Write down the version that was seen, which asks for these days.
    Update(DateRange),
    /// Close the record.
    Close(LeaveReason),
    /// Mark the record: its event is gone, and its form is not settled.
    KeepInSight,
    /// Approve the event: forms are off.
    Approve,
    /// Do this with its form.
    Form(Turn),
}

impl<T> Known<T> {
    /// The item, as far as it is known.
    pub(super) fn get(&self) -> Option<&T> {
        match self {
            Self::Unread => None,
            Self::Read(item) => item.as_ref(),
        }
    }
}

/// Decides about one open event.
pub(super) fn decide(case: &Case<'_>, policy: &Policy<'_>) -> Decision {
    let Case { record, seen, form, must_look } = case;
    let form_turn = || {
        let asking = Asking { since: record.asking_since, hold: policy.hold };
        turn(form.get().copied(), asking, policy.now)
    };
    if !policy.rules.users.contains_key(&record.person) {
        return Decision::Close(LeaveReason::NotAManualUser);
    }
    let Some(seen) = seen else {
        return match form_turn() {
            _ if record.is_gone => gone(record, *form),
            // Nothing to send and nothing to approve: the event need not be read.
            rest @ (Turn::Rest(_) | Turn::LookAgain) if policy.forms && !must_look => Decision::Form(rest),
            _ => Decision::Look,
        };
    };
    match judge(seen, &policy.rules, true) {
        Verdict::Leave(LeaveReason::Deleted) => gone(record, *form),
        Verdict::Leave(left) => Decision::Close(left),
        Verdict::Work(_, days) if seen.etag != record.event.etag || record.days != days || record.is_gone => {
            Decision::Update(days)
        }
        Verdict::Work(..) if policy.forms => Decision::Form(form_turn()),
        Verdict::Work(..) => Decision::Approve,
    }
}

/// A record stays in sight while nobody knows what became of its form, also when its event is gone.
fn gone(record: &OpenRecord, form: Known<&Form>) -> Decision {
    let Known::Read(form) = form else {
        return Decision::ReadForm;
    };
    match form.is_some_and(Form::is_doubtful) {
        true if record.is_gone => Decision::Form(Turn::Rest(Rest::Person)),
        true => Decision::KeepInSight,
        false => Decision::Close(LeaveReason::Deleted),
    }
}
