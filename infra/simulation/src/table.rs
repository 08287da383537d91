//! What a request to DynamoDB writes, as read off the wire.

use chrono::{DateTime, Utc};
use moffman_simulators::{Call, Service};
use serde_json::Value;

use crate::wire::{PersonDays, key};

/// The calendar and the event of a record.
pub type EventPlace = (String, String);

/// Something in the table that a request writes or only checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableWrite {
    /// The item of a form.
    Form(Box<WireForm>),
    /// The open record of an event.
    Record(WireRecord),
    /// The open record of an event is deleted.
    Close { of: EventPlace },
    /// The open record of an event is only checked.
    Check { of: EventPlace },
    /// The time of the newest version of an event that was looked at, so that no older one is recorded; `None` forgets
    /// it.
    Seen { of: EventPlace, updated: Option<DateTime<Utc>> },
    /// The cursor of a calendar.
    Cursor { calendar: String },
    /// The form that an event has left behind.
    Left { form: PersonDays },
}

/// An open record, as its item says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireRecord {
    /// The event.
    pub of: EventPlace,
    /// The form that the event asks for.
    pub form: PersonDays,
    /// When Google says that the event was last changed.
    pub updated: Option<DateTime<Utc>>,
}

/// A form, as its item says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireForm {
    /// Its partition and sort key.
    pub place: (String, String),
    /// The person and the days of the form.
    pub key: PersonDays,
    /// How far it has come.
    pub state: String,
    /// How many mails may be out, as the table counts them.
    pub mails: u64,
    /// The claims of the senders of the form and of its copy.
    pub claims: [Option<WireClaim>; 2],
    /// Whether a person had it sent again, which allows one mail.
    pub is_ordered: bool,
    /// Whether a person ordered a copy that is still to be sent.
    pub has_copy: bool,
    /// Since when nobody wants it.
    pub not_wanted: Option<DateTime<Utc>>,
    /// The events that asked for it.
    pub events: Vec<String>,
}

/// The right to send a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireClaim {
    /// A text that no other claim has.
    pub id: String,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
}

impl WireForm {
    /// Reads an item of the table, or one that a request puts there; `None` if it is no form.
    pub fn read(item: &Value) -> Option<Self> {
        let (partition, sort) = (item["pk"]["S"].as_str()?, item["sk"]["S"].as_str()?);
        if !sort.starts_with("form#") {
            return None;
        }
        let copy = &item["copy"]["M"];
        let is_unwanted = item["outcome"]["S"] == "not_wanted";
        let events = item["events"]["L"].as_array().into_iter().flatten();
        Some(Self {
            place: (partition.to_owned(), sort.to_owned()),
            key: key(item["person"]["S"].as_str()?, item["days"]["S"].as_str()?)?,
            state: item["state"]["S"].as_str()?.to_owned(),
            mails: item["mails"]["N"].as_str().and_then(|count| count.parse().ok()).unwrap_or_default(),
            claims: [
                claim(&item["claim"], &item["lease_until"]),
                claim(&copy["claim"]["M"]["id"], &copy["claim"]["M"]["until"]),
            ],
            is_ordered: item["ordered"]["BOOL"] == true,
            has_copy: copy.is_object(),
            not_wanted: instant(&item["discarded_at"]).filter(|_| is_unwanted),
            events: events.filter_map(|event| Some(event["M"]["event"]["S"].as_str()?.to_owned())).collect(),
        })
    }

    /// Whether a person has had it sent again since `before`.
    pub fn is_resent_since(&self, before: &Self) -> bool {
        let is_due = |item: &Self| item.state == "due" && item.is_ordered;
        // The count of mails also shrinks when a sender takes its mail off because it did not send.
        is_due(self) && !is_due(before) && self.mails >= before.mails
    }

    /// How many more mails are allowed than before: for a form that a person had sent again, for a copy, or for a form
    /// that is asked for again after nobody wanted it.
    pub fn wishes_since(&self, before: &Self) -> u32 {
        let is_wanted = before.not_wanted.is_some() && self.claims[0].is_some();
        let is_copied = self.has_copy && !before.has_copy;
        [self.is_resent_since(before), is_wanted, is_copied].into_iter().map(u32::from).sum()
    }

    /// Whether the form went out or arrived, which nothing may take back.
    pub fn is_issued(&self) -> bool {
        self.state == "issued" || (self.state == "discarded" && self.not_wanted.is_none())
    }

    /// The end of the claim on the form, or on its copy.
    pub fn sent_until(&self) -> Option<DateTime<Utc>> {
        self.claims.iter().flatten().map(|claim| claim.until).max()
    }
}

/// What a request writes or checks in the table, in the order of its actions.
pub fn writes(call: &Call) -> Vec<TableWrite> {
    let Some(body) = call.body.as_ref().filter(|_| call.service == Service::DynamoDb) else { return Vec::new() };
    let actions = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let alone = (call.operation == "PutItem").then(|| put(&body["Item"])).flatten();
    actions.iter().filter_map(action).chain(alone).collect()
}

/// The form that a request puts into the table.
pub fn form_put(call: &Call) -> Option<WireForm> {
    writes(call).into_iter().find_map(|write| if let TableWrite::Form(item) = write { Some(*item) } else { None })
}

/// The event whose open record a request writes, closes or checks; otherwise the last event that asked for the form
/// that the request writes.
pub fn written(call: &Call) -> Option<String> {
    let writes = writes(call);
    let by_record = writes.iter().find_map(|write| match write {
        TableWrite::Record(WireRecord { of, .. }) | TableWrite::Close { of } | TableWrite::Check { of } => {
            Some(of.1.clone())
        }
        TableWrite::Form(_) | TableWrite::Cursor { .. } | TableWrite::Seen { .. } | TableWrite::Left { .. } => None,
    });
    by_record.or_else(|| form_put(call)?.events.pop())
}

/// Whether a request records an event.
pub fn records(call: &Call) -> bool {
    writes(call).iter().any(|write| matches!(write, TableWrite::Record(_)))
}

/// Whether a request closes a record.
pub fn closes(call: &Call) -> bool {
    writes(call).iter().any(|write| matches!(write, TableWrite::Close { .. }))
}

/// Whether a request writes what became of a form, or what a person decided about it.
pub fn writes_outcome(call: &Call) -> bool {
    call.operation == "PutItem" && form_put(call).is_some()
}

/// The event of the reservation whose end a request announces.
pub fn announces(call: &Call) -> Option<&str> {
    let item = &call.body.as_ref().filter(|_| call.operation == "PutItem")?["Item"];
    item["sk"]["S"].as_str().filter(|_| item["state"]["S"] == "ending")
}

/// Whether a request reads or writes the item at this place.
pub fn touches(call: &Call, (partition, sort): &(String, String)) -> bool {
    let body = call.body.as_ref().filter(|_| call.service == Service::DynamoDb).map(Value::to_string);
    body.is_some_and(|body| body.contains(partition.as_str()) && body.contains(sort.as_str()))
}

/// What is written, for a story.
pub fn told(write: &TableWrite) -> String {
    match write {
        TableWrite::Form(item) => {
            let WireForm { key: (person, from, to), state, mails, has_copy, .. } = item.as_ref();
            let copy = if *has_copy { ", with a copy" } else { "" };
            format!("[form {person} {from} {to}: {state}, mails {mails}{copy}]")
        }
        TableWrite::Record(WireRecord { of: (_, event), .. }) => format!("[record {event}]"),
        TableWrite::Close { of: (_, event) } => format!("[close {event}]"),
        TableWrite::Check { of: (_, event) } => format!("[check {event}]"),
        TableWrite::Seen { of: (_, event), updated } => format!("[seen {event}, {updated:?}]"),
        TableWrite::Cursor { calendar } => format!("[cursor {calendar}]"),
        TableWrite::Left { form: (person, from, to) } => format!("[left {person} {from} {to}]"),
    }
}

fn action(action: &Value) -> Option<TableWrite> {
    let of = |action: &Value| event_place(&action["Key"], "open#");
    let closed = of(&action["Delete"]).map(|of| TableWrite::Close { of });
    let checked = || of(&action["ConditionCheck"]).map(|of| TableWrite::Check { of });
    closed.or_else(checked).or_else(|| put(&action["Put"]["Item"]))
}

fn put(item: &Value) -> Option<TableWrite> {
    let updated = instant(&item["updated"]);
    if let Some(of) = event_place(item, "open#") {
        let form = key(item["person"]["S"].as_str()?, item["days"]["S"].as_str()?)?;
        return Some(TableWrite::Record(WireRecord { of, form, updated }));
    }
    if let Some(of) = event_place(item, "seen#") {
        let is_lasting = !matches!(item["how"]["S"].as_str()?, "not_registered" | "left");
        return Some(TableWrite::Seen { of, updated: updated.filter(|_| is_lasting) });
    }
    match item["sk"]["S"].as_str()? {
        "cursor" => Some(TableWrite::Cursor { calendar: calendar(item)? }),
        left if left.starts_with("left#") => {
            Some(TableWrite::Left { form: key(item["person"]["S"].as_str()?, item["days"]["S"].as_str()?)? })
        }
        _ => WireForm::read(item).map(Box::new).map(TableWrite::Form),
    }
}

fn event_place(key: &Value, kind: &str) -> Option<EventPlace> {
    Some((calendar(key)?, key["sk"]["S"].as_str()?.strip_prefix(kind)?.to_owned()))
}

fn calendar(key: &Value) -> Option<String> {
    Some(key["pk"]["S"].as_str()?.strip_prefix("calendar#")?.to_owned())
}

fn claim(id: &Value, until: &Value) -> Option<WireClaim> {
    Some(WireClaim { id: id["S"].as_str()?.to_owned(), until: instant(until)? })
}

fn instant(attribute: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(attribute["N"].as_str()?.parse().ok()?)
}
