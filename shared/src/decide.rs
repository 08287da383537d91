//! Approves, rejects or cancels a reservation by its id.
//!
//! Every write is conditional on what was read, so a decision is safe to repeat and to race with others.

mod ending;

use derive_more::Debug;

use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::DirectoryError;
use crate::domain::attendance::{Shown, show};
use crate::domain::date_range::DateRange;
use crate::domain::decision::{DecideStep, Objection, WantedDecision};
use crate::domain::ended::{HowEnded, RememberedEnd};
use crate::domain::event::{Event, EventChange};
use crate::domain::event_id::EventId;
use crate::domain::office::Office;
use crate::google::{Budget, GoogleCalendar, GoogleError};
use crate::store::StoreError;
use crate::store::ended::EndItem;
use crate::store::item::Kept;

/// How often a reservation that others keep changing is read again before giving up.
const MOST_ATTEMPTS: usize = 6;

/// What to decide about which reservation, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecideOrder {
    /// The name of the office.
    pub office: String,
    /// The id of the event.
    pub id: EventId,
    /// The decision.
    pub wanted: WantedDecision,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// A reservation after a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The id of the event.
    pub id: EventId,
    /// The name of the office.
    pub office_id: String,
    /// How it was ended; `None`: it is approved.
    pub ended: Option<HowEnded>,
    /// Its days; of one that was ended, those that it had.
    pub days: DateRange,
    /// Where a person can look at it, unless it was ended.
    pub url: Option<String>,
    /// Why it was ended, as the first who ended it so has said; stays out of logs.
    #[debug(skip)]
    pub reason: Option<String>,
}

/// Why a decision is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// No such office, or it cannot be known now.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The reservation does not allow it.
    #[error(transparent)]
    Refused(#[from] Objection),
    /// Somebody else is about to end the reservation.
    #[error("another decision about the reservation is in progress")]
    InProgress,
    /// Others kept changing the reservation.
    #[error("the reservation kept changing")]
    Contended,
    /// The table cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Google refused or was not reachable.
    #[error(transparent)]
    Google(#[from] GoogleError),
}

/// Carries out a decision.
pub async fn decide(app: &Moffman, order: &DecideOrder) -> Result<Decided, DecideError> {
    let budget = Budget { deadline: order.deadline, ..Budget::default() };
    let office = app.directory.office(&budget, &order.office).await?;
    let mut deciding =
        Deciding { app, id: &order.id, wanted: order.wanted.clone(), budget, office, announced: None, met: None };
    let outcome = deciding.run().await;
    if let Err(error) = &outcome {
        if let DecideError::Google(error) = error {
            app.explain(&deciding.office, error);
        }
        deciding.let_go(error).await;
    }
    outcome
}

/// A decision on its way.
struct Deciding<'a> {
    app: &'a Moffman,
    id: &'a EventId,
    wanted: WantedDecision,
    budget: Budget,
    office: Office,
    /// What this decision has announced and not written down yet.
    announced: Option<Kept<RememberedEnd>>,
    /// What others have announced or written down, as this decision met it.
    met: Option<Kept<RememberedEnd>>,
}

impl Deciding<'_> {
    async fn run(&mut self) -> Result<Decided, DecideError> {
        for _ in 0..MOST_ATTEMPTS {
            if let Some(decided) = self.attempt().await? {
                return Ok(decided);
            }
        }
        Err(DecideError::Contended)
    }

    /// Goes by what event and memory say now. `None` when that has changed meanwhile.
    async fn attempt(&mut self) -> Result<Option<Decided>, DecideError> {
        let event = self.read().await?;
        let remembered = match &event {
            Some(event) if !event.cancelled => None,
            _ => self.memory().read(self.app.clock.now()).await?,
        };
        let step = self.wanted.next_step(event.as_ref(), remembered.as_deref(), self.app.colours());
        match (step, event, remembered) {
            (DecideStep::Refuse(objection), event, _) => Err(self.refusal(objection, event.as_ref()).await),
            (DecideStep::Leave(days), Some(event), _) => Ok(Some(self.approved(event, days))),
            (DecideStep::Approve(days, change), Some(event), _) => self.approve(&event, days, &change).await,
            (DecideStep::End(how, days), Some(event), _) => self.end(&event, how, days).await,
            (DecideStep::NoteEnd, Some(event), Some(announced)) => self.note(&announced, event.etag).await,
            (DecideStep::AlreadyEnded, _, Some(end)) => Ok(Some(self.ended(&end))),
            _ => Ok(None),
        }
    }

    async fn approve(
        &self,
        event: &Event,
        days: DateRange,
        change: &EventChange,
    ) -> Result<Option<Decided>, DecideError> {
        match self.calendar().patch_event(self.id, &event.etag, change).await {
            Ok(event) => Ok(Some(self.approved(event, days))),
            Err(GoogleError::Changed | GoogleError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// An event that no caller has registered is nobody's business, unless a manual user entered it.
    async fn refusal(&self, objection: Objection, event: Option<&Event>) -> DecideError {
        match (objection, event) {
            (Objection::NotAReservation, Some(event)) => match self.app.directory.roster(&self.budget).await {
                Ok(roster) => match show(event, &self.app.rules(&roster.users, self.app.clock.now())) {
                    Shown::Hidden => Objection::NoSuchReservation.into(),
                    Shown::Attendance(_) | Shown::Unreadable => objection.into(),
                },
                Err(error) => error.into(),
            },
            _ => objection.into(),
        }
    }

    async fn read(&self) -> Result<Option<Event>, GoogleError> {
        match self.calendar().look_at_event(self.id).await {
            Ok(event) => Ok(Some(event)),
            Err(GoogleError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn approved(&self, event: Event, days: DateRange) -> Decided {
        let (id, office_id) = (self.id.clone(), self.office.name.clone());
        Decided { id, office_id, ended: None, days, url: event.url, reason: None }
    }

    fn ended(&self, end: &RememberedEnd) -> Decided {
        let RememberedEnd { how, reason, days, .. } = end.clone();
        Decided { id: self.id.clone(), office_id: self.office.name.clone(), ended: Some(how), days, url: None, reason }
    }

    fn calendar(&self) -> GoogleCalendar<'_> {
        GoogleCalendar::new(&self.app.google, &self.budget, &self.office.calendar_id)
    }

    fn memory(&self) -> EndItem<'_> {
        self.app.store.end_of(&self.office.calendar_id, self.id)
    }
}
