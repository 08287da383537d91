//! Translates between Google's events and ours: <https://developers.google.com/workspace/calendar/api/v3/reference/events>
//!
//! Only this file knows that Google has dates for some events and instants for others, and that its colours are strings.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate, TimeDelta, Utc};
use google_calendar3::api;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::odd::EventMembers;
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::email::Email;
use crate::domain::event::{
    APPROVED_DATES, APPROVED_EVENT, Event, EventChange, EventKind, LONGEST_TITLE, Marks, PROCESSED, REQUESTER,
    RESERVATION, StatusChange,
};
use crate::domain::event_id::EventId;
use crate::domain::zone::Zone;

/// The partial response that has all an [`Event`] needs.
pub(super) const FIELDS: &str = "id,etag,status,eventType,creator/email,organizer(email,self),guestsCanModify,locked,updated,start,end,\
                                 summary,recurringEventId,recurrence,extendedProperties/private,htmlLink";

/// The earliest time of a change that is believed, because this API is younger.
const EARLIEST: DateTime<Utc> = DateTime::from_timestamp_secs(946_684_800).expect("the year 2000");
/// How much Google's clock may be ahead of ours. A time of change beyond that is not believed, because it would make a
/// newer version look older.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Where and when an event was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadContext<'a> {
    /// The event's calendar.
    pub calendar: &'a CalendarId,
    /// The calendar's zone, if it is known.
    pub zone: Option<Zone>,
    /// Whether the offsets of times count more than the event's own zone where the calendar's is not known. Google writes
    /// them in the calendar's zone.
    pub by_offsets: bool,
    /// When it was read.
    pub now: DateTime<Utc>,
}

/// An event as Google's library has it, and its JSON, which alone has the offsets of times.
#[derive(Debug)]
pub(super) struct ReadEvent<'a> {
    pub event: api::Event,
    pub text: &'a str,
}

/// Reads an event as a whole. The error says what cannot be read.
pub(super) fn read(text: &str, context: ReadContext<'_>) -> Result<Event, String> {
    let members = EventMembers::read(text).ok_or("it is no object")?;
    Ok(event(ReadEvent { event: members.whole()?, text }, context))
}

/// Reads an event and leaves out what cannot be read, unless its id, its version or its owner cannot be read.
pub(super) fn read_essential(text: &str, context: ReadContext<'_>) -> Result<Event, String> {
    let members = EventMembers::read(text).ok_or("it is no object")?;
    Ok(event(ReadEvent { event: members.essential()?, text }, context))
}

/// Reads the answer to a write. `None` if it is no object.
pub(super) fn read_written(text: &str, id: &EventId, change: &EventChange, context: ReadContext<'_>) -> Option<Event> {
    let event = EventMembers::read(text)?.event;
    Some(written(ReadEvent { event, text }, id, change, context))
}

/// The event of an answer to a write. Whatever cannot be read is as it was written.
pub(super) fn written(mut read: ReadEvent, id: &EventId, change: &EventChange, context: ReadContext<'_>) -> Event {
    read.event.id = Some(id.to_string());
    let private = &mut read.event.extended_properties.get_or_insert_default().private;
    private.get_or_insert_with(|| properties(change));
    read.event.status = read.event.status.or_else(|| change.status.map(|status| word(status).to_owned()));
    let mut event = event(read, context);
    event.days = event.days.or(change.days);
    event
}

fn event(ReadEvent { event, text }: ReadEvent<'_>, context: ReadContext<'_>) -> Event {
    let fixed = is_fixed(&event, context.calendar);
    let (start, end) = (event.start.unwrap_or_default(), event.end.unwrap_or_default());
    let private = event.extended_properties.and_then(|properties| properties.private).unwrap_or_default();
    Event {
        id: event.id.unwrap_or_default().into(),
        etag: event.etag.unwrap_or_default().into(),
        cancelled: event.status.as_deref() == Some("cancelled"),
        kind: kind(event.event_type.as_deref(), event.recurrence.as_deref()),
        creator: event.creator.and_then(|creator| creator.email).and_then(|email| Email::parse(&email)),
        updated: event.updated.filter(|updated| (EARLIEST..=context.now + AHEAD).contains(updated)),
        days: days(&start, &end, text, context),
        timed: start.date_time.is_some(),
        title: event.summary,
        series: event.recurring_event_id.map(EventId::from),
        fixed,
        marks: marks(private),
        url: event.html_link,
    }
}

/// Whether nobody can change the event from this calendar. Guests may need the organizer's permission, and locked
/// events are never changed. An event without an organizer belongs to the calendar.
fn is_fixed(event: &api::Event, calendar: &CalendarId) -> bool {
    let is_anothers = event.organizer.as_ref().is_some_and(|organizer| {
        let is_other = organizer.email.as_deref().is_some_and(|email| CalendarId::from(email) != *calendar);
        is_other && organizer.self_ != Some(true)
    });
    event.locked == Some(true) || (is_anothers && event.guests_can_modify != Some(true))
}

fn kind(event_type: Option<&str>, recurrence: Option<&[String]>) -> EventKind {
    match (event_type, recurrence) {
        (None | Some("default"), None | Some([])) => EventKind::Single,
        (None | Some("default"), Some(_)) => EventKind::Series,
        _ => EventKind::Special,
    }
}

fn marks(mut private: HashMap<String, String>) -> Marks {
    Marks {
        processed: private.remove(PROCESSED),
        reservation: private.remove(RESERVATION),
        approved_event: private.remove(APPROVED_EVENT).map(EventId::from),
        approved_dates: private.remove(APPROVED_DATES).and_then(|dates| dates.parse().ok()),
        requester: private.remove(REQUESTER).and_then(|address| Email::parse(&address)),
    }
}

fn days(
    start: &api::EventDateTime,
    end: &api::EventDateTime,
    text: &str,
    context: ReadContext<'_>,
) -> Option<DateRange> {
    let zone = context.zone;
    let (first, after_last) = match (start.date, end.date, start.date_time, end.date_time) {
        (Some(start), Some(end), ..) => (start, end),
        (_, _, Some(first), Some(last)) if zone.is_some() => {
            let local = |instant: DateTime<Utc>| LocalTime { instant: instant.fixed_offset(), zone };
            local_days(local(first), local(last))?
        }
        (_, _, Some(_), Some(_)) if context.by_offsets => own_days(None, None, text)?,
        (_, _, Some(_), Some(_)) => own_days(start.time_zone.as_deref(), end.time_zone.as_deref(), text)?,
        _ => return None,
    };
    DateRange::new(first, after_last).ok()
}

/// The days of an event in its own zones, or by the offsets of its times.
fn own_days(start: Option<&str>, end: Option<&str>, text: &str) -> Option<(NaiveDate, NaiveDate)> {
    #[derive(Deserialize)]
    struct EventTimes {
        start: EventTime,
        end: EventTime,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct EventTime {
        date_time: DateTime<FixedOffset>,
    }
    let EventTimes { start: first, end: last } = serde_json::from_str(text).ok()?;
    let from = start.and_then(Zone::named);
    let to = end.and_then(Zone::named).or(from);
    local_days(LocalTime { instant: first.date_time, zone: from }, LocalTime { instant: last.date_time, zone: to })
}

/// The days that have at least a moment of the event: an end at midnight belongs to the day before. An event without
/// length has the day of its start. Without a zone, the offset of an instant counts.
fn local_days(start: LocalTime, end: LocalTime) -> Option<(NaiveDate, NaiveDate)> {
    let writable = |instant: DateTime<FixedOffset>| (1..=9_998).contains(&instant.to_utc().year());
    if end.instant < start.instant || !writable(start.instant) || !writable(end.instant) {
        return None;
    }
    let last_moment = if end.instant > start.instant { end.instant - TimeDelta::nanoseconds(1) } else { end.instant };
    let last = LocalTime { instant: last_moment, ..end };
    Some((start.day()?, last.day()?.checked_add_days(Days::new(1))?))
}

/// An instant, and the zone by whose clocks its day counts.
#[derive(Clone, Copy, Debug)]
struct LocalTime {
    instant: DateTime<FixedOffset>,
    zone: Option<Zone>,
}

impl LocalTime {
    fn day(self) -> Option<NaiveDate> {
        let shown = self.zone.map_or(Some(self.instant), |zone| zone.local(self.instant))?;
        Some(shown.date_naive())
    }
}

/// A new event.
pub(super) fn new_event(id: &EventId, content: &EventChange) -> api::Event {
    let date = |date| Some(api::EventDateTime { date: Some(date), ..Default::default() });
    let private = api::EventExtendedProperties { private: Some(properties(content)), shared: None };
    api::Event {
        id: Some(id.to_string()),
        summary: content.title.as_deref().map(cut_title),
        color_id: content.colour.map(|colour| colour.to_string()),
        start: content.days.and_then(|days| date(days.start())),
        end: content.days.and_then(|days| date(days.end())),
        status: content.status.map(|status| word(status).to_owned()),
        extended_properties: (!content.properties.is_empty()).then_some(private),
        ..Default::default()
    }
}

fn properties(content: &EventChange) -> HashMap<String, String> {
    content.properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The body of a PATCH. Its nulls remove the times of day from an event to which a person gave some.
pub(super) fn patch(change: &EventChange) -> Value {
    let date = |date: NaiveDate| json!({"date": date.to_string(), "dateTime": null, "timeZone": null});
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.map(|value| body.insert(name.to_owned(), value));
    set("summary", change.title.as_deref().map(|title| cut_title(title).into()));
    set("colorId", change.colour.map(|colour| colour.to_string().into()));
    set("start", change.days.map(|days| date(days.start())));
    set("end", change.days.map(|days| date(days.end())));
    set("status", change.status.map(|status| word(status).into()));
    let private: Map<_, _> =
        change.properties.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    set("extendedProperties", (!private.is_empty()).then(|| json!({"private": private})));
    Value::Object(body)
}

/// <https://developers.google.com/workspace/calendar/api/v3/reference/events#status>
fn word(status: StatusChange) -> &'static str {
    match status {
        StatusChange::Confirmed => "confirmed",
        StatusChange::Cancelled => "cancelled",
    }
}

fn cut_title(title: &str) -> String {
    title.chars().take(LONGEST_TITLE).collect()
}

#[cfg(test)]
mod tests;
