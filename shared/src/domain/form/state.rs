//! A form and its state, and what can be told from them alone. What happens to a form is in `after.rs` and `copies.rs`.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use derive_more::Display;
use serde::{Deserialize, Serialize};

use super::claim::{Claim, ClaimId};
use super::failures::Failures;
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::event_id::EventId;

/// How often a form may be mailed before a person is asked.
pub(super) const MOST_MAILS: u32 = 3;
/// How many events a form names of those that asked for it.
pub const MOST_EVENTS: usize = 50;
/// For how long it is remembered that a form was issued or discarded.
const MEMORY: Duration = Duration::days(400);

/// What is known of a form that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// How far it has come.
    #[serde(flatten)]
    pub state: State,
    /// How many mails may have gone out, without [`Form::copies`]. A mail is counted before it is sent.
    pub mails: u32,
    /// Whether a person ordered that it is sent, which allows one mail.
    #[serde(rename = "ordered", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_ordered: bool,
    /// Attempts that failed since it was last settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<Failures>,
    /// The copy that a person ordered, while it is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<OrderedCopy>,
    /// How many copies may have gone out.
    #[serde(default)]
    pub copies: u32,
    /// The last change of the event that asked first: the form is dated by it.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub dated: DateTime<Utc>,
    /// The events that asked for it, the latest at the end.
    #[serde(default)]
    pub events: Vec<AskingEvent>,
}

/// How far a form has come. A form that nobody has sent yet has no state, and the table no item for it.
#[derive(Clone, Debug, Display, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The next sweep sends it: a person ordered that, or whoever was about to send it did not.
    #[display("due")]
    Due,
    /// Somebody sends it.
    #[display("sending")]
    Sending(#[serde(with = "ClaimOfForm")] Claim),
    /// It was refused, or the form service was not reached; it is sent again later.
    #[display("waiting")]
    Waiting,
    /// Nobody knows whether it was issued; it is sent again later.
    #[display("in_doubt")]
    InDoubt,
    /// A person has to decide.
    #[display("held")]
    Held,
    /// It was issued.
    #[display("issued")]
    Issued {
        /// When it was issued.
        #[serde(rename = "issued_at", with = "chrono::serde::ts_milliseconds")]
        at: DateTime<Utc>,
    },
    /// A person ended it.
    #[display("discarded")]
    Discarded {
        /// Why the person ended it.
        outcome: Outcome,
        /// When the person ended it.
        #[serde(rename = "discarded_at", with = "chrono::serde::ts_milliseconds")]
        at: DateTime<Utc>,
    },
}

/// A claim as it is written among the other attributes of its form.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Claim")]
struct ClaimOfForm {
    #[serde(rename = "claim")]
    id: ClaimId,
    #[serde(rename = "lease_until", with = "chrono::serde::ts_milliseconds")]
    until: DateTime<Utc>,
}

/// Why a person ended a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It arrived: it counts as issued.
    Arrived,
    /// Nobody wants it: the events that have asked for it so far are approved without it.
    NotWanted,
}

/// A copy of a form that is issued or discarded, which a person ordered. It goes out once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedCopy {
    /// Who sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// Attempts that were refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<Failures>,
}

/// An event that asked for a form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AskingEvent {
    /// Its calendar.
    pub calendar: CalendarId,
    /// Its id there.
    pub event: EventId,
}

impl Form {
    /// A form that nobody asked for before.
    pub(super) fn new(state: State, dated: DateTime<Utc>) -> Self {
        let (failures, copy) = (None, None);
        Self { state, mails: 0, is_ordered: false, failures, copy, copies: 0, dated, events: Vec::new() }
    }

    /// When it is forgotten; a form that is neither issued nor discarded never is.
    pub fn ends_at(&self, days: DateRange) -> Option<DateTime<Utc>> {
        match self.state {
            State::Issued { at } | State::Discarded { at, .. } => Some(forgotten_at(at, days)),
            _ => None,
        }
    }

    /// Whether a person has to decide.
    pub fn is_held(&self) -> bool {
        self.state == State::Held
    }

    /// Whether nobody knows if a mail has gone out, and no person has decided about it.
    pub fn is_doubtful(&self) -> bool {
        match self.state {
            State::Sending(_) | State::InDoubt | State::Held => true,
            State::Due | State::Waiting => self.mails > 0 && !self.is_ordered,
            State::Issued { .. } | State::Discarded { .. } => false,
        }
    }

    /// Whether it was issued, or a person ended it.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, State::Issued { .. } | State::Discarded { .. })
    }

    /// Names an event that asks for it. When there are too many, the oldest name is dropped.
    pub(super) fn asked_by(mut self, event: &AskingEvent) -> Self {
        if !self.events.contains(event) {
            self.events.push(event.clone());
            let surplus = self.events.len().saturating_sub(MOST_EVENTS);
            self.events.drain(..surplus);
        }
        self
    }
}

/// When it is forgotten what happened at `at` for these days: 400 days after that or after the last day.
pub fn forgotten_at(at: DateTime<Utc>, days: DateRange) -> DateTime<Utc> {
    let last_day = days.end().pred_opt().unwrap_or(days.end()).and_time(NaiveTime::MIN).and_utc();
    at.max(last_day) + MEMORY
}
