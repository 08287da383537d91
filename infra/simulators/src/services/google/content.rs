//! What an event may contain: the rules that Google applies when one is inserted or changed.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>. Extended properties over the
//! documented limits are refused here, while Google silently drops or cuts them.

use super::calendar::SimulatedCalendar;
use super::error::{ApiRefusal, ApiResult};
use super::point::Point;
use super::resource::{Resource, text, timestamp};
use super::series;
use crate::time::ChangeStamp;
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

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

/// An event that is to be made.
pub(crate) struct EventDraft<'a> {
    pub(crate) id: &'a str,
    /// The e-mail address of its creator.
    pub(crate) creator: &'a str,
    /// What the creator says about it.
    pub(crate) fields: Resource,
}

/// The resource of a new event in this calendar.
pub(crate) fn new_event(
    calendar: &SimulatedCalendar,
    draft: EventDraft<'_>,
    stamp: ChangeStamp,
) -> ApiResult<Resource> {
    let EventDraft { id, creator, mut fields } = draft;
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
pub(crate) fn settle(event: &mut Resource, zone: Tz) -> ApiResult<()> {
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

fn settle_times(event: &mut Resource, zone: Tz) -> ApiResult<()> {
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
fn settle_properties(event: &Resource) -> ApiResult<()> {
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
pub(crate) fn merge(target: &mut Resource, patch: &Resource) {
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
