//! `events.list`: what it lists, in which order, page by page, and what the next listing with its sync token lists.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/list> and
//! <https://developers.google.com/workspace/calendar/api/guides/sync>. The order is that of the ids where none is asked for.

use super::{
    arguments::Arguments,
    calendar::{Pages, SimulatedCalendar, StoredEvent, bounds, is_cancelled, span, text, timestamp},
    content::Point,
    error::ApiRefusal,
    events::readable,
    series,
    tokens::{PageToken, SyncToken},
};
use crate::state::WorldState;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use std::{borrow::Cow, collections::BTreeMap};

/// Parameters that a listing with a sync token must not have.
const NOT_WITH_SYNC_TOKEN: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMax",
    "timeMin",
    "updatedMin",
];
/// Parameters that may differ from page to page and from listing to listing.
const FREE: [&str; 8] = ["alt", "fields", "key", "maxResults", "pageToken", "prettyPrint", "quotaUser", "userIp"];

/// An event to list, with its place in the order.
type Items<'a> = BTreeMap<(String, String), Cow<'a, Map<String, Value>>>;

/// A checked request for a listing.
struct Query<'a> {
    arguments: &'a Arguments,
    zone: Tz,
    single: bool,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    updated_min: Option<DateTime<Utc>>,
    sync: Option<SyncToken>,
    page: Option<PageToken>,
    /// The parameters that the page token is tied to.
    parameters: String,
}

/// The zone in which times are answered.
pub(crate) fn zone(calendar: &SimulatedCalendar, arguments: &Arguments) -> Result<Tz, ApiRefusal> {
    match arguments.get("timeZone") {
        Some(name) => name.parse().map_err(|_| ApiRefusal::wrong(&format!("timeZone {name:?} is unknown"))),
        None => Ok(calendar.time_zone),
    }
}

/// A resource with its times in this zone.
pub(crate) fn present(mut resource: Map<String, Value>, zone: Tz) -> Value {
    for field in ["start", "end", "originalStartTime"] {
        if let Some(point) = resource.get(field).and_then(|value| Point::read(value, zone).ok()) {
            resource.insert(field.to_owned(), point.write(zone));
        }
    }
    Value::Object(resource)
}

pub(crate) fn list(state: &mut WorldState, arguments: &Arguments) -> Result<Value, ApiRefusal> {
    let calendar = readable(state, arguments)?;
    let query = Query::read(calendar, arguments)?;
    let page = query.page.as_ref().map_or(1, |page| page.page);
    let expires = query.sync.is_some() && calendar.expire_on_page == Some(page);
    if expires {
        let change = state.stamp().change;
        if let Some(calendar) = state.calendars.get_mut(arguments.path("calendarId")) {
            calendar.expire_on_page = None;
            calendar.expired_before = change;
        }
        return Err(expired());
    }
    if query.sync.as_ref().is_some_and(|token| token.change < calendar.expired_before) {
        return Err(expired());
    }
    let asked = arguments.get("maxResults").and_then(|text| text.parse().ok()).unwrap_or(250);
    let size = asked.min(2500).min(state.page_size.unwrap_or(usize::MAX));
    let mut items = query.items(calendar, state.now());
    if let Some(page) = &query.page {
        items = items.split_off(&page.after);
        items.remove(&page.after);
    }
    Ok(query.envelope(calendar, items, size, state.change))
}

fn expired() -> ApiRefusal {
    ApiRefusal::new(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
        .at("parameter", "syncToken")
}

impl<'a> Query<'a> {
    fn read(calendar: &SimulatedCalendar, arguments: &'a Arguments) -> Result<Self, ApiRefusal> {
        let time = |name: &str| arguments.get(name).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let instant = |name: &str| time(name).map(|time| time.to_utc());
        let single = arguments.flag("singleEvents");
        let (from, to) = (instant("timeMin"), instant("timeMax"));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            return Err(ApiRefusal::new(400, "timeRangeEmpty", "The specified time range is empty."));
        }
        if arguments.get("orderBy") == Some("startTime") && !single {
            return Err(ApiRefusal::wrong("orderBy=startTime without singleEvents=true"));
        }
        let query = Self {
            arguments,
            zone: zone(calendar, arguments)?,
            single,
            from,
            to,
            updated_min: instant("updatedMin"),
            sync: sync_token(calendar, arguments)?,
            page: None,
            parameters: arguments.fingerprint(|name| !FREE.contains(&name)),
        };
        let Some(text) = arguments.get("pageToken") else {
            return Ok(query);
        };
        let page = PageToken::read(text).filter(|page| page.calendar == calendar.id);
        let page = page.ok_or_else(|| ApiRefusal::wrong("the page token was not issued for this calendar"))?;
        if page.parameters != query.parameters {
            let text = format!("the page token was issued for {:?}, not {:?}", page.parameters, query.parameters);
            return Err(ApiRefusal::wrong(&text));
        }
        Ok(Self { page: Some(page), ..query })
    }

    /// What is listed, all pages together.
    fn items<'c>(&self, calendar: &'c SimulatedCalendar, now: DateTime<Utc>) -> Items<'c> {
        let mut items = Items::new();
        let since = self.sync.as_ref().map(|token| token.change);
        let is_new = |event: &StoredEvent| since.is_none_or(|since| event.change > since);
        for event in calendar.events.values().filter(|event| is_new(event)) {
            if self.single && series::rule(&event.resource).is_ok_and(|rule| rule.is_some()) {
                for occurrence in self.occurrences(calendar, event, now) {
                    self.add(calendar, Cow::Owned(occurrence), &mut items);
                }
            } else {
                self.add(calendar, Cow::Borrowed(&event.resource), &mut items);
            }
        }
        if since.is_some() && self.single {
            for former in calendar.former.values().filter(|former| is_new(former)) {
                self.add(calendar, Cow::Borrowed(&former.resource), &mut items);
            }
        }
        items
    }

    /// The occurrences of a series that have no content of their own. A deleted series has cancelled ones.
    fn occurrences(
        &self,
        calendar: &SimulatedCalendar,
        series: &StoredEvent,
        now: DateTime<Utc>,
    ) -> Vec<Map<String, Value>> {
        let (earliest, latest) = bounds(now);
        let (from, to) = (self.from.unwrap_or(earliest), self.to.unwrap_or(latest));
        let mut occurrences = series::occurrences(&series.resource, calendar.time_zone, from, to);
        occurrences.retain(|occurrence| !calendar.events.contains_key(text(occurrence, "id")));
        occurrences
    }

    fn add<'c>(&self, calendar: &SimulatedCalendar, event: Cow<'c, Map<String, Value>>, items: &mut Items<'c>) {
        if !self.wants(calendar, &event) {
            return;
        }
        let key = match self.arguments.get("orderBy") {
            Some("startTime") => span(&event, self.zone).map(|(start, _)| timestamp(start.instant(self.zone))),
            Some(_) => Some(text(&event, "updated").to_owned()),
            None => None,
        };
        items.insert((key.unwrap_or_default(), text(&event, "id").to_owned()), event);
    }

    fn wants(&self, calendar: &SimulatedCalendar, event: &Map<String, Value>) -> bool {
        if is_cancelled(event) {
            let exception = !self.single && event.contains_key("recurringEventId");
            let deleted = self.sync.is_some() || self.updated_min.is_some() || self.arguments.flag("showDeleted");
            if !deleted && !exception || calendar.hides_deleted && self.sync.is_none() {
                return false;
            }
        }
        let types: Vec<&str> = self.arguments.all("eventTypes").collect();
        if !types.is_empty() && !types.contains(&text(event, "eventType")) {
            return false;
        }
        self.in_time(event) && self.has_properties(event)
    }

    /// Overlap with `timeMin` and `timeMax`, both exclusive. A series counts from its first to its last occurrence.
    fn in_time(&self, event: &Map<String, Value>) -> bool {
        let Some((start, end)) = span(event, self.zone) else {
            return true;
        };
        let (start, end) = (start.instant(self.zone), end.instant(self.zone));
        let repeats = event.contains_key("recurrence");
        let from = self.from.is_none_or(|from| end > from || repeats);
        let updated = DateTime::parse_from_rfc3339(text(event, "updated")).ok();
        let recent = self.updated_min.is_none_or(|least| updated.is_some_and(|updated| updated >= least));
        from && self.to.is_none_or(|to| start < to) && recent
    }

    fn has_properties(&self, event: &Map<String, Value>) -> bool {
        let has = |kind: &str, constraint: &str| {
            let Some((key, value)) = constraint.split_once('=') else {
                return false;
            };
            let properties = event.get("extendedProperties").and_then(|extended| extended.get(kind));
            properties.and_then(|properties| properties.get(key)).is_some_and(|stored| stored == value)
        };
        let uid = self.arguments.get("iCalUID").is_none_or(|uid| text(event, "iCalUID") == uid);
        let words = self.arguments.get("q").unwrap_or_default().to_lowercase();
        let found = words.split_whitespace().all(|word| text(event, "summary").to_lowercase().contains(word));
        uid && found
            && self.arguments.all("privateExtendedProperty").all(|constraint| has("private", constraint))
            && self.arguments.all("sharedExtendedProperty").all(|constraint| has("shared", constraint))
    }

    /// One page, and the token with which to go on.
    fn envelope(&self, calendar: &SimulatedCalendar, items: Items<'_>, size: usize, change: u64) -> Value {
        let as_of = self.page.as_ref().map_or(change, |page| page.as_of);
        let more = items.len() > size || calendar.pages == Pages::Endless;
        let places: Vec<(String, String)> = items.keys().take(size).cloned().collect();
        let resources = items.into_values().take(size);
        let items: Vec<Value> = resources.map(|event| self.show(calendar, event.into_owned())).collect();
        let mut envelope = json!({
            "kind": "calendar#events",
            "etag": format!("\"p{change:012}\""),
            "summary": calendar.id,
            "updated": timestamp(calendar.updated),
            "timeZone": self.zone.name(),
            "accessRole": calendar.access_role,
            "defaultReminders": [],
            "items": items,
        });
        if more {
            let page = self.page.as_ref().map_or(1, |page| page.page);
            let before = || self.page.as_ref().map(|page| page.after.clone());
            let after = places.into_iter().next_back().or_else(before).unwrap_or_default();
            let (calendar, parameters) = (calendar.id.clone(), self.parameters.clone());
            let token = PageToken { calendar, parameters, page: page + 1, as_of, after };
            envelope["nextPageToken"] = json!(token.write());
        } else if self.starts_sync() {
            let token = SyncToken { calendar: calendar.id.clone(), change: as_of, parameters: lasting(self.arguments) };
            envelope["nextSyncToken"] = json!(token.write());
        }
        envelope
    }

    /// Whether the last page carries a sync token: not where the listing was sorted or searched.
    fn starts_sync(&self) -> bool {
        let sorted_or_searched =
            |name: &&str| !["timeMin", "timeMax"].contains(name) && self.arguments.get(name).is_some();
        !NOT_WITH_SYNC_TOKEN.iter().any(sorted_or_searched)
    }

    /// With a sync token, what was deleted is shown by no more than Google guarantees, unless the calendar shows more.
    fn show(&self, calendar: &SimulatedCalendar, mut event: Map<String, Value>) -> Value {
        if self.sync.is_some() && is_cancelled(&event) && !calendar.details_of_deleted {
            let kept = ["kind", "etag", "id", "status", "recurringEventId", "originalStartTime"];
            event.retain(|field, _| kept.contains(&field.as_str()));
        }
        present(event, self.zone)
    }
}

/// The parameters that all listings of a chain of sync tokens share.
fn lasting(arguments: &Arguments) -> String {
    arguments.fingerprint(|name| !FREE.contains(&name) && !NOT_WITH_SYNC_TOKEN.contains(&name) && name != "syncToken")
}

fn sync_token(calendar: &SimulatedCalendar, arguments: &Arguments) -> Result<Option<SyncToken>, ApiRefusal> {
    let Some(text) = arguments.get("syncToken") else {
        return Ok(None);
    };
    let clash: Vec<&str> = NOT_WITH_SYNC_TOKEN.into_iter().filter(|name| arguments.get(name).is_some()).collect();
    if !clash.is_empty() {
        return Err(ApiRefusal::wrong(&format!("syncToken together with {}", clash.join(", "))));
    }
    if arguments.get("showDeleted") == Some("false") {
        return Err(ApiRefusal::wrong("syncToken together with showDeleted=false"));
    }
    let token = SyncToken::read(text).filter(|token| token.calendar == calendar.id);
    let token = token.ok_or_else(|| ApiRefusal::wrong("the sync token was not issued for this calendar"))?;
    let parameters = lasting(arguments);
    if token.parameters != parameters {
        let text =
            format!("sync token used with other parameters: issued for {:?}, not {parameters:?}", token.parameters);
        return Err(ApiRefusal::wrong(&text));
    }
    Ok(Some(token))
}
