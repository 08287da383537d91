//! `events.get`, `insert`, `patch` and `delete`.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events>

use super::arguments::Arguments;
use super::calendar::SimulatedCalendar;
use super::calendars::Calendars;
use super::content::{self, EventDraft, READ_ONLY, merge};
use super::error::{ApiRefusal, ApiResult};
use super::oauth;
use super::resource::{Resource, is_cancelled, present, text};
use crate::time::{ChangeStamp, Chronicle};
use serde_json::Value;

fn existing(calendar: &SimulatedCalendar, arguments: &Arguments) -> ApiResult<Resource> {
    let event = calendar.find(arguments.path("eventId"));
    event.filter(|event| !(calendar.hides_deleted && is_cancelled(event))).ok_or_else(ApiRefusal::not_found)
}

fn check_etag(event: &Resource, arguments: &Arguments) -> ApiResult<()> {
    match arguments.if_match.as_deref() {
        None | Some("*") => Ok(()),
        Some(etag) if etag == text(event, "etag") => Ok(()),
        Some(etag) => {
            let refusal = ApiRefusal::new(412, "conditionNotMet", "Precondition Failed").at("header", "If-Match");
            let quoted = etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"');
            Err(if quoted { refusal } else { refusal.violating("If-Match is not a quoted etag") })
        }
    }
}

/// A deleted event is answered like any other; its status is `cancelled`.
pub(crate) fn get(calendars: &Calendars, arguments: &Arguments) -> ApiResult {
    let calendar = calendars.readable(arguments.path("calendarId"))?;
    let event = existing(calendar, arguments)?;
    Ok(present(event, arguments.zone(calendar.time_zone)?))
}

pub(crate) fn insert(calendars: &mut Calendars, chronicle: &mut Chronicle, arguments: &Arguments) -> ApiResult {
    let calendar = calendars.writable(arguments.path("calendarId"))?;
    let given = arguments.body.get("id").and_then(Value::as_str);
    if let Some(id) = given {
        let allowed = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte);
        if !(5..=1024).contains(&id.len()) || !id.bytes().all(allowed) {
            return Err(ApiRefusal::invalid("Invalid resource id value."));
        }
        if calendar.events.contains_key(id) {
            return Err(ApiRefusal::new(409, "duplicate", "The requested identifier already exists."));
        }
    }
    let id = given.map_or_else(|| calendars.new_event_id(), str::to_owned);
    let draft = EventDraft { id: &id, creator: oauth::EMAIL, fields: arguments.body.clone() };
    store(calendars, chronicle, arguments, |calendar, stamp| content::new_event(calendar, draft, stamp))
}

/// A deleted event can be changed too. It stays deleted unless the PATCH sets its status.
pub(crate) fn patch(calendars: &mut Calendars, chronicle: &mut Chronicle, arguments: &Arguments) -> ApiResult {
    let calendar = calendars.writable(arguments.path("calendarId"))?;
    let mut event = existing(calendar, arguments)?;
    check_etag(&event, arguments)?;
    if belongs_to_another(&event) {
        return Err(ApiRefusal::new(
            403,
            "forbiddenForNonOrganizer",
            "Shared properties can only be changed by the organizer",
        ));
    }
    let was_cancelled = is_cancelled(&event);
    let times = ["start", "end"].map(|time| event.get(time).cloned());
    let mut changes = arguments.body.clone();
    changes.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    merge(&mut event, &changes);
    if was_cancelled && !is_cancelled(&event) && calendar.refuses_revival {
        return Err(ApiRefusal::new(403, "forbidden", "Forbidden"));
    }
    content::settle(&mut event, calendar.time_zone)?;
    if times != ["start", "end"].map(|time| event.get(time).cloned()) {
        let sequence = event.get("sequence").and_then(Value::as_i64).unwrap_or_default();
        event.insert("sequence".to_owned(), Value::from(sequence + 1));
    }
    store(calendars, chronicle, arguments, |_, _| Ok(event))
}

/// Whether this calendar is only a guest of the event, and guests may not change it.
/// <https://developers.google.com/workspace/calendar/api/guides/errors#403_the_user_must_be_the_organizer>
fn belongs_to_another(event: &Resource) -> bool {
    let flag = |value: Option<&Value>| value.and_then(Value::as_bool).unwrap_or_default();
    let is_own = event.get("organizer").is_none_or(|organizer| flag(organizer.get("self")));
    !is_own && !flag(event.get("guestsCanModify"))
}

pub(crate) fn delete(calendars: &mut Calendars, chronicle: &mut Chronicle, arguments: &Arguments) -> ApiResult {
    let calendar = calendars.writable(arguments.path("calendarId"))?;
    let event = existing(calendar, arguments)?;
    check_etag(&event, arguments)?;
    if is_cancelled(&event) {
        return Err(ApiRefusal::new(410, "deleted", "Resource has been deleted"));
    }
    let stamp = chronicle.stamp();
    if let Some(calendar) = calendars.get_mut(arguments.path("calendarId")) {
        calendar.delete(arguments.path("eventId"), stamp);
    }
    Ok(Value::Null)
}

/// Stores and answers the event that `make` makes.
fn store(
    calendars: &mut Calendars,
    chronicle: &mut Chronicle,
    arguments: &Arguments,
    make: impl FnOnce(&SimulatedCalendar, ChangeStamp) -> ApiResult<Resource>,
) -> ApiResult {
    let stamp = chronicle.stamp();
    let calendar = calendars.get_mut(arguments.path("calendarId")).ok_or_else(ApiRefusal::not_found)?;
    let event = make(calendar, stamp)?;
    let id = text(&event, "id").to_owned();
    calendar.put(event, stamp);
    let stored = calendar.find(&id).ok_or_else(ApiRefusal::not_found)?;
    Ok(present(stored, arguments.zone(calendar.time_zone)?))
}
