//! What an event may contain: the rules that Google applies when one is inserted or changed.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>. Stricter than Google in one thing:
//! extended properties over the documented limits are refused, where Google drops or cuts them silently.

use super::{
    calendar::{SimulatedCalendar, text, timestamp},
    error::ApiRefusal,
    series,
};
use crate::state::ChangeStamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

/// A start or an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    Day(NaiveDate),
    /// With the zone that the event names, or its calendar's.
    Instant(DateTime<Utc>, Tz),
}

impl Point {
    /// Reads Google's `EventDateTime`.
    pub(crate) fn read(value: &Value, calendar_zone: Tz) -> Result<Self, ApiRefusal> {
        let field = |name: &str| value.get(name).and_then(Value::as_str);
        let zone = match field("timeZone") {
            Some(name) => name.parse().map_err(|_| ApiRefusal::invalid(&format!("Invalid time zone {name}.")))?,
            None => calendar_zone,
        };
        match (field("date"), field("dateTime")) {
            (Some(date), None) => {
                let day = date.parse().map_err(|_| ApiRefusal::invalid(&format!("Invalid date {date}.")))?;
                Ok(Self::Day(day))
            }
            (None, Some(time)) => {
                if let Ok(instant) = DateTime::parse_from_rfc3339(time) {
                    return Ok(Self::Instant(instant.to_utc(), zone));
                }
                let local = time.parse().map_err(|_| ApiRefusal::invalid(&format!("Invalid time {time}.")))?;
                if field("timeZone").is_none() {
                    return Err(ApiRefusal::invalid("Missing time zone definition."));
                }
                Ok(Self::Instant(instant_of(local, zone), zone))
            }
            _ => Err(ApiRefusal::invalid("A time must have either a date or a dateTime.")),
        }
    }

    /// Writes Google's `EventDateTime`, with the offset of the calendar's zone.
    pub(crate) fn write(self, calendar_zone: Tz) -> Value {
        match self {
            Self::Day(day) => json!({ "date": day.to_string() }),
            Self::Instant(instant, zone) => {
                let local = instant.with_timezone(&calendar_zone).to_rfc3339_opts(SecondsFormat::Secs, true);
                json!({ "dateTime": local, "timeZone": zone.name() })
            }
        }
    }

    /// The instant it stands for: a day begins in the given zone.
    pub(crate) fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => instant_of(day.and_time(chrono::NaiveTime::MIN), zone),
            Self::Instant(instant, _) => instant,
        }
    }

    /// How the id of an occurrence planned for this time ends.
    pub(crate) fn suffix(self) -> String {
        match self {
            Self::Day(day) => day.format("%Y%m%d").to_string(),
            Self::Instant(instant, _) => instant.format("%Y%m%dT%H%M%SZ").to_string(),
        }
    }
}

/// A local time that a change of clocks skips counts as the first instant after it, near enough.
pub(crate) fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let later = || zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest();
    let found = zone.from_local_datetime(&local).earliest().or_else(later);
    found.map_or_else(|| local.and_utc(), |instant| instant.to_utc())
}

/// Fields that a client may send and that Google sets itself.
pub(crate) const READ_ONLY: [&str; 13] = [
    "kind",
    "id",
    "etag",
    "htmlLink",
    "created",
    "updated",
    "creator",
    "organizer",
    "iCalUID",
    "recurringEventId",
    "originalStartTime",
    "sequence",
    "locked",
];

/// The resource of a new event with these fields.
pub(crate) fn new_event(
    calendar: &SimulatedCalendar,
    id: &str,
    creator: &str,
    mut fields: Map<String, Value>,
    stamp: ChangeStamp,
) -> Result<Map<String, Value>, ApiRefusal> {
    fields.retain(|name, value| !READ_ONLY.contains(&name.as_str()) && !value.is_null());
    let mut event = json!({
        "kind": "calendar#event",
        "id": id,
        "status": "confirmed",
        "htmlLink": format!("https://www.google.com/calendar/event?eid={id}"),
        "created": timestamp(stamp.updated),
        "creator": { "email": creator },
        "organizer": { "email": calendar.id, "displayName": calendar.id, "self": true },
        "iCalUID": format!("{id}@google.com"),
        "sequence": 0,
        "reminders": { "useDefault": true },
        "eventType": "default",
    });
    let mut event = event.as_object_mut().map(std::mem::take).unwrap_or_default();
    event.append(&mut fields);
    settle(&mut event, calendar.time_zone)?;
    Ok(event)
}

/// Checks the content of an event and writes its times as Google does.
pub(crate) fn settle(event: &mut Map<String, Value>, zone: Tz) -> Result<(), ApiRefusal> {
    settle_times(event, zone)?;
    if text(event, "summary").chars().count() > 1024 {
        return Err(ApiRefusal::invalid("The summary is longer than 1024 characters."));
    }
    if let Some(color) = event.get("colorId")
        && !(1..=11).any(|known: u8| *color == json!(known.to_string()))
    {
        return Err(ApiRefusal::invalid("Invalid color ID."));
    }
    if !matches!(text(event, "status"), "confirmed" | "tentative" | "cancelled") {
        return Err(ApiRefusal::invalid("Invalid status."));
    }
    series::rule(event).map_err(|text| ApiRefusal::invalid("Invalid recurrence rule.").violating(&text))?;
    settle_properties(event)
}

fn settle_times(event: &mut Map<String, Value>, zone: Tz) -> Result<(), ApiRefusal> {
    let read = |field: &str, name: &str| match event.get(field) {
        Some(value) => Point::read(value, zone),
        None => Err(ApiRefusal::new(400, "required", &format!("Missing {name} time."))),
    };
    let (start, end) = (read("start", "start")?, read("end", "end")?);
    match (start, end) {
        (Point::Day(_), Point::Instant(..)) | (Point::Instant(..), Point::Day(_)) => {
            return Err(ApiRefusal::invalid("Start and end times must either both be date or both be dateTime."));
        }
        _ if end.instant(zone) < start.instant(zone) => {
            return Err(ApiRefusal::new(400, "timeRangeEmpty", "The specified time range is empty."));
        }
        _ => {}
    }
    event.insert("start".to_owned(), start.write(zone));
    event.insert("end".to_owned(), end.write(zone));
    Ok(())
}

/// <https://developers.google.com/workspace/calendar/api/guides/extended-properties#limits>
fn settle_properties(event: &Map<String, Value>) -> Result<(), ApiRefusal> {
    for kind in ["private", "shared"] {
        let properties = event.get("extendedProperties").and_then(|extended| extended.get(kind));
        let Some(properties) = properties.and_then(Value::as_object) else {
            continue;
        };
        let length = |value: &Value| value.as_str().unwrap_or_default().chars().count();
        let fits = |(key, value): (&String, &Value)| key.chars().count() <= 44 && length(value) <= 1024;
        let total: usize =
            properties.iter().map(|(key, value)| key.len() + value.as_str().unwrap_or_default().len()).sum();
        if properties.len() > 300 || total > 32 * 1024 || !properties.iter().all(fits) {
            return Err(ApiRefusal::invalid("Extended properties exceed the limits.").violating("oversized properties"));
        }
    }
    Ok(())
}

/// PATCH semantics: objects are merged, null removes, everything else replaces.
pub(crate) fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (target.get_mut(name), value) {
            (_, Value::Null) => {
                target.remove(name);
            }
            (Some(Value::Object(target)), Value::Object(patch)) => merge(target, patch),
            (_, Value::Object(patch)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, patch);
                target.insert(name.clone(), Value::Object(fresh));
            }
            (_, value) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}
