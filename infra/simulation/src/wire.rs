//! What a call means for the promises, as read off the wire.

use moffman_simulators::{Call, Fault, Service};
use serde_json::{Value, json};

use crate::cast::CALENDARS;

/// A form as Byroapi gets it: person, first day, last day.
pub type PersonDays = (String, String, String);

/// What a call is about. Days are written as in the marks of an event, `2026-06-18/2026-06-20`, with an exclusive end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// A calendar is listed.
    List { calendar: String },
    /// An event is read.
    Read { calendar: String, event: String },
    /// A form is asked for.
    Form(PersonDays),
    /// An event that a person made is approved for these days.
    Approve { calendar: String, event: String, days: String },
    /// A workflow's reservation of this name is written to an event, approved or pending.
    Reserve { calendar: String, event: String, name: String, approved: bool },
    /// Somebody's decision about a reservation is written to its event: it is approved or ended.
    Decide { calendar: String, event: String, ends: bool },
    /// An event is changed in another way or deleted, which only people should do.
    Unmarked,
    /// The call does not matter to the promises.
    Other,
}

/// What `call` is about.
pub fn matter(call: &Call) -> Matter {
    let body = call.body.as_ref().unwrap_or(&Value::Null);
    match (call.operation.as_str(), call.calendar.clone(), call.event.clone()) {
        ("events.list", Some(calendar), _) if call.parameter("pageToken").is_none() => Matter::List { calendar },
        ("events.get", Some(calendar), Some(event)) => Matter::Read { calendar, event },
        ("events.patch", Some(calendar), Some(event)) => event_write(body, calendar, event),
        ("events.insert", Some(calendar), _) => event_write(body, calendar, text(&body["id"])),
        (operation, ..) if operation.starts_with("events.") && call.method != "GET" => Matter::Unmarked,
        ("form", ..) => Matter::Form(form_key(body)),
        _ => Matter::Other,
    }
}

/// The form that a request to Byroapi names.
pub fn form_key(body: &Value) -> PersonDays {
    let data = &body["form_data"];
    (text(&data["user_id"]).to_lowercase(), text(&data["date_from"]), text(&data["date_to"]))
}

/// The form of a person for these days; `None` if the days cannot be read.
pub fn key(person: &str, days: &str) -> Option<PersonDays> {
    let (start, end) = days.split_once('/')?;
    let end: chrono::NaiveDate = end.parse().ok()?;
    Some((person.to_lowercase(), start.to_owned(), end.pred_opt()?.to_string()))
}

/// The days of an all-day event.
pub fn days(event: &Value) -> String {
    let date = |name: &str| event[name]["date"].as_str().unwrap_or_default();
    format!("{}/{}", date("start"), date("end"))
}

/// Whether an event is in its calendar and not deleted.
pub fn is_there(event: &Value) -> bool {
    event["status"] == "confirmed"
}

/// Whether an event, or a change of it, says that it is approved.
pub fn is_processed(event: &Value) -> bool {
    event["extendedProperties"]["private"]["event_processed"] == "true"
}

/// Whether the sender of a form learns what became of it, if this fault happens to the call.
pub fn is_clear(fault: Option<&Fault>) -> bool {
    match fault {
        // A page of another server means a refusal, and an empty body is Byroapi's usual answer.
        None | Some(Fault::Html(200) | Fault::Empty) => true,
        Some(Fault::Status { code, .. }) => (400..500).contains(code) && *code != 408 || matches!(code, 500 | 503),
        Some(Fault::StatusAfterEffect { code, .. }) => (200..300).contains(code),
        Some(_) => false,
    }
}

/// Whether a call is about other calendars than this one.
pub fn is_elsewhere(call: &Call, calendar: &str) -> bool {
    match (call.service, &call.calendar) {
        (Service::DynamoDb, _) => {
            let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
            !body.contains(calendar) && CALENDARS.iter().any(|other| body.contains(other))
        }
        (_, named) => named.as_ref().is_some_and(|named| named != calendar),
    }
}

fn event_write(body: &Value, calendar: String, event: String) -> Matter {
    let private = &body["extendedProperties"]["private"];
    match private["moffman_dates"].as_str() {
        Some(days) => Matter::Approve { calendar, event, days: days.to_owned() },
        None if private["moffman_reservation"].is_string() => {
            let title = text(&body["summary"]);
            let pending = title.strip_prefix('(').and_then(|title| title.strip_suffix(')'));
            let name = pending.unwrap_or(&title).to_owned();
            Matter::Reserve { calendar, event, name, approved: is_processed(body) }
        }
        None if *body == json!({"status": "cancelled"}) => Matter::Decide { calendar, event, ends: true },
        None if is_processed(body) => Matter::Decide { calendar, event, ends: false },
        None => Matter::Unmarked,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
