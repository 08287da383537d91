//! Translates between Google's events and ours: <https://developers.google.com/workspace/calendar/api/v3/reference/events>
//!
//! Only this file knows that Google has dates for some events and instants for others, and that its colours are strings.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use google_calendar3::api;
use serde_json::{Map, Value, json};

use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::email::Email;
use crate::domain::event::{APPROVED_DATES, APPROVED_EVENT, Event, EventChange, Kind, Marks, PROCESSED, RESERVATION};

/// The partial response that has all an [`Event`] needs.
pub(super) const FIELDS: &str = "id,etag,status,eventType,creator/email,organizer(email,self),guestsCanModify,locked,updated,start,end,\
                                 summary,recurringEventId,recurrence,extendedProperties/private,htmlLink";
/// The longest title that Google takes, in characters.
const LONGEST_TITLE: usize = 1_024;

/// Reads an event of `calendar`, which is in `zone`; without one, the event's own zone counts, or UTC. `None` without an
/// id.
pub(super) fn read(event: api::Event, calendar: &CalendarId, zone: Option<Tz>) -> Option<Event> {
    let fixed = is_fixed(&event, calendar);
    let (start, end) = (event.start.unwrap_or_default(), event.end.unwrap_or_default());
    let zone = zone.or_else(|| start.time_zone.as_deref().map(parse_zone)).unwrap_or(Tz::UTC);
    let private = event.extended_properties.and_then(|properties| properties.private).unwrap_or_default();
    Some(Event {
        id: event.id.filter(|id| !id.is_empty())?,
        etag: event.etag.unwrap_or_default(),
        cancelled: event.status.as_deref() == Some("cancelled"),
        kind: kind(event.event_type.as_deref(), event.recurrence.as_deref()),
        creator: event.creator.and_then(|creator| creator.email).and_then(|email| Email::parse(&email)),
        updated: event.updated,
        days: days(&start, &end, zone),
        timed: start.date_time.is_some(),
        title: event.summary,
        series: event.recurring_event_id,
        fixed,
        marks: marks(private),
        url: event.html_link,
    })
}

/// Only the calendar of its organizer changes an event, unless guests may; what is locked nobody changes. An event that
/// does not say whose it is is the calendar's own.
fn is_fixed(event: &api::Event, calendar: &CalendarId) -> bool {
    let is_anothers = event.organizer.as_ref().is_some_and(|organizer| {
        let is_other = organizer.email.as_deref().is_some_and(|email| CalendarId::from(email) != *calendar);
        is_other && organizer.self_ != Some(true)
    });
    event.locked == Some(true) || (is_anothers && event.guests_can_modify != Some(true))
}

/// Reads the name of a time zone. An unknown one is taken for UTC.
pub(super) fn parse_zone(name: &str) -> Tz {
    name.parse().unwrap_or_else(|_| {
        tracing::warn!(time_zone = name, "the time zone of a calendar is unknown; UTC is used");
        Tz::UTC
    })
}

fn kind(event_type: Option<&str>, recurrence: Option<&[String]>) -> Kind {
    match (event_type, recurrence) {
        (None | Some("default"), None | Some([])) => Kind::Single,
        (None | Some("default"), Some(_)) => Kind::Series,
        _ => Kind::Special,
    }
}

fn marks(mut private: HashMap<String, String>) -> Marks {
    Marks {
        processed: private.remove(PROCESSED),
        reservation: private.remove(RESERVATION),
        approved_event: private.remove(APPROVED_EVENT),
        approved_dates: private.remove(APPROVED_DATES).and_then(|dates| dates.parse().ok()),
    }
}

fn days(start: &api::EventDateTime, end: &api::EventDateTime, zone: Tz) -> Option<DateRange> {
    let (first, after_last) = match (start.date, end.date, start.date_time, end.date_time) {
        (Some(start), Some(end), ..) => (start, end),
        (_, _, Some(start), Some(end)) => local_days(start, end, zone)?,
        _ => return None,
    };
    DateRange::new(first, after_last).ok()
}

/// The days that have at least a moment of the event: an end at midnight belongs to the day before. An event without
/// length has the day of its start.
fn local_days(start: DateTime<Utc>, end: DateTime<Utc>, zone: Tz) -> Option<(NaiveDate, NaiveDate)> {
    let writable = |instant: DateTime<Utc>| (1..=9_998).contains(&instant.year());
    if end < start || !writable(start) || !writable(end) {
        return None;
    }
    let last_moment = if end > start { end - TimeDelta::nanoseconds(1) } else { end };
    let day = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
    Some((day(start), day(last_moment).checked_add_days(Days::new(1))?))
}

/// A new event.
pub(super) fn new_event(id: &str, content: &EventChange) -> api::Event {
    let date = |date| Some(api::EventDateTime { date: Some(date), ..Default::default() });
    let private = content.properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let private = api::EventExtendedProperties { private: Some(private), shared: None };
    api::Event {
        id: Some(id.to_owned()),
        summary: content.title.as_deref().map(cut_title),
        color_id: content.colour.map(|colour| colour.to_string()),
        start: content.days.and_then(|days| date(days.start())),
        end: content.days.and_then(|days| date(days.end())),
        status: content.revive.then(|| "confirmed".to_owned()),
        extended_properties: (!content.properties.is_empty()).then_some(private),
        ..Default::default()
    }
}

/// The body of a PATCH. The nulls take the times away from an event that a person has given some.
pub(super) fn patch(change: &EventChange) -> Value {
    let date = |date: NaiveDate| json!({"date": date.to_string(), "dateTime": null, "timeZone": null});
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.map(|value| body.insert(name.to_owned(), value));
    set("summary", change.title.as_deref().map(|title| cut_title(title).into()));
    set("colorId", change.colour.map(|colour| colour.to_string().into()));
    set("start", change.days.map(|days| date(days.start())));
    set("end", change.days.map(|days| date(days.end())));
    set("status", change.revive.then(|| "confirmed".into()));
    let private: Map<_, _> =
        change.properties.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    set("extendedProperties", (!private.is_empty()).then(|| json!({"private": private})));
    Value::Object(body)
}

fn cut_title(title: &str) -> String {
    title.chars().take(LONGEST_TITLE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> CalendarId {
        "prague@group.calendar.google.com".into()
    }

    #[test]
    fn only_what_google_lets_this_calendar_change_is_to_be_changed() {
        let ours = json!({"email": "Prague@group.calendar.google.com", "self": true});
        let annas = json!({"email": "anna@example.com"});
        for (content, fixed) in [
            (json!({}), false),
            (json!({"organizer": ours}), false),
            (json!({"organizer": {"email": "prague@group.calendar.google.com"}}), false),
            (json!({"organizer": {"displayName": "Anna"}}), false),
            (json!({"organizer": annas}), true),
            (json!({"organizer": annas, "guestsCanModify": true}), false),
            (json!({"organizer": {"email": "anna@example.com", "self": true}}), false),
            (json!({"organizer": ours, "locked": true}), true),
            (json!({"organizer": annas, "guestsCanModify": true, "locked": true}), true),
        ] {
            let mut event = content.clone();
            event["id"] = "e".into();
            let event = read(serde_json::from_value(event).unwrap(), &calendar(), None).unwrap();
            assert_eq!(event.fixed, fixed, "{content}");
        }
    }

    fn instant(text: &str) -> api::EventDateTime {
        api::EventDateTime { date_time: Some(text.parse().unwrap()), ..Default::default() }
    }

    fn date(text: &str) -> api::EventDateTime {
        api::EventDateTime { date: Some(text.parse().unwrap()), ..Default::default() }
    }

    fn written(start: &api::EventDateTime, end: &api::EventDateTime, zone: Tz) -> String {
        days(start, end, zone).map(|days| days.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_timed_event_has_the_days_of_the_calendars_zone() {
        for (zone, start, end, expected) in [
            (Tz::UTC, "2026-06-18T09:00:00Z", "2026-06-18T17:00:00Z", "2026-06-18/2026-06-19"),
            (Tz::Europe__Prague, "2026-06-17T22:30:00Z", "2026-06-18T15:00:00Z", "2026-06-18/2026-06-19"),
            (Tz::America__New_York, "2026-06-18T02:00:00Z", "2026-06-18T05:00:00Z", "2026-06-17/2026-06-19"),
            (Tz::Europe__Prague, "2026-06-18T07:00:00Z", "2026-06-18T22:00:00Z", "2026-06-18/2026-06-19"),
            (Tz::Europe__Prague, "2026-06-18T07:00:00Z", "2026-06-18T22:00:01Z", "2026-06-18/2026-06-20"),
            (Tz::Europe__Prague, "2026-06-18T22:00:00Z", "2026-06-18T22:00:00Z", "2026-06-19/2026-06-20"),
            (Tz::Pacific__Kiritimati, "2026-06-18T10:00:00Z", "2026-06-19T10:00:00Z", "2026-06-19/2026-06-20"),
            // A day that begins at one o'clock: its first moment is the end of the day before.
            (Tz::Africa__Cairo, "2026-04-23T10:00:00Z", "2026-04-23T22:00:00Z", "2026-04-23/2026-04-24"),
        ] {
            assert_eq!(written(&instant(start), &instant(end), zone), expected, "{zone} {start} {end}");
        }
    }

    #[test]
    fn an_event_without_sensible_dates_has_no_days() {
        let nothing = api::EventDateTime::default();
        for (start, end) in [
            (nothing.clone(), nothing.clone()),
            (date("2026-06-18"), nothing),
            (date("2026-06-18"), instant("2026-06-18T17:00:00Z")),
            (date("2026-06-18"), date("2026-06-17")),
            (instant("2026-06-18T17:00:00Z"), instant("2026-06-18T09:00:00Z")),
            (instant("+262000-01-01T00:00:00Z"), instant("+262000-01-02T00:00:00Z")),
        ] {
            assert_eq!(written(&start, &end, Tz::Europe__Prague), "", "{start:?} {end:?}");
        }
        assert_eq!(written(&date("2026-06-18"), &date("2026-06-18"), Tz::UTC), "2026-06-18/2026-06-19");
    }

    #[test]
    fn the_zone_is_the_calendars_or_the_events_or_utc() {
        let event = |zone: Option<&str>| api::Event {
            id: Some("e".to_owned()),
            start: Some(api::EventDateTime { time_zone: zone.map(str::to_owned), ..instant("2026-06-18T23:00:00Z") }),
            end: Some(instant("2026-06-18T23:30:00Z")),
            ..Default::default()
        };
        let first =
            |event, zone| read(event, &calendar(), zone).and_then(|event| event.days).unwrap().start().to_string();
        assert_eq!(first(event(Some("Asia/Tokyo")), Some(Tz::UTC)), "2026-06-18");
        assert_eq!(first(event(Some("Asia/Tokyo")), None), "2026-06-19");
        assert_eq!(first(event(Some("Mars/Olympus")), None), "2026-06-18");
        assert_eq!(first(event(None), None), "2026-06-18");
    }

    #[test]
    fn a_tombstone_may_have_nothing_but_its_id() {
        let tombstone = serde_json::from_value(json!({"id": "e", "status": "cancelled"})).unwrap();
        let event = read(tombstone, &calendar(), None).unwrap();
        assert!(event.cancelled && event.kind == Kind::Single && !event.timed);
        assert_eq!((event.creator, event.days, event.marks), (None, None, Marks::default()));
        assert!(read(api::Event::default(), &calendar(), None).is_none());
    }

    #[test]
    fn marks_are_read_and_odd_ones_left_out() {
        let event = |dates: &str| {
            let private =
                json!({"event_processed": "false", "moffman_event": "e", "moffman_dates": dates, "other": "x"});
            let event = json!({"id": "e", "eventType": "focusTime", "extendedProperties": {"private": private}});
            read(serde_json::from_value(event).unwrap(), &calendar(), None).unwrap()
        };
        let marks = event("2026-06-18/2026-06-19").marks;
        assert_eq!((marks.processed.as_deref(), marks.approved_event.as_deref()), (Some("false"), Some("e")));
        assert_eq!(marks.approved_dates.unwrap().to_string(), "2026-06-18/2026-06-19");
        assert_eq!(event("soon").marks.approved_dates, None);
        assert_eq!(event("").kind, Kind::Special);
    }

    #[test]
    fn a_patch_says_only_what_changes_and_in_strings() {
        assert_eq!(patch(&EventChange::default()), json!({}));
        let change = EventChange {
            title: Some("Ž".repeat(2_000)),
            colour: Some(5),
            days: "2026-06-18/2026-06-20".parse().ok(),
            revive: true,
            properties: vec![(PROCESSED, "true".to_owned())],
        };
        let date = |date| json!({"date": date, "dateTime": null, "timeZone": null});
        let expected = json!({
            "summary": "Ž".repeat(1_024), "colorId": "5", "start": date("2026-06-18"), "end": date("2026-06-20"),
            "status": "confirmed", "extendedProperties": {"private": {"event_processed": "true"}},
        });
        assert_eq!(patch(&change), expected);
    }
}
