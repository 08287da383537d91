//! An approval form: for a person and days, in one explicit state.
//!
//! A form knows neither event nor office, so it stays what it is when an event is copied, moved, split or entered again.
//! [`Form::after`] says what a form becomes, [`turn()`] what a worker does next; nothing else decides either.

mod after;
mod copies;
mod id;
mod turn;

use std::fmt;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar_id::CalendarId;
use super::date_range::DateRange;
use super::email::PersonKey;

pub use after::{After, Happening, Stays};
pub use copies::CopyHappening;
pub use id::FormId;
pub use turn::{Asking, CopyTurn, Rest, Turn, copy_turn, turn};

/// How often a form may be mailed before a person is asked.
pub const MOST_MAILS: u32 = 3;
/// How many of the events that asked for a form it names.
pub const MOST_EVENTS: usize = 50;
/// For how long it is remembered that a form was issued or discarded.
pub const MEMORY: Duration = Duration::days(400);
/// A form is held after this many tries …
const MOST_TRIES: u32 = 10;
/// … and this long.
const LONGEST_TRYING: Duration = Duration::days(3);
/// The wait after the first failure; doubled after each further one …
const FIRST_BACKOFF: Duration = Duration::minutes(1);
/// … up to this.
const LONGEST_BACKOFF: Duration = Duration::hours(6);
/// No claim lasts longer, however long the form's timeout is.
const LONGEST_CLAIM: Duration = Duration::minutes(61);

/// Which form: nothing else tells two of them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FormKey {
    /// For whom.
    pub person: PersonKey,
    /// For which days.
    pub days: DateRange,
}

/// What is known of a form that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// How far it has come.
    pub state: State,
    /// How many mails may have gone out, those of [`Form::copies`] apart. Counted before each.
    pub mails: u32,
    /// Whether a person had it sent: that is good for one mail.
    pub is_ordered: bool,
    /// Attempts that failed since it was last settled.
    pub failures: Option<Failures>,
    /// The copy that a person ordered beside it.
    pub copy: Option<Copy>,
    /// How many copies may have gone out.
    pub copies: u32,
    /// The last change of the event that asked first: the form is dated by it.
    pub dated: DateTime<Utc>,
    /// The events that asked for it, the last ones last.
    pub events: Vec<AskingEvent>,
}

/// How far a form has come. One that nobody has sent yet has no state, and no item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A person has it sent, or whoever was to send it did not: the next sweep does.
    Due,
    /// Somebody sends it.
    Sending(Claim),
    /// It was refused, or the form service was not reached; it is sent again later.
    Waiting,
    /// Nobody knows whether it was issued; it is sent again later.
    InDoubt,
    /// A person has to decide.
    Held,
    /// It was issued.
    Issued {
        /// When.
        at: DateTime<Utc>,
    },
    /// A person ended it.
    Discarded {
        /// Why.
        outcome: Outcome,
        /// When.
        at: DateTime<Utc>,
    },
}

/// Why a person ended a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It arrived: it counts as issued.
    Arrived,
    /// Nobody wants it: whatever has asked for it by now is approved without.
    NotWanted,
}

/// The right to send a form, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Whose.
    pub id: ClaimId,
    /// The last instant of it.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub until: DateTime<Utc>,
}

/// A worker's name under which it sends; random.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimId(pub String);

/// Attempts that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// Those of them that reached the form service.
    pub tries: u32,
    /// When the first of them was.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// Before this instant it is not tried again.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub next_try_at: DateTime<Utc>,
}

/// A copy of a form that is issued or discarded, which a person ordered. It goes out once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
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
    pub event: String,
}

impl Form {
    /// A form that is asked for the first time by an event that last changed at `dated`.
    fn new(state: State, dated: DateTime<Utc>) -> Self {
        let (failures, copy) = (None, None);
        Self { state, mails: 0, is_ordered: false, failures, copy, copies: 0, dated, events: Vec::new() }
    }

    /// When it may be forgotten: only what is issued or discarded ever is.
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

    /// Whether a mail may be out of which nobody knows, and which no person has decided about.
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

    /// Names an event that asks for it; the oldest name gives way.
    fn asked_by(mut self, event: &AskingEvent) -> Self {
        if !self.events.contains(event) {
            self.events.push(event.clone());
            let surplus = self.events.len().saturating_sub(MOST_EVENTS);
            self.events.drain(..surplus);
        }
        self
    }
}

impl Claim {
    /// A claim until `until`, of which the table keeps whole milliseconds.
    pub fn new(id: ClaimId, until: DateTime<Utc>) -> Self {
        Self { id, until: DateTime::from_timestamp_millis(until.timestamp_millis()).unwrap_or(until) }
    }

    /// Whether it still counts. One that seems to last longer than any was made before somebody set the clock back.
    pub fn runs(&self, now: DateTime<Utc>) -> bool {
        self.until >= now && self.until - now <= LONGEST_CLAIM
    }
}

impl Failures {
    /// One more failure. The wait is between half of the longest and the longest; `luck` says where, in thousandths.
    fn one_more(so_far: Option<Self>, is_try: bool, now: DateTime<Utc>, luck: u16) -> Self {
        let none = Self { count: 0, tries: 0, since: now, next_try_at: now };
        let so_far = so_far.unwrap_or(none);
        let half = longest_wait(so_far.count) / 2;
        Self {
            count: so_far.count + 1,
            tries: so_far.tries + u32::from(is_try),
            since: so_far.since.min(now),
            next_try_at: now + half + half * i32::from(luck.min(1_000)) / 1_000,
        }
    }

    /// Whether it is too early to try again. A wait longer than the longest was begun before somebody set the clock back,
    /// and is over.
    fn is_early(&self, now: DateTime<Utc>) -> bool {
        let left = self.next_try_at - now;
        left > Duration::zero() && left <= longest_wait(self.count.saturating_sub(1))
    }

    /// Whether a form is left to a person from now on.
    fn gives_up(&self, now: DateTime<Utc>) -> bool {
        self.tries >= MOST_TRIES && now - self.since >= LONGEST_TRYING
    }
}

/// The longest wait after one more than so many failures.
fn longest_wait(failures: u32) -> Duration {
    (FIRST_BACKOFF * 2_i32.pow(failures.min(16))).min(LONGEST_BACKOFF)
}

/// When it is forgotten what happened at `at` for these days: 400 days after that or after the last day.
pub fn forgotten_at(at: DateTime<Utc>, days: DateRange) -> DateTime<Utc> {
    let last_day = days.end().pred_opt().unwrap_or(days.end()).and_time(NaiveTime::MIN).and_utc();
    at.max(last_day) + MEMORY
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Due => "due",
            Self::Sending(_) => "sending",
            Self::Waiting => "waiting",
            Self::InDoubt => "in_doubt",
            Self::Held => "held",
            Self::Issued { .. } => "issued",
            Self::Discarded { .. } => "discarded",
        })
    }
}

#[cfg(test)]
mod tests;
