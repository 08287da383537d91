//! The part of [`Deciding`] that ends a reservation.
//!
//! An end is announced in the table before the event is deleted, and written down after that, so that whoever finds the event
//! deleted knows why. An announcement is put where nothing is remembered. In place of what is remembered it is put only after
//! the event was read again, alive, in a version that the memory does not know, or whose announced end is overdue: the event
//! that was read first may be older than the memory.

use super::{DecideError, Decided, Deciding};
use crate::domain::date_range::DateRange;
use crate::domain::decision::{Objection, WantedVersion};
use crate::domain::ended::{EndStage, HowEnded, LEASE, RememberedEnd};
use crate::domain::etag::Etag;
use crate::domain::event::{Event, EventChange, StatusChange};
use crate::domain::revision::Revision;
use crate::google::{Budget, GoogleCalendar, GoogleError};
use crate::store::ended::Announced;
use crate::store::item::{Kept, kept};

impl Deciding<'_> {
    /// Announces the end, deletes the event as it was read, and writes down that it did.
    pub(super) async fn end(
        &mut self,
        event: &Event,
        how: HowEnded,
        days: DateRange,
    ) -> Result<Option<Decided>, DecideError> {
        let Some(announced) = self.announce(event, how, days).await? else { return Ok(None) };
        match self.delete(event).await {
            Ok(deleted) if deleted.cancelled => {
                // Whoever brings the event back from now on knows of this end: it does not end that version, too.
                self.wanted.version = WantedVersion::OneOf(vec![deleted.etag.clone()]);
                self.note(&announced, deleted.etag).await
            }
            Ok(_) | Err(GoogleError::Changed | GoogleError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Nobody deletes an event when others may.
    async fn delete(&self, event: &Event) -> Result<Event, GoogleError> {
        let lease = self.app.clock.moment() + LEASE;
        let budget = Budget {
            deadline: Some(self.budget.deadline.map_or(lease, |deadline| deadline.min(lease))),
            ..self.budget.clone()
        };
        let deletion = EventChange { status: Some(StatusChange::Cancelled), ..EventChange::default() };
        let calendar = GoogleCalendar::new(&self.app.google, &budget, &self.office.calendar_id);
        calendar.patch_event(self.id, &event.etag, &deletion).await
    }

    /// Announces the end of this version, unless this decision has done so. `None`: event and memory are to be read again.
    async fn announce(
        &mut self,
        event: &Event,
        how: HowEnded,
        days: DateRange,
    ) -> Result<Option<Kept<RememberedEnd>>, DecideError> {
        let now = self.app.clock.now();
        if let Some(announced) = self.announced.clone().filter(|own| own.read == event.etag && own.is_in_progress(now))
        {
            return Ok(Some(announced));
        }
        let (reason, read) = (self.wanted.choice.reason().cloned(), event.etag.clone());
        let end = RememberedEnd { how, reason, at: now, days, read, stage: EndStage::beginning(now) };
        let known = self.announced.clone().or_else(|| self.met.take());
        let end = kept(known.as_ref(), end, self.revision());
        let is_written = match &known {
            None => self.put_first(&end).await?,
            Some(known) if known.concerns(&event.etag) && known.is_in_progress(now) => {
                return Err(DecideError::InProgress);
            }
            // Google has shown the event as it was before that.
            Some(known) if known.concerns(&event.etag) && matches!(known.stage, EndStage::Ended { .. }) => false,
            Some(known) => self.memory().replace(known, &end).await?,
        };
        self.announced = is_written.then(|| end.clone());
        Ok(is_written.then_some(end))
    }

    /// Writes the announcement where nothing is remembered.
    async fn put_first(&mut self, end: &Kept<RememberedEnd>) -> Result<bool, DecideError> {
        let now = self.app.clock.now();
        match self.memory().announce(end, now).await? {
            Announced::Written => return Ok(true),
            Announced::Met(met) if met.concerns(&end.read) && met.is_in_progress(now) => {
                return Err(DecideError::InProgress);
            }
            Announced::Met(met) => self.met = Some(met),
            Announced::Gone => {}
        }
        Ok(false)
    }

    /// Writes down that an end which was announced came to pass, unless the memory has changed meanwhile.
    pub(super) async fn note(
        &mut self,
        announced: &Kept<RememberedEnd>,
        deleted: Etag,
    ) -> Result<Option<Decided>, DecideError> {
        let ended = announced.at_stage(EndStage::Ended { deleted });
        let ended = kept(Some(announced), ended, self.revision());
        if !self.memory().replace(announced, &ended).await? {
            return Ok(None);
        }
        self.announced = None;
        Ok(Some(self.ended(&ended)))
    }

    /// Nobody need wait for a decision that has failed. What it announced is forgotten where the event was found alive in
    /// another version, which nobody ends by it any more; otherwise it may be why the event is gone.
    pub(super) async fn let_go(&mut self, error: &DecideError) {
        let Some(announced) = self.announced.take() else { return };
        let let_go = if finds_another_version(error) {
            self.memory().forget(&announced).await
        } else {
            let over = announced.at_stage(EndStage::Ending { until: self.app.clock.now() });
            self.memory().replace(&announced, &kept(Some(&announced), over, self.revision())).await
        };
        if let Err(error) = let_go {
            tracing::warn!(%error, "others have to wait for a minute to decide about a reservation");
        }
    }

    fn revision(&self) -> Revision {
        Revision(self.app.randomness.id())
    }
}

fn finds_another_version(error: &DecideError) -> bool {
    match error {
        DecideError::Refused(objection) => !matches!(objection, Objection::NoSuchReservation | Objection::Ended(_)),
        _ => false,
    }
}
