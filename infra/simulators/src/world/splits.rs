//! A person changes a series with "this and following": Google ends the series before that day and makes a new one of the rest.
//!
//! Every day from then on has another id than before, so whoever knows days by their ids meets them as new.

use crate::{
    World,
    services::google::{
        calendar::{SimulatedCalendar, text},
        content::Point,
        error::ApiRefusal,
        series,
    },
    state::ChangeStamp,
    world::event::When,
};
use serde_json::{Map, Value, json};

/// How the rest of a split series comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The new series is named after the old one and its first day, `s_R20260619`, and its days `s_R20260619_20260619`;
    /// otherwise it has an id like any other.
    pub range_in_ids: bool,
    /// The private properties of the series, and of its days that were changed on their own, are carried over.
    pub keeps_properties: bool,
}

impl World {
    /// A person splits a series at the day or instant that an occurrence was planned for. Days that were changed or deleted on
    /// their own stay so, under new ids. The answer is the id of the new series.
    ///
    /// A violation where nothing was planned then, and at the first day, where Google changes the series itself.
    pub fn person_splits_series(&self, calendar: &str, series_id: &str, from: impl Into<When>, split: Split) -> String {
        let mut state = self.lock();
        let (mut id, stamp) = (state.new_event_id(), state.stamp());
        let from = from.into();
        let result = match state.calendars.get_mut(calendar) {
            Some(calendar) => Point::read(&from.to_value(), calendar.time_zone).and_then(|from| {
                if split.range_in_ids {
                    id = format!("{series_id}_R{}", from.suffix());
                }
                split_series(calendar, series_id, from, (&id, split.keeps_properties), stamp)
            }),
            None => Err(ApiRefusal::invalid(&format!("no calendar {calendar}"))),
        };
        if let Err(refusal) = result {
            state.violation(format!("person: {}", refusal.message));
        }
        id
    }
}

fn split_series(
    calendar: &mut SimulatedCalendar,
    series_id: &str,
    from: Point,
    (new_id, keeps_properties): (&str, bool),
    stamp: ChangeStamp,
) -> Result<(), ApiRefusal> {
    let old = calendar.events.get(series_id).filter(|series| !series.is_cancelled());
    let split = old.and_then(|old| series::split(&old.resource, calendar.time_zone, from));
    let (ended, rest) =
        split.ok_or_else(|| ApiRefusal::invalid(&format!("{series_id} has nothing to split at {from:?}")))?;
    let planned = |suffix: &str| series::occurrence(&rest, calendar.time_zone, suffix).is_some();
    // Looked at before the old series ends: that cancels them.
    let changed: Vec<_> = calendar
        .events
        .iter()
        .filter(|(_, event)| text(&event.resource, "recurringEventId") == series_id)
        .filter_map(|(id, event)| Some((id.strip_prefix(series_id)?.strip_prefix('_')?, &event.resource)))
        .filter(|(suffix, _)| planned(suffix))
        .map(|(suffix, event)| (format!("{new_id}_{suffix}"), event.clone()))
        .collect();
    calendar.put(ended, stamp);
    calendar.put(renamed(rest, new_id, new_id, keeps_properties), stamp);
    for (id, mut event) in changed {
        event.insert("recurringEventId".to_owned(), json!(new_id));
        calendar.put(renamed(event, &id, new_id, keeps_properties), stamp);
    }
    Ok(())
}

/// The resource under another id, with or without its private properties.
fn renamed(mut event: Map<String, Value>, id: &str, series_id: &str, keeps_properties: bool) -> Map<String, Value> {
    event.insert("id".to_owned(), json!(id));
    event.insert("iCalUID".to_owned(), json!(format!("{series_id}@google.com")));
    event.insert("htmlLink".to_owned(), json!(format!("https://www.google.com/calendar/event?eid={id}")));
    if !keeps_properties && let Some(extended) = event.get_mut("extendedProperties").and_then(Value::as_object_mut) {
        extended.remove("private");
    }
    event
}
