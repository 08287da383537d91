//! What a sweep did and what is left: the answer of the API, the metrics and the summary line are made of it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::sweep_plan::Left;
use crate::store::open_record::OpenRecord;

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Calendars that were read and whose state is recorded.
    pub offices_swept: usize,
    /// Calendars that were not.
    pub offices_failed: usize,
    /// Events that are approved now.
    pub events_approved: usize,
    /// Open events that need nothing any more, for instance because they were deleted.
    pub events_closed: usize,
    /// What became of the forms.
    pub forms: FormCounts,
    /// Events that still need work.
    pub open: usize,
    /// How long the oldest of them has been known, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_open_seconds: Option<i64>,
    /// What went wrong, by office.
    pub problems: Vec<Problem>,
    /// What would be done, when that was the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plans: Option<Vec<OfficePlan>>,
}

/// What became of the forms of one sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FormCounts {
    /// Issued.
    pub issued: usize,
    /// Refused by the form service; tried again later.
    pub refused: usize,
    /// Sent without a clear answer.
    pub unknown: usize,
    /// Waiting for a person to decide.
    pub held: usize,
    /// Not sent, because the form service was not reached; tried again later.
    pub not_reached: usize,
}

/// Something that went wrong in an office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The office's name.
    pub office: String,
    /// What happened.
    pub problem: String,
}

/// What would be done in an office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OfficePlan {
    /// The office's name.
    pub office: String,
    /// One line per event to approve or close, and per reason to leave others alone.
    pub plan: Vec<String>,
}

impl SweepReport {
    /// Both reports together.
    #[must_use]
    pub(super) fn plus(mut self, other: Self) -> Self {
        self.offices_swept += other.offices_swept;
        self.offices_failed += other.offices_failed;
        self.events_approved += other.events_approved;
        self.events_closed += other.events_closed;
        self.forms.issued += other.forms.issued;
        self.forms.refused += other.forms.refused;
        self.forms.unknown += other.forms.unknown;
        self.forms.held += other.forms.held;
        self.forms.not_reached += other.forms.not_reached;
        self.open += other.open;
        self.oldest_open_seconds = self.oldest_open_seconds.max(other.oldest_open_seconds);
        self.problems.extend(other.problems);
        if let Some(plans) = other.plans {
            self.plans.get_or_insert_default().extend(plans);
        }
        self
    }

    /// Puts offices in the order of their names: calendars finish in any order.
    pub(super) fn sort(&mut self) {
        self.problems.sort();
        if let Some(plans) = &mut self.plans {
            plans.sort();
        }
    }

    /// Says which records stay open.
    pub(super) fn set_open(&mut self, open: &[OpenRecord], now: DateTime<Utc>) {
        self.open = open.len();
        self.forms.held = open.iter().filter(|record| record.is_held()).count();
        let oldest = open.iter().map(|record| record.recorded_at).min();
        self.oldest_open_seconds = oldest.map(|oldest| (now - oldest).num_seconds());
    }

    /// Counts a record that was closed without an approval, and says what a person should know about it.
    pub(super) fn closed(&mut self, office: &str, record: &OpenRecord, left: Left) {
        self.events_closed += 1;
        let id = &record.event.id;
        if left == Left::NotAManualUser {
            self.problem(office, format!("event {id} stays unapproved: its creator is no longer a manual user"));
        }
        if left == Left::Deleted && record.issued.contains(&record.days) {
            self.problem(office, format!("event {id} was deleted while its form was being issued"));
        }
    }

    /// Notes something that went wrong in `office`.
    pub(super) fn problem(&mut self, office: &str, problem: impl Into<String>) {
        self.problems.push(Problem { office: office.to_owned(), problem: problem.into() });
    }
}
