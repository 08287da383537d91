//! `events.list`: which events it lists, in which order and on which page, and how its sync token continues it.
//!
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/list> and
//! <https://developers.google.com/workspace/calendar/api/guides/sync>. Events are in the order of their ids
//! unless the request asks for another.

use super::arguments::Arguments;
use super::calendar::{Pages, SimulatedCalendar, StoredEvent, bounds};
use super::calendars::Calendars;
use super::error::{ApiRefusal, ApiResult};
use super::filter::EventFilter;
use super::resource::{Resource, is_cancelled, present, span, text, timestamp};
use super::series;
use super::tokens::{PageToken, SyncToken};
use crate::time::Chronicle;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
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

/// The events to list, by their place in the order.
type Items<'a> = BTreeMap<(String, String), Cow<'a, Resource>>;

/// A checked request for a listing.
struct Query<'a> {
    arguments: &'a Arguments,
    filter: EventFilter<'a>,
    sync: Option<SyncToken>,
    page: Option<PageToken>,
    /// The most events of a page.
    size: usize,
    /// The parameters that the page token is tied to.
    parameters: String,
}

pub(crate) fn list(calendars: &mut Calendars, chronicle: &mut Chronicle, arguments: &Arguments) -> ApiResult {
    let id = arguments.path("calendarId");
    let calendar = calendars.readable(id)?;
    let query = Query::read(calendar, arguments, calendars.page_size)?;
    let page = query.page.as_ref().map_or(1, |page| page.page);
    if query.sync.is_some() && calendar.expire_on_page == Some(page) {
        let change = chronicle.stamp().change;
        if let Some(calendar) = calendars.get_mut(id) {
            calendar.expire_on_page = None;
            calendar.expired_before = change;
        }
        return Err(expired());
    }
    if query.sync.as_ref().is_some_and(|token| token.change < calendar.expired_before) {
        return Err(expired());
    }
    let mut items = query.items(calendar, chronicle.now());
    if let Some(page) = &query.page {
        items = items.split_off(&page.after);
        items.remove(&page.after);
    }
    Ok(query.envelope(calendar, items, chronicle.change))
}

fn expired() -> ApiRefusal {
    ApiRefusal::new(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
        .at("parameter", "syncToken")
}

impl<'a> Query<'a> {
    /// `most` events are listed per page at most, whatever the request asks for.
    fn read(calendar: &SimulatedCalendar, arguments: &'a Arguments, most: Option<usize>) -> ApiResult<Self> {
        let filter = EventFilter::read(calendar, arguments)?;
        let sync = sync_token(calendar, arguments)?;
        let asked = arguments.get("maxResults").and_then(|text| text.parse().ok()).unwrap_or(250);
        let query = Self {
            arguments,
            filter,
            sync,
            page: None,
            size: asked.min(2500).min(most.unwrap_or(usize::MAX)),
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

    /// Everything that the listing has, on all its pages.
    fn items<'c>(&self, calendar: &'c SimulatedCalendar, now: DateTime<Utc>) -> Items<'c> {
        let mut items = Items::new();
        let since = self.sync.as_ref().map(|token| token.change);
        let is_new = |event: &StoredEvent| since.is_none_or(|since| event.change > since);
        for event in calendar.events.values().filter(|event| is_new(event)) {
            if self.filter.single && series::rule(&event.resource).is_ok_and(|rule| rule.is_some()) {
                for occurrence in self.occurrences(calendar, event, now) {
                    self.add(calendar, Cow::Owned(occurrence), &mut items);
                }
            } else {
                self.add(calendar, Cow::Borrowed(&event.resource), &mut items);
            }
        }
        if since.is_some() && self.filter.single {
            for former in calendar.former.values().filter(|former| is_new(former)) {
                self.add(calendar, Cow::Borrowed(&former.resource), &mut items);
            }
        }
        items
    }

    /// The occurrences of a series that nobody has changed on their own; they are cancelled if the series is deleted.
    fn occurrences(&self, calendar: &SimulatedCalendar, series: &StoredEvent, now: DateTime<Utc>) -> Vec<Resource> {
        let (earliest, latest) = bounds(now);
        let (from, to) = (self.filter.from.unwrap_or(earliest), self.filter.to.unwrap_or(latest));
        let mut occurrences = series::occurrences(&series.resource, calendar.time_zone, from, to);
        occurrences.retain(|occurrence| !calendar.events.contains_key(text(occurrence, "id")));
        occurrences
    }

    fn add<'c>(&self, calendar: &SimulatedCalendar, event: Cow<'c, Resource>, items: &mut Items<'c>) {
        if !self.filter.wants(calendar, &event) {
            return;
        }
        let key = match self.arguments.get("orderBy") {
            Some("startTime") => {
                let zone = self.filter.zone;
                span(&event, zone).map(|(start, _)| timestamp(start.instant(zone)))
            }
            Some(_) => Some(text(&event, "updated").to_owned()),
            None => None,
        };
        items.insert((key.unwrap_or_default(), text(&event, "id").to_owned()), event);
    }

    /// One page, with the token for the next page or the next listing.
    fn envelope(&self, calendar: &SimulatedCalendar, items: Items<'_>, change: u64) -> Value {
        let as_of = self.page.as_ref().map_or(change, |page| page.as_of);
        let more = items.len() > self.size || calendar.pages == Pages::Endless;
        let places: Vec<(String, String)> = items.keys().take(self.size).cloned().collect();
        let resources = items.into_values().take(self.size);
        let items: Vec<Value> = resources.map(|event| self.show(calendar, event.into_owned())).collect();
        let mut envelope = json!({
            "kind": "calendar#events",
            "etag": format!("\"p{change:012}\""),
            "summary": calendar.id,
            "updated": timestamp(calendar.updated),
            "timeZone": self.filter.zone.name(),
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

    /// Whether the last page has a sync token. Sorted and searched listings get none.
    fn starts_sync(&self) -> bool {
        let sorted_or_searched =
            |name: &&str| !["timeMin", "timeMax"].contains(name) && self.arguments.get(name).is_some();
        !NOT_WITH_SYNC_TOKEN.iter().any(sorted_or_searched)
    }

    /// An event as this listing shows it. With a sync token, a deleted event has only the fields that Google
    /// guarantees, unless the calendar shows more.
    fn show(&self, calendar: &SimulatedCalendar, mut event: Resource) -> Value {
        if self.sync.is_some() && is_cancelled(&event) && !calendar.details_of_deleted {
            let kept = ["kind", "etag", "id", "status", "recurringEventId", "originalStartTime"];
            event.retain(|field, _| kept.contains(&field.as_str()));
        }
        present(event, self.filter.zone)
    }
}

/// The parameters that a listing must have in common with the one that gave it the sync token.
fn lasting(arguments: &Arguments) -> String {
    arguments.fingerprint(|name| !FREE.contains(&name) && !NOT_WITH_SYNC_TOKEN.contains(&name) && name != "syncToken")
}

fn sync_token(calendar: &SimulatedCalendar, arguments: &Arguments) -> ApiResult<Option<SyncToken>> {
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
