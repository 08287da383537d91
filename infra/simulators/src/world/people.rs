//! The part of [`World`] with persons: what they do in Google Calendar by themselves, without the API.
//!
//! It is a violation to tell a person to do the impossible, such as to delete an unknown event.

use super::event::{NewEvent, Occurrence, Period, Recurrence};
use super::handle::World;
use crate::services::google::calendar::{SimulatedCalendar, StoredEvent};
use crate::services::google::calendars::Calendars;
use crate::services::google::content::{self, EventDraft, merge};
use crate::services::google::error::{ApiRefusal, ApiResult};
use crate::services::google::point::Point;
use crate::services::google::resource::{Resource, text};
use crate::time::{ChangeStamp, Chronicle};
use serde_json::{Map, Value, json};

/// Where the copy of an event goes.
#[derive(Clone, Copy, Debug)]
pub struct CopyTarget<'a> {
    /// The calendar that gets the copy.
    pub calendar: &'a str,
    /// The e-mail address of the person who makes it.
    pub creator: &'a str,
}

/// The way of an event or a series from one calendar to another.
struct CalendarMove<'a> {
    id: &'a str,
    from: &'a str,
    to: &'a str,
}

impl World {
    /// A person adds an event; the answer is its id.
    pub fn person_adds(&self, calendar: &str, creator_email: &str, event: NewEvent) -> String {
        self.add(calendar, creator_email, event.fields)
    }

    /// A person changes start and end of an event, a series or an occurrence.
    pub fn person_moves(&self, calendar: &str, event_id: &str, to: impl Into<Period>) {
        let to = to.into();
        let fields = json!({ "start": to.start.to_value(), "end": to.end.to_value() });
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
    pub fn person_copies(&self, calendar: &str, event_id: &str, target: CopyTarget<'_>) -> String {
        let Some(Value::Object(mut fields)) = self.event(calendar, event_id) else {
            self.lock().chronicle.violation(format!("person: no event {event_id} in {calendar} to copy"));
            return String::new();
        };
        let copied = ["summary", "start", "end", "colorId", "extendedProperties", "recurrence", "eventType"];
        fields.retain(|field, _| copied.contains(&field.as_str()));
        self.add(target.calendar, target.creator, fields)
    }

    /// A person moves an event, or a series with all its days, to another calendar. It keeps its id, its creator and its
    /// properties; the calendar that it leaves shows it as deleted. A day of a series alone cannot be moved.
    /// <https://developers.google.com/workspace/calendar/api/v3/reference/events/move>
    pub fn person_moves_to_calendar(&self, calendar: &str, event_id: &str, to_calendar: &str) {
        let mut state = self.lock();
        let (calendars, chronicle) = state.calendars_and_chronicle();
        let way = CalendarMove { id: event_id, from: calendar, to: to_calendar };
        let result = move_between(calendars, &way, chronicle.stamp());
        record(result, chronicle);
    }

    /// A person deletes a single event and enters it anew, with only its title and times. The answer is the new id.
    pub fn person_enters_again(&self, calendar: &str, event_id: &str) -> String {
        let event = self.event(calendar, event_id).unwrap_or_default();
        self.person_deletes(calendar, event_id);
        let creator = event["creator"]["email"].as_str().unwrap_or_default();
        let mut fields = event.as_object().cloned().unwrap_or_default();
        fields.retain(|field, _| ["summary", "start", "end"].contains(&field.as_str()));
        self.add(calendar, creator, fields)
    }

    /// A person moves one occurrence of a series.
    pub fn person_edits_occurrence<'a>(
        &self,
        calendar: &str,
        occurrence: impl Into<Occurrence<'a>>,
        to: impl Into<Period>,
    ) {
        if let Some(id) = self.occurrence_id(calendar, occurrence) {
            self.person_moves(calendar, &id, to);
        }
    }

    /// A person deletes one occurrence of a series.
    pub fn person_deletes_occurrence<'a>(&self, calendar: &str, occurrence: impl Into<Occurrence<'a>>) {
        if let Some(id) = self.occurrence_id(calendar, occurrence) {
            self.person_deletes(calendar, &id);
        }
    }

    /// A person makes a single event repeat. It keeps its id, which now names the series.
    pub fn person_makes_series(&self, calendar: &str, event_id: &str, recurrence: Recurrence) {
        self.person_edits(calendar, event_id, &json!({ "recurrence": recurrence.to_value() }));
    }

    /// The id of an occurrence; a violation if the series has none that was planned for this time.
    pub fn occurrence_id<'a>(&self, calendar: &str, occurrence: impl Into<Occurrence<'a>>) -> Option<String> {
        let Occurrence { series_id, planned } = occurrence.into();
        let mut state = self.lock();
        let (calendars, chronicle) = state.calendars_and_chronicle();
        let found = calendars.get(calendar).and_then(|calendar| {
            let planned = Point::read(&planned.to_value(), calendar.time_zone).ok()?;
            let id = format!("{series_id}_{}", planned.suffix());
            calendar.find(&id).map(|_| id)
        });
        if found.is_none() {
            chronicle
                .violation(format!("person: the series {series_id} in {calendar} has no occurrence at {planned:?}"));
        }
        found
    }

    fn add(&self, calendar: &str, creator: &str, fields: Resource) -> String {
        let id = self.lock().services.google.calendars.new_event_id();
        self.put_new(calendar, EventDraft { id: &id, creator, fields });
        id
    }

    /// Puts a new event into a calendar.
    pub(super) fn put_new(&self, calendar: &str, draft: EventDraft<'_>) {
        self.change(calendar, |calendar, stamp| {
            calendar.put(content::new_event(calendar, draft, stamp)?, stamp);
            Ok(())
        });
    }

    /// Changes a calendar. Records a violation if a person was told to do the impossible.
    pub(super) fn change(
        &self,
        calendar: &str,
        change: impl FnOnce(&mut SimulatedCalendar, ChangeStamp) -> ApiResult<()>,
    ) {
        let mut state = self.lock();
        let (calendars, chronicle) = state.calendars_and_chronicle();
        let stamp = chronicle.stamp();
        let calendar = calendars.get_mut(calendar).ok_or_else(|| unknown(calendar));
        record(calendar.and_then(|calendar| change(calendar, stamp)), chronicle);
    }
}

fn unknown(calendar: &str) -> ApiRefusal {
    ApiRefusal::invalid(&format!("no calendar {calendar}"))
}

fn record(result: ApiResult<()>, chronicle: &mut Chronicle) {
    if let Err(refusal) = result {
        chronicle.violation(format!("person: {}", refusal.message));
    }
}

fn move_between(calendars: &mut Calendars, way: &CalendarMove<'_>, stamp: ChangeStamp) -> ApiResult<()> {
    let &CalendarMove { id, from, to } = way;
    let target = calendars.get(to).ok_or_else(|| unknown(to))?;
    let organizer = json!({ "email": target.id, "displayName": target.id, "self": true });
    let is_live = |event: &StoredEvent| !event.is_cancelled();
    if from == to || target.events.get(id).is_some_and(is_live) {
        return Err(ApiRefusal::invalid(&format!("{id} is in {to} already")));
    }
    let source = calendars.get_mut(from).ok_or_else(|| unknown(from))?;
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
    if let Some(target) = calendars.get_mut(to) {
        for mut event in series.into_iter().chain(days) {
            event.insert("organizer".to_owned(), organizer.clone());
            target.put(event, stamp);
        }
    }
    Ok(())
}
