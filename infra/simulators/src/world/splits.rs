//! The part of [`World`] in which a person changes "this and following" days of a series: Google ends the series before
//! that day and makes a new one of the rest.
//!
//! All days from there on get new ids, so a client that knows days by their ids takes them for new ones.

use super::{event::Occurrence, handle::World};
use crate::services::google::error::{ApiRefusal, ApiResult};
use crate::services::google::resource::{Resource, text};
use crate::services::google::{calendar::SimulatedCalendar, point::Point, series};
use crate::time::ChangeStamp;
use serde_json::{Value, json};

/// How Google treats the rest of a split series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Whether the new series is named after the old one and its first day, such as `s_R20260619` with days such as
    /// `s_R20260619_20260619`. Otherwise its id is like any other.
    pub range_in_ids: bool,
    /// Whether private properties are kept, both those of the series and those of days that were changed on their own.
    pub keeps_properties: bool,
}

/// The new series with the rest of a split one.
struct NewSeries<'a> {
    id: String,
    /// The id of the series that is split.
    old_id: &'a str,
    keeps_properties: bool,
}

impl World {
    /// A person splits a series at an occurrence and gets the id of the new series. Days that were changed or deleted
    /// on their own stay so, under new ids.
    ///
    /// It is a violation if nothing was planned for then, and also at the first day, where Google changes the series
    /// itself.
    pub fn person_splits_series<'a>(&self, calendar: &str, at: impl Into<Occurrence<'a>>, split: Split) -> String {
        let Occurrence { series_id, planned } = at.into();
        let id = self.lock().services.google.calendars.new_event_id();
        let mut new = NewSeries { id, old_id: series_id, keeps_properties: split.keeps_properties };
        self.change(calendar, |calendar, stamp| {
            let from = Point::read(&planned.to_value(), calendar.time_zone)?;
            if split.range_in_ids {
                new.id = format!("{series_id}_R{}", from.suffix());
            }
            split_series(calendar, &new, from, stamp)
        });
        new.id
    }
}

fn split_series(
    calendar: &mut SimulatedCalendar,
    new: &NewSeries<'_>,
    from: Point,
    stamp: ChangeStamp,
) -> ApiResult<()> {
    let series_id = new.old_id;
    let old = calendar.events.get(series_id).filter(|series| !series.is_cancelled());
    let split = old.and_then(|old| series::split(&old.resource, calendar.time_zone, from));
    let (ended, rest) =
        split.ok_or_else(|| ApiRefusal::invalid(&format!("{series_id} has nothing to split at {from:?}")))?;
    let planned = |suffix: &str| series::occurrence(&rest, calendar.time_zone, suffix).is_some();
    // Ending the old series cancels its changed days, so they are read before.
    let changed: Vec<_> = calendar
        .events
        .iter()
        .filter(|(_, event)| text(&event.resource, "recurringEventId") == series_id)
        .filter_map(|(id, event)| Some((id.strip_prefix(series_id)?.strip_prefix('_')?, &event.resource)))
        .filter(|(suffix, _)| planned(suffix))
        .map(|(suffix, event)| (format!("{}_{suffix}", new.id), event.clone()))
        .collect();
    calendar.put(ended, stamp);
    calendar.put(new.adopt(rest, &new.id), stamp);
    for (id, mut event) in changed {
        event.insert("recurringEventId".to_owned(), json!(new.id));
        calendar.put(new.adopt(event, &id), stamp);
    }
    Ok(())
}

impl NewSeries<'_> {
    /// The resource of the series or of one of its days, under its new id.
    fn adopt(&self, mut event: Resource, id: &str) -> Resource {
        event.insert("id".to_owned(), json!(id));
        event.insert("iCalUID".to_owned(), json!(format!("{}@google.com", self.id)));
        event.insert("htmlLink".to_owned(), json!(format!("https://www.google.com/calendar/event?eid={id}")));
        let extended = event.get_mut("extendedProperties").and_then(Value::as_object_mut);
        if let Some(extended) = extended.filter(|_| !self.keeps_properties) {
            extended.remove("private");
        }
        event
    }
}
