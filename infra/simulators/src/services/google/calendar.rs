//! One calendar as Google stores it. Its events change in three ways: they are put, they are deleted, or a series
//! changes and loses occurrences.

use super::resource::{Resource, is_cancelled, text, timestamp};
use super::series;
use crate::time::ChangeStamp;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A calendar's id in the one spelling that is stored, because Google ignores upper and lower case.
pub(crate) fn folded(id: &str) -> String {
    id.to_lowercase()
}

/// A single event, a series, or an occurrence that was changed on its own.
#[derive(Clone, Debug)]
pub(crate) struct StoredEvent {
    pub(crate) resource: Resource,
    /// The number of its last change.
    pub(crate) change: u64,
}

impl StoredEvent {
    pub(crate) fn is_cancelled(&self) -> bool {
        is_cancelled(&self.resource)
    }
}

/// A calendar and its events.
#[derive(Debug)]
pub(crate) struct SimulatedCalendar {
    pub(crate) id: String,
    pub(crate) time_zone: Tz,
    pub(crate) access_role: String,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) events: BTreeMap<String, StoredEvent>,
    /// Occurrences that a changed series has lost, unless somebody had changed them on their own. Only listings with a
    /// sync token show them, as cancelled.
    pub(crate) former: BTreeMap<String, StoredEvent>,
    /// A sync token from before the change with this number is answered with 410.
    pub(crate) expired_before: u64,
    pub(crate) expire_on_page: Option<u32>,
    pub(crate) refuses_revival: bool,
    pub(crate) hides_deleted: bool,
    pub(crate) details_of_deleted: bool,
    pub(crate) pages: Pages,
}

/// How many pages a listing has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// As many as its events need.
    AsMany,
    /// Every page leads to another one.
    Endless,
}

impl SimulatedCalendar {
    pub(crate) fn new(id: &str, time_zone: Tz, access_role: String, stamp: ChangeStamp) -> Self {
        Self {
            id: folded(id),
            time_zone,
            access_role,
            updated: stamp.updated,
            events: BTreeMap::new(),
            former: BTreeMap::new(),
            // A calendar that replaces another one does not know the tokens of its predecessor.
            expired_before: stamp.change,
            expire_on_page: None,
            refuses_revival: false,
            hides_deleted: false,
            pages: Pages::AsMany,
            details_of_deleted: false,
        }
    }

    pub(crate) fn can_write(&self) -> bool {
        matches!(self.access_role.as_str(), "owner" | "writer" | "writerWithoutPrivateAccess")
    }

    /// A stored event, or an occurrence that follows from its series. Deleted ones are found too.
    pub(crate) fn find(&self, id: &str) -> Option<Resource> {
        if let Some(event) = self.events.get(id) {
            return Some(event.resource.clone());
        }
        let (series, suffix) = id.rsplit_once('_')?;
        let occurrence = series::occurrence(&self.events.get(series)?.resource, self.time_zone, suffix);
        occurrence.or_else(|| self.former.get(id).map(|former| former.resource.clone()))
    }

    /// Stores an event under its id.
    pub(crate) fn put(&mut self, mut resource: Resource, stamp: ChangeStamp) {
        let id = text(&resource, "id").to_owned();
        mark(&mut resource, stamp);
        let before = self.events.insert(id.clone(), StoredEvent { resource, change: stamp.change });
        self.updated = stamp.updated;
        if let Some(before) = before {
            self.drop_former(&id, &before.resource, stamp);
        }
    }

    /// Deletes an event, a series with all its occurrences, or an occurrence. False when there is no such live event.
    pub(crate) fn delete(&mut self, id: &str, stamp: ChangeStamp) -> bool {
        let Some(mut resource) = self.find(id).filter(|resource| !is_cancelled(resource)) else {
            return false;
        };
        resource.insert("status".to_owned(), json!("cancelled"));
        self.put(resource, stamp);
        true
    }

    /// Cancels the occurrences that the series `id` had before a change and has no longer.
    fn drop_former(&mut self, id: &str, before: &Resource, stamp: ChangeStamp) {
        if !before.contains_key("recurrence") {
            return;
        }
        let (from, to) = bounds(stamp.now);
        let planned = |resource: &Resource, zone| series::occurrences(resource, zone, from, to);
        let Some(after) = self.events.get(id) else { return };
        let kept: BTreeSet<String> = if after.is_cancelled() {
            BTreeSet::new()
        } else {
            let occurrences = planned(&after.resource, self.time_zone);
            occurrences.iter().map(|occurrence| text(occurrence, "id").to_owned()).collect()
        };
        if !is_cancelled(before) {
            for mut occurrence in planned(before, self.time_zone) {
                let id = text(&occurrence, "id").to_owned();
                if !kept.contains(&id) && !self.events.contains_key(&id) {
                    occurrence.insert("status".to_owned(), json!("cancelled"));
                    mark(&mut occurrence, stamp);
                    self.former.insert(id, StoredEvent { resource: occurrence, change: stamp.change });
                }
            }
        }
        self.former.retain(|id, _| !kept.contains(id));
        let whole_series_moved = after_moved(before, self.events.get(id));
        for (own_id, event) in &mut self.events {
            let of_series = text(&event.resource, "recurringEventId") == id;
            if of_series && whole_series_moved && !event.is_cancelled() && !kept.contains(own_id) {
                event.resource.insert("status".to_owned(), json!("cancelled"));
                mark(&mut event.resource, stamp);
                event.change = stamp.change;
            }
        }
    }
}

/// Whether the change has moved, added or removed occurrences.
fn after_moved(before: &Resource, after: Option<&StoredEvent>) -> bool {
    let plan =
        |resource: &Resource| ["start", "recurrence"].map(|field| resource.get(field).cloned().unwrap_or_default());
    after.is_none_or(|after| after.is_cancelled() || plan(&after.resource) != plan(before))
}

/// The time for which a listing without bounds shows the occurrences of a series: from a year before to two years after
/// the simulated time.
pub(crate) fn bounds(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (now - Duration::days(365), now + Duration::days(730))
}

/// Sets `updated`, and the etag that belongs to it.
fn mark(resource: &mut Resource, stamp: ChangeStamp) {
    resource.insert("updated".to_owned(), json!(timestamp(stamp.updated)));
    resource.insert("etag".to_owned(), json!(format!("\"{}{:06}\"", stamp.updated.timestamp_millis(), stamp.change)));
}
