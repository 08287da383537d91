//! What a sweep did and what is left. The answer of the API, the metrics and the summary line are made of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::met::{MetForm, MetForms, count, meet, meet_all};
use crate::byroapi::IssueAnswer;
use crate::domain::form::Form;
use crate::google::GoogleCalls;
use crate::store::item::Kept;
use crate::store::left_form::LeftForm;
use crate::store::open_record::OpenRecord;
use crate::store::shard_run::OpenForms;

/// How many unreadable events of an office are named; the others are only counted.
const MOST_NAMED: usize = 20;

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Calendars that were read and whose state is recorded.
    pub offices_swept: usize,
    /// Calendars that could not be read.
    pub offices_failed: usize,
    /// Events that are approved now.
    pub events_approved: usize,
    /// Events that were approved on a form that was there before they asked for it; they count as approved, too.
    pub events_approved_on_earlier_form: usize,
    /// Open events that need nothing any more, for instance because they were deleted.
    pub events_closed: usize,
    /// Events that Google does not let us approve.
    pub events_refused: usize,
    /// Events that cannot be read as Google has them.
    pub events_unreadable: usize,
    /// What became of the forms.
    pub forms: FormCounts,
    /// Events that still need work.
    pub open: usize,
    /// The forms that are neither issued nor discarded.
    #[serde(skip)]
    pub open_forms: OpenForms,
    /// How long the oldest open event has been known, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_open_seconds: Option<i64>,
    /// What went wrong, by office.
    pub problems: Vec<SweepProblem>,
    /// What else a person may want to know, by office.
    pub remarks: Vec<Remark>,
    /// The calls to Google meanwhile; in a function, there are no others.
    #[serde(skip)]
    pub google: GoogleCalls,
    /// What would be done, if the sweep was a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plans: Option<Vec<OfficePlan>>,
    /// The events of one office that cannot be read.
    #[serde(skip)]
    pub unreadable: BTreeSet<String>,
    /// The forms that no event of a calendar asks for any more, and of which nobody knows whether they are out.
    #[serde(skip)]
    pub left: MetForms,
    /// The forms of open records: those that events ask for, and those in doubt or held whose event is gone.
    #[serde(skip)]
    pub recorded: MetForms,
}

/// What became of the forms of one sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FormCounts {
    /// Forms that were issued.
    pub issued: usize,
    /// Forms that the form service refused; they are sent again later.
    pub refused: usize,
    /// Forms that were sent without a clear answer.
    pub unknown: usize,
    /// Forms that wait for a person to decide.
    pub held: usize,
    /// Forms that were not sent, because the form service was not reached; they are sent again later.
    pub not_reached: usize,
}

/// Something that went wrong in an office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SweepProblem {
    /// The office's name.
    pub office: String,
    /// What happened.
    pub problem: String,
}

/// Something that a person may want to know about an office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Remark {
    /// The office's name.
    pub office: String,
    /// What a person may want to know.
    pub remark: String,
}

/// What would be done in an office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OfficePlan {
    /// The office's name.
    pub office: String,
    /// One line per event to approve or close, and per reason to leave others alone.
    pub plan: Vec<String>,
}

impl FormCounts {
    /// Counts an answer of the form service. Answers what a person should know of it; `what` names what was sent.
    pub(super) fn count(&mut self, answer: &IssueAnswer, what: &str) -> Option<String> {
        let (count, problem) = match answer {
            IssueAnswer::Issued => (&mut self.issued, None),
            IssueAnswer::Refused { reason } => (&mut self.refused, Some(format!("{what} was refused: {reason}"))),
            IssueAnswer::NotReached => (&mut self.not_reached, Some("the form service was not reached".to_owned())),
            IssueAnswer::Unknown { reason } => {
                (&mut self.unknown, Some(format!("it is not known whether {what} was issued: {reason}")))
            }
        };
        *count += 1;
        problem
    }
}

impl SweepReport {
    /// Both reports together.
    #[must_use]
    pub(super) fn plus(mut self, other: Self) -> Self {
        self.offices_swept += other.offices_swept;
        self.offices_failed += other.offices_failed;
        self.events_approved += other.events_approved;
        self.events_approved_on_earlier_form += other.events_approved_on_earlier_form;
        self.events_closed += other.events_closed;
        self.events_refused += other.events_refused;
        self.events_unreadable += other.events_unreadable;
        self.forms.issued += other.forms.issued;
        self.forms.refused += other.forms.refused;
        self.forms.unknown += other.forms.unknown;
        self.forms.not_reached += other.forms.not_reached;
        self.open += other.open;
        self.oldest_open_seconds = self.oldest_open_seconds.max(other.oldest_open_seconds);
        self.problems.extend(other.problems);
        self.remarks.extend(other.remarks);
        meet_all(&mut self.left, other.left);
        meet_all(&mut self.recorded, other.recorded);
        if let Some(plans) = other.plans {
            self.plans.get_or_insert_default().extend(plans);
        }
        self
    }

    /// Ends the report: offices come in the order of their names, for calendars finish in any order; a form that events
    /// of several calendars ask for counts once.
    pub(super) fn end(&mut self) {
        let mut met = self.recorded.clone();
        meet_all(&mut met, self.left.clone());
        self.open_forms = count(&met);
        self.forms.held = self.open_forms.held;
        self.problems.sort();
        self.remarks.sort();
        if let Some(plans) = &mut self.plans {
            plans.sort();
        }
    }

    /// Says which records stay open, with what is known of their forms.
    pub(super) fn set_open<'a>(
        &mut self,
        open: impl Iterator<Item = (&'a OpenRecord, Option<&'a Form>)>,
        now: DateTime<Utc>,
    ) {
        let mut recorded = Vec::new();
        self.recorded.clear();
        for (record, form) in open {
            recorded.push(record.recorded_at);
            meet(&mut self.recorded, record.form(), MetForm::of_record(record, form, now));
        }
        self.open = recorded.len();
        self.oldest_open_seconds = recorded.into_iter().min().map(|oldest| (now - oldest).num_seconds().max(0));
    }

    /// Adds forms that events have left behind, of which nothing more is known.
    pub(super) fn add_left(&mut self, left: &[Kept<LeftForm>], now: DateTime<Utc>) {
        for left in left {
            meet(&mut self.left, left.form.clone(), MetForm::of_left(left, None, now));
        }
    }

    /// Notes something that went wrong in `office`.
    pub(super) fn problem(&mut self, office: &str, problem: impl Into<String>) {
        self.problems.push(SweepProblem { office: office.to_owned(), problem: problem.into() });
    }

    /// Notes that an event cannot be read. Each is named once; of many only the first are named.
    pub(super) fn unreadable(&mut self, office: &str, event: &str, reason: &str) {
        if self.unreadable.insert(event.to_owned()) {
            self.events_unreadable += 1;
            if self.events_unreadable <= MOST_NAMED {
                self.problem(office, format!("event {event} is left alone until it changes: {reason}"));
            }
        }
    }

    /// Notes something that a person may want to know about `office`.
    pub(super) fn remark(&mut self, office: &str, remark: impl Into<String>) {
        self.remarks.push(Remark { office: office.to_owned(), remark: remark.into() });
    }
}
