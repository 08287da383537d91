//! What a call means for the promises, read off the wire.

use moffman_simulators::{Call, Fault, Service};
use serde_json::Value;

/// A form as Byroapi takes it: for whom, from, to (inclusive).
pub type FormKey = (String, String, String);

/// What a call is about. Days are written as the marks write them, `2026-06-18/2026-06-20`, the second date exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// A listing of this calendar begins.
    List { calendar: String },
    /// This event is read.
    Read { event: String },
    /// A form is asked for.
    Form(FormKey),
    /// An event that a person made is approved for these days.
    Approve { calendar: String, event: String, days: String },
    /// A workflow's reservation of this name is written to this event, approved or pending.
    Reserve { calendar: String, event: String, name: String, approved: bool },
    /// An event is changed otherwise, or deleted: nobody but people should.
    Unmarked,
    /// A record of this event is claimed for sending the form for these days.
    Claim { event: String, days: String },
    /// It is written down that the form for these days was issued.
    Issued { event: String, days: String },
    /// It is written down that the form that was being sent is not under way any more.
    Settled { event: String },
    /// It is written down that a person wants the form for these days to be sent again, or not to be sent.
    Decided { event: String, days: String, resend: bool },
    /// The cursor of this calendar is written.
    Cursor { calendar: String },
    /// A record is closed.
    Close { event: String },
    /// Nothing that matters here.
    Other,
}

/// What `call` is about.
pub fn matter(call: &Call) -> Matter {
    let (calendar, event) = (call.calendar.clone(), call.event.clone());
    let body = call.body.as_ref().unwrap_or(&Value::Null);
    match (call.operation.as_str(), calendar, event) {
        ("events.list", Some(calendar), _) if call.parameter("pageToken").is_none() => Matter::List { calendar },
        ("events.get", _, Some(event)) => Matter::Read { event },
        ("events.patch", Some(calendar), Some(event)) => event_write(body, calendar, event),
        ("events.insert", Some(calendar), _) => event_write(body, calendar, text(&body["id"])),
        (operation, ..) if operation.starts_with("events.") && call.method != "GET" => Matter::Unmarked,
        ("form", ..) => Matter::Form(form_key(body)),
        ("PutItem", ..) => cursor(body),
        ("UpdateItem", ..) => record_write(body),
        ("TransactWriteItems", ..) => closing(body),
        _ => Matter::Other,
    }
}

/// A form as its body names it.
pub fn form_key(body: &Value) -> FormKey {
    let data = &body["form_data"];
    (text(&data["user_id"]), text(&data["date_from"]), text(&data["date_to"]))
}

/// The form of a person for these days.
pub fn key(person: &str, days: &str) -> Option<FormKey> {
    let (start, end) = days.split_once('/')?;
    let end: chrono::NaiveDate = end.parse().ok()?;
    Some((person.to_owned(), start.to_owned(), end.pred_opt()?.to_string()))
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

/// Whether an event, or what is written of it, says that it is approved.
pub fn is_processed(event: &Value) -> bool {
    event["extendedProperties"]["private"]["event_processed"] == "true"
}

/// Whether whoever asked for a form knows afterwards what became of it, if this went wrong with the call.
pub fn is_clear(fault: Option<&Fault>) -> bool {
    match fault {
        None => true,
        Some(Fault::Status { code, .. }) => (400..500).contains(code) && *code != 408 || matches!(code, 500 | 503),
        Some(Fault::StatusAfterEffect { code, .. }) => (200..300).contains(code),
        Some(_) => false,
    }
}

/// The partition that a call to DynamoDB is about: a calendar's, or nobody's in particular.
pub fn is_about(call: &Call, calendar: &str) -> bool {
    match call.service {
        Service::DynamoDb => call.body.as_ref().is_some_and(|body| body.to_string().contains(calendar)),
        _ => call.calendar.as_deref() == Some(calendar),
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
        None => Matter::Unmarked,
    }
}

fn cursor(body: &Value) -> Matter {
    let calendar = body["Item"]["pk"]["S"].as_str().and_then(|key| key.strip_prefix("calendar#"));
    match calendar.filter(|_| body["Item"]["sk"]["S"] == "cursor") {
        Some(calendar) => Matter::Cursor { calendar: calendar.to_owned() },
        None => Matter::Other,
    }
}

fn record_write(body: &Value) -> Matter {
    let Some(event) = event_of(&body["Key"]) else { return Matter::Other };
    let values = &body["ExpressionAttributeValues"];
    let expression = body["UpdateExpression"].as_str().unwrap_or_default();
    if let Some(days) = values[":sending"]["SS"][0].as_str() {
        return Matter::Claim { event, days: days.to_owned() };
    }
    match values[":days"]["SS"][0].as_str() {
        Some(days) if expression.contains("ADD issued") => Matter::Issued { event, days: days.to_owned() },
        Some(days) if removed(body).contains("held") => {
            Matter::Decided { event, days: days.to_owned(), resend: !expression.contains("issued") }
        }
        _ if expression.contains("DELETE unsettled") => Matter::Settled { event },
        _ => Matter::Other,
    }
}

fn closing(body: &Value) -> Matter {
    let actions = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let event = actions.iter().find_map(|action| event_of(&action["Delete"]["Key"]));
    event.map_or(Matter::Other, |event| Matter::Close { event })
}

/// The event of an open record that a call writes, or reads alone.
pub fn written(call: &Call) -> Option<String> {
    let body = call.body.as_ref().filter(|_| call.service == Service::DynamoDb)?;
    let actions = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let in_transaction = actions.iter().flat_map(|action| [&action["Update"]["Key"], &action["Delete"]["Key"]]);
    in_transaction.chain([&body["Key"]]).find_map(event_of)
}

/// Whether a call writes down what became of a record, and does not only claim it or record a listed version.
pub fn writes_outcome(call: &Call) -> bool {
    let body = call.body.as_ref().filter(|_| call.operation == "UpdateItem");
    body.filter(|body| event_of(&body["Key"]).is_some())
        .and_then(|body| body["UpdateExpression"].as_str())
        .is_some_and(|expression| !expression.starts_with("SET claim") && !expression.contains("#user"))
}

/// The event of an open record that a call gives up or closes.
pub fn given_up(call: &Call) -> Option<String> {
    let body = call.body.as_ref()?;
    match matter(call) {
        Matter::Close { event } => Some(event),
        _ if removed(body).contains("lease_until") => event_of(&body["Key"]),
        _ => None,
    }
}

/// What an update removes, and all that its expression says after that.
fn removed(body: &Value) -> &str {
    let expression = body["UpdateExpression"].as_str().unwrap_or_default();
    expression.split_once("REMOVE").map_or("", |(_, removed)| removed)
}

/// The event of an open record.
fn event_of(key: &Value) -> Option<String> {
    key["sk"]["S"].as_str()?.strip_prefix("open#").map(str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
