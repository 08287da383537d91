//! Puts a workflow's reservation into its office's calendar and approves it there.
//!
//! Safe to repeat and to run twice at once: every write is an insert with a fixed id or conditional on what was read.

use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::DirectoryError;
use crate::domain::date_range::DateRange;
use crate::domain::ended::{EndStage, HowEnded, RememberedEnd};
use crate::domain::event::{Event, EventChange};
use crate::domain::event_id::EventId;
use crate::domain::office::Office;
use crate::domain::reservation::{NextStep, Reservation, Status, status_of};
use crate::domain::revision::Revision;
use crate::google::{Budget, GoogleCalendar, GoogleError};
use crate::store::StoreError;
use crate::store::ended::EndItem;
use crate::store::item::{Kept, kept};

/// How often an event that others keep changing is read again before giving up.
const MOST_ATTEMPTS: usize = 6;
/// Google's reasons for refusing a write that have nothing to do with the event.
const NOT_ABOUT_THE_EVENT: [&str; 3] =
    ["requiredAccessLevel", "insufficientPermissions", "forbiddenForServiceAccounts"];

/// What to put into a calendar, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveOrder {
    /// What is to be registered or approved.
    pub reservation: Reservation,
    /// Whether it is brought back although somebody ended it over the API.
    pub reopen: bool,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// A reservation as the calendar has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The id of the event.
    pub id: EventId,
    /// The name of the office.
    pub office_id: String,
    /// Pending or approved.
    pub status: Status,
    /// The days in the calendar, which a person may have changed.
    pub days: DateRange,
    /// Where a person can look at it.
    pub url: Option<String>,
    /// Whether this order has made the event. One whose answer was lost may have, too.
    pub is_new: bool,
}

/// Why a reservation is not in the calendar.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// No such office, or it cannot be known now.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Another reservation has the same event id.
    #[error("the event id belongs to another reservation")]
    Conflict,
    /// Google has the id but neither shows the event nor lets it be brought back.
    #[error("the event id cannot be used again")]
    Unusable,
    /// Somebody ended the reservation over the API, and nobody asked for it again.
    #[error("the reservation was {0}")]
    Ended(HowEnded),
    /// The table cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Other writers kept changing the event.
    #[error("the event kept changing")]
    Contended,
    /// Google refused or was not reachable.
    #[error(transparent)]
    Google(#[from] GoogleError),
}

/// Registers or approves a reservation.
pub async fn place(app: &Moffman, order: &ReserveOrder) -> Result<Placed, ReserveError> {
    let ReserveOrder { reservation, reopen, deadline } = order;
    let budget = Budget { deadline: *deadline, ..Budget::default() };
    let office = app.directory.office(&budget, reservation.office_id()).await?;
    let attempt = Attempt { app, reservation, reopen: *reopen, budget, office, id: reservation.event_id() };
    let (event, status, is_new) = attempt.run().await.inspect_err(|error| {
        if let ReserveError::Google(error) = error {
            app.explain(&attempt.office, error);
        }
    })?;
    Ok(Placed {
        id: attempt.id,
        office_id: attempt.office.name,
        status,
        days: event.days.unwrap_or(reservation.days()),
        url: event.url,
        is_new,
    })
}

/// One reservation on its way into one calendar.
struct Attempt<'a> {
    app: &'a Moffman,
    reservation: &'a Reservation,
    reopen: bool,
    budget: Budget,
    office: Office,
    id: EventId,
}

impl Attempt<'_> {
    /// Answers the event as it is in the end, and whether it was made.
    async fn run(&self) -> Result<(Event, Status, bool), ReserveError> {
        // A new registration needs one call when nothing is read first; an approval usually finds its event.
        let mut existing = match self.reservation.status() {
            Status::Pending => None,
            Status::Approved => self.read().await?,
        };
        let mut id_taken = false;
        for _ in 0..MOST_ATTEMPTS {
            if id_taken && existing.is_none() {
                return Err(self.hidden().await);
            }
            let step = self.reservation.next_step(existing.as_ref(), self.app.colours());
            let is_new = matches!(step, NextStep::Insert(_));
            let written = match step {
                NextStep::Conflict => return Err(ReserveError::Conflict),
                NextStep::Leave(status) => match existing {
                    Some(event) => return Ok((event, status, false)),
                    None => return Err(ReserveError::Contended),
                },
                NextStep::Insert(content) => self.insert(&content).await,
                NextStep::Change(change) => self.change(existing.as_ref(), &change).await,
                NextStep::Revive(change) => self.revive(existing.as_ref(), &change).await,
            };
            match written {
                Ok(event) => {
                    let status = status_of(&event);
                    return Ok((event, status, is_new));
                }
                Err(ReserveError::Google(GoogleError::AlreadyExists)) => id_taken = true,
                // Changed or deleted meanwhile: read it again.
                Err(ReserveError::Google(GoogleError::Changed | GoogleError::NotFound)) if existing.is_some() => {}
                Err(error) => return Err(error),
            }
            existing = self.read().await?;
        }
        Err(ReserveError::Contended)
    }

    fn calendar(&self) -> GoogleCalendar<'_> {
        GoogleCalendar::new(&self.app.google, &self.budget, &self.office.calendar_id)
    }

    async fn read(&self) -> Result<Option<Event>, GoogleError> {
        match self.calendar().get_own_event(&self.id).await {
            Ok(event) => Ok(Some(event)),
            Err(GoogleError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn insert(&self, content: &EventChange) -> Result<Event, ReserveError> {
        Ok(self.calendar().insert_event(&self.id, content).await?)
    }

    async fn change(&self, existing: Option<&Event>, change: &EventChange) -> Result<Event, ReserveError> {
        let etag = &existing.map(|event| event.etag.clone()).unwrap_or_default();
        Ok(self.calendar().patch_event(&self.id, etag, change).await?)
    }

    async fn revive(&self, existing: Option<&Event>, change: &EventChange) -> Result<Event, ReserveError> {
        let end = self.reopened(existing).await?;
        let revived = match self.change(existing, change).await {
            Ok(event) if event.cancelled => Err(ReserveError::Unusable),
            Err(ReserveError::Google(error)) if refuses_revival(&error) => Err(ReserveError::Unusable),
            other => other,
        }?;
        if let Some(end) = end {
            // A live event beats the memory, so nothing depends on it.
            let forgotten = self.memory().forget(&end).await;
            forgotten.inspect_err(|error| tracing::warn!(%error, "the end of a reservation is not forgotten")).ok();
        }
        Ok(revived)
    }

    /// The end that is to be forgotten when the event is there again, if it was ended over the API and somebody asked for
    /// that. It names the version that is deleted, so that it explains no other one, whatever comes next.
    async fn reopened(&self, existing: Option<&Event>) -> Result<Option<Kept<RememberedEnd>>, ReserveError> {
        for _ in 0..MOST_ATTEMPTS {
            let end = match self.memory().why_gone(existing, self.app.clock.now()).await? {
                Some(end) if !self.reopen => return Err(ReserveError::Ended(end.how)),
                end => end,
            };
            let (Some(end), Some(existing)) = (end, existing) else { return Ok(None) };
            if matches!(end.stage, EndStage::Ended { .. }) {
                return Ok(Some(end));
            }
            let ended = end.at_stage(EndStage::Ended { deleted: existing.etag.clone() });
            let ended = kept(Some(&end), ended, Revision(self.app.randomness.id()));
            if self.memory().replace(&end, &ended).await? {
                return Ok(Some(ended));
            }
        }
        Err(ReserveError::Contended)
    }

    /// Why Google has the id but shows no event.
    async fn hidden(&self) -> ReserveError {
        match self.memory().why_gone(None, self.app.clock.now()).await {
            Ok(Some(end)) if !self.reopen => ReserveError::Ended(end.how),
            Ok(_) => ReserveError::Unusable,
            Err(error) => error.into(),
        }
    }

    fn memory(&self) -> EndItem<'_> {
        self.app.store.end_of(&self.office.calendar_id, &self.id)
    }
}

fn refuses_revival(error: &GoogleError) -> bool {
    match error {
        GoogleError::Forbidden { reason } => !NOT_ABOUT_THE_EVENT.contains(&reason.as_str()),
        GoogleError::NotFound | GoogleError::Refused { .. } => true,
        _ => false,
    }
}
