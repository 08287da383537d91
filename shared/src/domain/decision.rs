//! What comes of a decision about a reservation, given what its calendar and the memory of ended ones have. Pure.

use derive_more::Debug;

use super::attendance::is_reservation;
use super::date_range::DateRange;
use super::ended::{EndStage, HowEnded, RememberedEnd};
use super::etag::Etag;
use super::event::{Event, EventChange, EventKind, PROCESSED, StatusChange};
use super::reservation::{Colours, Status, name_in_title, status_of};

/// What somebody decides about a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Approve it.
    Approve,
    /// End it, unless it is approved.
    Reject {
        /// Why; stays out of logs.
        #[debug(skip)]
        reason: Option<String>,
    },
    /// End it, approved or not.
    Cancel,
}

/// Which version of the event a decision is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedVersion {
    /// Whichever there is.
    Any,
    /// One of these.
    OneOf(Vec<Etag>),
}

/// A decision about a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedDecision {
    /// What is decided.
    pub choice: Choice,
    /// About which version.
    pub version: WantedVersion,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideStep {
    /// It is approved already, on these days.
    Leave(DateRange),
    /// Change the event, if it still is the version that was read.
    Approve(DateRange, EventChange),
    /// Announce the end, then delete the event if it still is the version that was read.
    End(HowEnded, DateRange),
    /// The event is deleted as was announced: write down that the end came to pass.
    NoteEnd,
    /// It is ended already, as was wanted.
    AlreadyEnded,
    /// Nothing.
    Refuse(Objection),
}

/// Why a decision is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// The calendar has no such reservation, and nobody remembers that it was ended.
    #[error("the office has no such reservation")]
    NoSuchReservation,
    /// No caller has registered the event.
    #[error("the event is no reservation")]
    NotAReservation,
    /// Somebody made the reservation a series, or it is a day of one.
    #[error("the reservation is a series")]
    Series,
    /// Nobody can tell on which days it is.
    #[error("the reservation has no valid dates")]
    WithoutDays,
    /// It is approved, so it cannot be rejected.
    #[error("the reservation is approved")]
    AlreadyApproved,
    /// It was ended, in another way than is wanted.
    #[error("the reservation was {0}")]
    Ended(HowEnded),
    /// The event is another version than is wanted.
    #[error("the reservation has changed")]
    Changed,
}

impl Choice {
    /// How it ends the reservation, if it does.
    fn end(&self) -> Option<HowEnded> {
        match self {
            Self::Approve => None,
            Self::Reject { .. } => Some(HowEnded::Rejected),
            Self::Cancel => Some(HowEnded::Cancelled),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&String> {
        match self {
            Self::Reject { reason } => reason.as_ref(),
            Self::Approve | Self::Cancel => None,
        }
    }
}

impl WantedVersion {
    fn is(&self, etag: &Etag) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(etag),
        }
    }
}

impl WantedDecision {
    /// What comes next, given the event and what is remembered. A live event beats the memory, which need not be read then.
    pub fn next_step(&self, event: Option<&Event>, end: Option<&RememberedEnd>, colours: Colours) -> DecideStep {
        match event.filter(|event| !event.cancelled) {
            Some(event) => self.about_live(event, colours).unwrap_or_else(DecideStep::Refuse),
            None => self.about_gone(end.filter(|end| end.explains(event))),
        }
    }

    /// Whatever is as wanted already stays so, whichever version it is.
    fn about_live(&self, event: &Event, colours: Colours) -> Result<DecideStep, Objection> {
        if !is_reservation(event) {
            return Err(Objection::NotAReservation);
        }
        if event.kind == EventKind::Series || event.series.is_some() {
            return Err(Objection::Series);
        }
        let days = event.days.ok_or(Objection::WithoutDays)?;
        match (self.choice.end(), status_of(event)) {
            (None, Status::Approved) => Ok(DecideStep::Leave(days)),
            (Some(HowEnded::Rejected), Status::Approved) => Err(Objection::AlreadyApproved),
            _ if !self.version.is(&event.etag) => Err(Objection::Changed),
            (None, Status::Pending) => Ok(DecideStep::Approve(days, approval(event, colours))),
            (Some(how), _) => Ok(DecideStep::End(how, days)),
        }
    }

    fn about_gone(&self, end: Option<&RememberedEnd>) -> DecideStep {
        match end {
            None => DecideStep::Refuse(Objection::NoSuchReservation),
            Some(end) if self.choice.end() != Some(end.how) => DecideStep::Refuse(Objection::Ended(end.how)),
            Some(RememberedEnd { stage: EndStage::Ending { .. }, .. }) => DecideStep::NoteEnd,
            Some(RememberedEnd { stage: EndStage::Ended { .. }, .. }) => DecideStep::AlreadyEnded,
        }
    }
}

/// How a pending reservation is approved: its days stay, and so does a title that a person gave.
fn approval(event: &Event, colours: Colours) -> EventChange {
    let name = event.title.as_deref().and_then(name_in_title).filter(|name| !name.is_empty());
    EventChange {
        title: name.map(str::to_owned),
        colour: Some(colours.approved),
        days: None,
        status: Some(StatusChange::Confirmed),
        properties: vec![(PROCESSED, "true".to_owned())],
    }
}

#[cfg(test)]
mod tests;
