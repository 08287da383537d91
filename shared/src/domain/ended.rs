//! What is remembered of a reservation that was ended over the API, so that a late repetition of its request does not bring
//! it back. Pure.

use chrono::{DateTime, Duration, Utc};
use derive_more::{Debug, Display};
use serde::{Deserialize, Serialize};

use super::date_range::DateRange;
use super::etag::Etag;
use super::event::Event;
use super::reservation::InvalidRequest;

/// For how long it is remembered.
const MEMORY: Duration = Duration::days(400);
/// How long whoever ends a reservation may take before others may end it.
pub const LEASE: std::time::Duration = std::time::Duration::from_mins(1);
/// How much later than that Google may say that the event was deleted: a call under way, and clocks that differ.
const GRACE: Duration = Duration::minutes(5);
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// How a reservation was ended.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowEnded {
    /// Before it was approved.
    #[display("rejected")]
    Rejected,
    /// At any time.
    #[display("cancelled")]
    Cancelled,
}

/// What is remembered of a reservation that was ended or is about to be. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedEnd {
    /// How it was ended.
    pub how: HowEnded,
    /// Why, in the words of whoever decided; stays out of logs.
    #[debug(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When that was decided.
    #[serde(rename = "ended_at", with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// The days that it had.
    pub days: DateRange,
    /// The version of the event on which that was decided.
    #[serde(rename = "read_etag")]
    pub read: Etag,
    /// Whether it came to pass.
    #[serde(flatten)]
    pub stage: EndStage,
}

/// Whether a decision to end a reservation came to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EndStage {
    /// Somebody is about to delete the event.
    Ending {
        /// From then on others may do it.
        #[serde(rename = "lease_until", with = "chrono::serde::ts_milliseconds")]
        until: DateTime<Utc>,
    },
    /// The event was deleted.
    Ended {
        /// The version of the deleted event.
        #[serde(rename = "deleted_etag")]
        deleted: Etag,
    },
}

impl EndStage {
    /// About to be, from `now` on.
    pub fn beginning(now: DateTime<Utc>) -> Self {
        Self::Ending { until: now + LEASE }
    }
}

impl RememberedEnd {
    /// The same at another stage.
    #[must_use]
    pub fn at_stage(&self, stage: EndStage) -> Self {
        Self { stage, ..self.clone() }
    }

    /// When it is forgotten.
    pub fn forgotten_at(&self) -> DateTime<Utc> {
        self.at + MEMORY
    }

    /// Whether it is why the event is gone; `None` where Google shows no such event.
    ///
    /// Somebody brought a live event back, and also one that is deleted in another version. An event that was deleted long
    /// after its end was announced was deleted by somebody else: the announcement came to nothing. Where Google shows no event
    /// at all, nobody can tell whether an end that was only announced came to pass.
    pub fn explains(&self, event: Option<&Event>) -> bool {
        let Some(event) = event else { return matches!(self.stage, EndStage::Ended { .. }) };
        let is_why = match &self.stage {
            EndStage::Ending { until } => event.updated.is_none_or(|deleted| deleted <= *until + GRACE),
            EndStage::Ended { deleted } => deleted.is_empty() || event.etag.is_empty() || *deleted == event.etag,
        };
        event.cancelled && is_why
    }

    /// Whether it says that somebody is ending or has ended the event in this version.
    pub fn concerns(&self, version: &Etag) -> bool {
        self.read == *version || matches!(&self.stage, EndStage::Ended { deleted } if deleted == version)
    }

    /// Whether whoever announced it has still time for it.
    pub fn is_in_progress(&self, now: DateTime<Utc>) -> bool {
        matches!(self.stage, EndStage::Ending { until } if now < until)
    }
}

/// Checks the reason that somebody gives, and says everything that is wrong with it. A blank one is none.
pub fn checked_reason(reason: String) -> Result<Option<String>, Vec<InvalidRequest>> {
    let is_wrong = |c: char| c.is_control() && c != '\n' && c != '\r';
    let too_long = (reason.chars().count() > LONGEST_REASON).then_some("must have at most 500 characters");
    let not_text = reason.contains(is_wrong).then_some("must not contain control characters but line ends");
    let wrong: Vec<&str> = too_long.into_iter().chain(not_text).collect();
    if wrong.is_empty() {
        return Ok(Some(reason).filter(|reason| !reason.trim().is_empty()));
    }
    Err(wrong.into_iter().map(|what| InvalidRequest { field: "reason", what }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_text_of_at_most_500_characters() {
        for right in ["ž".repeat(500), "no room,\r\nand no chair".to_owned()] {
            assert_eq!(checked_reason(right.clone()), Ok(Some(right)));
        }
        for blank in ["", " \n"] {
            assert_eq!(checked_reason(blank.to_owned()), Ok(None));
        }
        let told = |reason: &str| {
            let wrong = checked_reason(reason.to_owned()).unwrap_err();
            wrong.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let too_long = "`reason` must have at most 500 characters";
        let not_text = "`reason` must not contain control characters but line ends";
        assert_eq!(told(&"ž".repeat(501)), [too_long]);
        for wrong in ["a\tb", "\u{1b}[2J", "\u{85}"] {
            assert_eq!(told(wrong), [not_text], "{wrong:?}");
        }
        assert_eq!(told(&"\t".repeat(501)), [too_long, not_text]);
    }
}
