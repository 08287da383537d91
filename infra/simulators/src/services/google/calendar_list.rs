//! `calendarList.get`, `insert` and `list`, and `calendars.get`.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/calendarList>. Inserting a calendar that is in the
//! list already answers with its entry.

use super::{arguments::Arguments, calendar::SimulatedCalendar, error::ApiRefusal};
use crate::state::WorldState;
use serde_json::{Value, json};

pub(crate) fn get(state: &WorldState, arguments: &Arguments) -> Result<Value, ApiRefusal> {
    let calendar = shared(state, arguments.path("calendarId"));
    let subscribed = calendar.filter(|calendar| state.subscriptions.contains(&calendar.id));
    subscribed.map(entry).ok_or_else(ApiRefusal::not_found)
}

pub(crate) fn insert(state: &mut WorldState, arguments: &Arguments) -> Result<Value, ApiRefusal> {
    let id = arguments.body.get("id").and_then(Value::as_str);
    let id = id.ok_or_else(|| ApiRefusal::new(400, "required", "Required").violating("the body has no id"))?;
    let calendar = shared(state, id).ok_or_else(ApiRefusal::not_found)?;
    let (id, entry) = (calendar.id.clone(), entry(calendar));
    if !state.subscriptions.contains(&id) {
        state.subscriptions.push(id);
    }
    Ok(entry)
}

/// All entries on one page; Google's default page has 100.
pub(crate) fn list(state: &WorldState, arguments: &Arguments) -> Result<Value, ApiRefusal> {
    if arguments.get("syncToken").or(arguments.get("pageToken")).is_some() {
        return Err(ApiRefusal::wrong("tokens of calendarList.list are not simulated"));
    }
    let items: Vec<Value> = state.subscriptions.iter().filter_map(|id| shared(state, id)).map(entry).collect();
    Ok(json!({ "kind": "calendar#calendarList", "etag": "\"list\"", "items": items, "nextSyncToken": "list" }))
}

pub(crate) fn calendar(state: &WorldState, arguments: &Arguments) -> Result<Value, ApiRefusal> {
    let calendar = shared(state, arguments.path("calendarId")).ok_or_else(ApiRefusal::not_found)?;
    Ok(json!({
        "kind": "calendar#calendar",
        "etag": "\"calendar\"",
        "id": calendar.id,
        "summary": calendar.id,
        "timeZone": calendar.time_zone.name(),
    }))
}

fn shared<'a>(state: &'a WorldState, id: &str) -> Option<&'a SimulatedCalendar> {
    state.calendars.get(id).filter(|calendar| calendar.access_role != "none")
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
