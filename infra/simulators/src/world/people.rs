//! What persons do in Google Calendar, behind the API's back.
//!
//! What cannot be done (an unknown event, a day that does not exist) is recorded as a violation, so that a mistake in a
//! test shows up at its end.

use crate::{
    World,
    services::google::{
        calendar::{SimulatedCalendar, StoredEvent, text},
        content::{self, merge},
        error::ApiRefusal,
    },
    state::{ChangeStamp, WorldState},
    world::event::{NewEvent, Recurrence, When},
};
use serde_json::{Map, Value, json};

impl World {
    /// A person adds an event; the answer is its id.
    pub fn person_adds(&self, calendar: &str, creator_email: &str, event: NewEvent) -> String {
        let mut state = self.lock();
        let id = state.new_event_id();
        add(&mut state, calendar, &id, creator_email, event.into_fields());
        id
    }

    /// A person changes start and end, of a series or an occurrence as well.
    pub fn person_moves(&self, calendar: &str, event_id: &str, start: impl Into<When>, end: impl Into<When>) {
        let fields = json!({ "start": start.into().to_value(), "end": end.into().to_value() });
        self.person_edits(calendar, event_id, &fields);
    }

    /// A person changes the title; an empty one removes it.
    pub fn person_renames(&self, calendar: &str, event_id: &str, summary: &str) {
        let summary = if summary.is_empty() { Value::Null } else { json!(summary) };
        self.person_edits(calendar, event_id, &json!({ "summary": summary }));
    }

    /// A person changes any fields of an event or occurrence: objects are merged, null removes, start and end are replaced.
    pub fn person_edits(&self, calendar: &str, event_id: &str, fields: &Value) {
        self.change(calendar, |calendar, stamp| {
            let mut event =
                calendar.find(event_id).ok_or_else(|| ApiRefusal::invalid(&format!("no event {event_id}")))?;
            for time in ["start", "end"] {
                if fields.get(time).is_some() {
                    event.remove(time);
                }
            }
            merge(&mut event, fields.as_object().unwrap_or(&Map::new()));
            content::settle(&mut event, calendar.time_zone)?;
            calendar.put(event, stamp);
            Ok(())
        });
    }

    /// A person deletes an event, a whole series, or an occurrence.
    pub fn person_deletes(&self, calendar: &str, event_id: &str) {
        self.change(calendar, |calendar, stamp| {
            let deleted = calendar.delete(event_id, stamp);
            deleted.then_some(()).ok_or_else(|| ApiRefusal::invalid(&format!("no live event {event_id} to delete")))
        });
    }

    /// A person takes a deleted event out of the bin.
    pub fn person_restores(&self, calendar: &str, event_id: &str) {
        self.person_edits(calendar, event_id, &json!({ "status": "confirmed" }));
    }

    /// A person duplicates an event into a calendar, possibly the same. As with Google's own duplicate, the copy carries
    /// over title, times, colour and private properties. The answer is the id of the copy.
    pub fn person_copies(&self, calendar: &str, event_id: &str, creator_email: &str, to_calendar: &str) -> String {
        let mut state = self.lock();
        let id = state.new_event_id();
        let source = state.calendars.get(calendar).and_then(|calendar| calendar.find(event_id));
        let Some(mut source) = source else {
            state.violation(format!("person: no event {event_id} in {calendar} to copy"));
            return id;
        };
        let copied = ["summary", "start", "end", "colorId", "extendedProperties", "recurrence", "eventType"];
        source.retain(|field, _| copied.contains(&field.as_str()));
        add(&mut state, to_calendar, &id, creator_email, source);
        id
    }

    /// A person moves an event, or a series with all its days, to another calendar. It keeps its id, its creator and its
    /// properties; the calendar that it leaves shows it as deleted. A day of a series alone cannot be moved.
    /// <https://developers.google.com/workspace/calendar/api/v3/reference/events/move>
    pub fn person_moves_to_calendar(&self, calendar: &str, event_id: &str, to_calendar: &str) {
        let mut state = self.lock();
        let stamp = state.stamp();
        if let Err(refusal) = move_between(&mut state, (calendar, to_calendar), event_id, stamp) {
            state.violation(format!("person: {}", refusal.message));
        }
    }

    /// A person deletes a single event and enters it anew, with its title and times and nothing else. The answer is the new
    /// id.
    pub fn person_enters_again(&self, calendar: &str, event_id: &str) -> String {
        let event = self.event(calendar, event_id).unwrap_or_default();
        self.person_deletes(calendar, event_id);
        let mut state = self.lock();
        let id = state.new_event_id();
        let creator = event["creator"]["email"].as_str().unwrap_or_default().to_owned();
        let mut fields = event.as_object().cloned().unwrap_or_default();
        fields.retain(|field, _| ["summary", "start", "end"].contains(&field.as_str()));
        add(&mut state, calendar, &id, &creator, fields);
        id
    }

    /// A person moves one occurrence of a series. `original` is the day it was planned for.
    pub fn person_edits_occurrence(
        &self,
        calendar: &str,
        series_id: &str,
        original: impl Into<When>,
        start: impl Into<When>,
        end: impl Into<When>,
    ) {
        if let Some(id) = self.occurrence_id(calendar, series_id, &original.into()) {
            self.person_moves(calendar, &id, start, end);
        }
    }

    /// A person deletes one occurrence of a series. `original` is the day it was planned for.
    pub fn person_deletes_occurrence(&self, calendar: &str, series_id: &str, original: impl Into<When>) {
        if let Some(id) = self.occurrence_id(calendar, series_id, &original.into()) {
            self.person_deletes(calendar, &id);
        }
    }

    /// A person makes a single event repeat. It keeps its id, which now names the series.
    pub fn person_makes_series(&self, calendar: &str, event_id: &str, recurrence: Recurrence) {
        self.person_edits(calendar, event_id, &json!({ "recurrence": recurrence.to_value() }));
    }

    /// The id of the occurrence that was planned for this day or instant; a violation if there is none.
    pub fn occurrence_id(&self, calendar: &str, series_id: &str, original: &When) -> Option<String> {
        let mut state = self.lock();
        let found = state.calendars.get(calendar).and_then(|calendar| {
            let zone = calendar.time_zone;
            let original = content::Point::read(&original.to_value(), zone).ok()?;
            let id = format!("{series_id}_{}", original.suffix());
            calendar.find(&id).map(|_| id)
        });
        if found.is_none() {
            state.violation(format!("person: the series {series_id} in {calendar} has no occurrence at {original:?}"));
        }
        found
    }

    fn change(
        &self,
        calendar: &str,
        change: impl FnOnce(&mut SimulatedCalendar, ChangeStamp) -> Result<(), ApiRefusal>,
    ) {
        let mut state = self.lock();
        let stamp = state.stamp();
        let result = match state.calendars.get_mut(calendar) {
            Some(calendar) => change(calendar, stamp),
            None => Err(ApiRefusal::invalid(&format!("no calendar {calendar}"))),
        };
        if let Err(refusal) = result {
            state.violation(format!("person: {}", refusal.message));
        }
    }
}

fn move_between(
    state: &mut WorldState,
    (from, to): (&str, &str),
    id: &str,
    stamp: ChangeStamp,
) -> Result<(), ApiRefusal> {
    let unknown = |calendar: &str| ApiRefusal::invalid(&format!("no calendar {calendar}"));
    let target = state.calendars.get(to).ok_or_else(|| unknown(to))?;
    let organizer = json!({ "email": target.id, "displayName": target.id, "self": true });
    let is_live = |event: &StoredEvent| !event.is_cancelled();
    if from == to || target.events.get(id).is_some_and(is_live) {
        return Err(ApiRefusal::invalid(&format!("{id} is in {to} already")));
    }
    let source = state.calendars.get_mut(from).ok_or_else(|| unknown(from))?;
    let of_series = |event: &StoredEvent| text(&event.resource, "recurringEventId") == id;
    let is_movable = source
        .events
        .get(id)
        .is_some_and(|event| is_live(event) && text(&event.resource, "recurringEventId").is_empty());
    if !is_movable {
        return Err(ApiRefusal::invalid(&format!("no live event or series {id} to move")));
    }
    let (series, days): (Vec<_>, Vec<_>) = source
        .events
        .iter()
        .filter(|(own, event)| *own == id || of_series(event))
        .map(|(_, event)| event.resource.clone())
        .partition(|event| text(event, "id") == id);
    source.delete(id, stamp);
    if let Some(target) = state.calendars.get_mut(to) {
        for mut event in series.into_iter().chain(days) {
            event.insert("organizer".to_owned(), organizer.clone());
            target.put(event, stamp);
        }
    }
    Ok(())
}

fn add(state: &mut WorldState, calendar: &str, id: &str, creator: &str, fields: Map<String, Value>) {
    let stamp = state.stamp();
    let result = match state.calendars.get_mut(calendar) {
        Some(calendar) => {
            content::new_event(calendar, id, creator, fields, stamp).map(|event| calendar.put(event, stamp))
        }
        None => Err(ApiRefusal::invalid(&format!("no calendar {calendar}"))),
    };
    if let Err(refusal) = result {
        state.violation(format!("person: {}", refusal.message));
    }
}
