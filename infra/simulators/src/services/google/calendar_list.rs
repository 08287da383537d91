//! `calendarList.get`, `insert` and `list`, and `calendars.get`.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/calendarList>. Inserting a calendar
//! that is in the list already answers with its entry.

use super::arguments::Arguments;
use super::error::{ApiRefusal, ApiResult};
use super::{calendar::SimulatedCalendar, calendars::Calendars};
use serde_json::{Value, json};

pub(crate) fn get(calendars: &Calendars, arguments: &Arguments) -> ApiResult {
    let calendar = calendars.shared(arguments.path("calendarId"));
    let subscribed = calendar.filter(|calendar| calendars.subscriptions.contains(&calendar.id));
    subscribed.map(entry).ok_or_else(ApiRefusal::not_found)
}

pub(crate) fn insert(calendars: &mut Calendars, arguments: &Arguments) -> ApiResult {
    let id = arguments.body.get("id").and_then(Value::as_str);
    let id = id.ok_or_else(|| ApiRefusal::new(400, "required", "Required").violating("the body has no id"))?;
    let calendar = calendars.shared(id).ok_or_else(ApiRefusal::not_found)?;
    let (id, entry) = (calendar.id.clone(), entry(calendar));
    if !calendars.subscriptions.contains(&id) {
        calendars.subscriptions.push(id);
    }
    Ok(entry)
}

/// All entries are on one page, while Google's pages have 100 unless a request asks for more.
pub(crate) fn list(calendars: &Calendars, arguments: &Arguments) -> ApiResult {
    if arguments.get("syncToken").or(arguments.get("pageToken")).is_some() {
        return Err(ApiRefusal::wrong("tokens of calendarList.list are not simulated"));
    }
    let items: Vec<Value> = calendars.subscriptions.iter().filter_map(|id| calendars.shared(id)).map(entry).collect();
    Ok(json!({ "kind": "calendar#calendarList", "etag": "\"list\"", "items": items, "nextSyncToken": "list" }))
}

pub(crate) fn calendar(calendars: &Calendars, arguments: &Arguments) -> ApiResult {
    let calendar = calendars.shared(arguments.path("calendarId")).ok_or_else(ApiRefusal::not_found)?;
    Ok(json!({
        "kind": "calendar#calendar",
        "etag": "\"calendar\"",
        "id": calendar.id,
        "summary": calendar.id,
        "timeZone": calendar.time_zone.name(),
    }))
}

fn entry(calendar: &SimulatedCalendar) -> Value {
    json!({
        "kind": "calendar#calendarListEntry",
        "etag": "\"entry\"",
        "id": calendar.id,
        "summary": calendar.id,
        "timeZone": calendar.time_zone.name(),
        "accessRole": calendar.access_role,
        "defaultReminders": [],
    })
}
