//! Reads the JSON of one event, although any member of it may be odd.
//!
//! Google sometimes sends what its documentation does not have, because of a program that imported the event or a later
//! version of the API. An odd member is left out, or its event is; other events never suffer.

use std::collections::BTreeMap;

use google_calendar3::api;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::event_id::EventId;

/// The members that tell which event it is, which version of it, and whose.
const ESSENTIAL: [&str; 4] = ["id", "etag", "status", "extendedProperties"];
/// <https://developers.google.com/workspace/calendar/api/v3/reference/events#status>
const STATUSES: [&str; 3] = ["confirmed", "tentative", "cancelled"];

/// What can be read of an event.
#[derive(Debug, Default)]
pub(super) struct EventMembers {
    /// The members that can be read.
    pub event: api::Event,
    /// The names of the members that cannot be read.
    odd: Vec<String>,
}

impl EventMembers {
    /// Reads an event; `None` if it is no object.
    pub fn read(text: &str) -> Option<Self> {
        let mut members = match serde_json::from_str(text) {
            Ok(event) => Self { event, odd: Vec::new() },
            Err(_) => Self::one_by_one(text)?,
        };
        if members.event.status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
            members.odd.push("status".to_owned());
        }
        // Such an etag could not be named in the condition of a write.
        if members.event.etag.as_deref().is_some_and(|etag| http::HeaderValue::from_str(etag).is_err()) {
            members.odd.push("etag".to_owned());
        }
        Some(members)
    }

    fn one_by_one(text: &str) -> Option<Self> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        let (readable, odd): (Vec<_>, Vec<_>) = members
            .into_iter()
            .map(|(name, value)| (format!("{}:{}", serde_json::Value::from(name.as_str()), value.get()), name))
            .partition(|(member, _)| serde_json::from_str::<api::Event>(&format!("{{{member}}}")).is_ok());
        let readable: Vec<String> = readable.into_iter().map(|(member, _)| member).collect();
        let event = serde_json::from_str(&format!("{{{}}}", readable.join(","))).ok()?;
        Some(Self { event, odd: odd.into_iter().map(|(_, name)| name).collect() })
    }

    /// The event, if all of it can be read; else why it cannot. The content of a deleted event does not matter.
    pub fn whole(self) -> Result<api::Event, String> {
        let is_deleted = self.event.status.as_deref() == Some("cancelled");
        match self.odd.first() {
            None => named(self.event),
            Some(_) if is_deleted => self.essential(),
            Some(name) => Err(unreadable(name)),
        }
    }

    /// The event, if its essential members can be read; else why they cannot.
    pub fn essential(self) -> Result<api::Event, String> {
        match self.odd.iter().find(|name| ESSENTIAL.contains(&name.as_str())) {
            None => named(self.event),
            Some(name) => Err(unreadable(name)),
        }
    }
}

fn unreadable(name: &str) -> String {
    format!("its `{name}` cannot be read")
}

/// The event, unless it has no id.
fn named(event: api::Event) -> Result<api::Event, String> {
    match event.id.as_deref() {
        None | Some("") => Err("it has no id".to_owned()),
        Some(_) => Ok(event),
    }
}

/// The id of an event that cannot be read as a whole, if the id can be read.
pub(super) fn id(text: &str) -> Option<EventId> {
    #[derive(Deserialize)]
    struct Named {
        id: EventId,
    }
    serde_json::from_str(text).ok().map(|Named { id }| id).filter(|id| !id.is_empty())
}
