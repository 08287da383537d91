//! How a [`Sweep`] reads one event again.

use chrono::Duration;

use super::calendar::SweptCalendar;
use super::sweeping::Sweep;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::google::{GoogleError, Listing};
use crate::store::open_record::OpenRecord;

impl Sweep<'_> {
    /// The event as Google has it now; `None` when Google does not know it.
    pub(super) async fn look_at(
        &self,
        calendar: &SweptCalendar,
        event: &EventId,
    ) -> Result<Option<Event>, GoogleError> {
        match self.google_calendar(&calendar.office.calendar_id).in_zone(calendar.zone).get_event(event).await {
            Ok(event) => Ok(Some(event)),
            Err(GoogleError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The event of a record as Google has it now, or as deleted.
    pub(super) async fn look(&self, calendar: &SweptCalendar, record: &OpenRecord) -> Result<Event, GoogleError> {
        match self.look_at(calendar, &record.event.id).await? {
            Some(event) => Ok(event),
            None => self.vanished(calendar, record).await,
        }
    }

    /// The event of a record as deleted, since Google does not know it; an error if it is the calendar that is out of reach.
    pub(super) async fn vanished(&self, calendar: &SweptCalendar, record: &OpenRecord) -> Result<Event, GoogleError> {
        let from = self.app.clock.now();
        let reach = Listing::Window { from, to: from + Duration::minutes(1) };
        self.google_calendar(&calendar.office.calendar_id).list_events(&reach, None).await?;
        Ok(Event { cancelled: true, ..record.event.clone() })
    }
}
