//! Which events a listing shows.

use super::arguments::Arguments;
use super::calendar::SimulatedCalendar;
use super::error::{ApiRefusal, ApiResult};
use super::resource::{Resource, is_cancelled, span, text};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// The conditions that a listing's request sets.
pub(super) struct EventFilter<'a> {
    arguments: &'a Arguments,
    pub(super) zone: Tz,
    /// Whether occurrences are listed instead of their series.
    pub(super) single: bool,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: Option<DateTime<Utc>>,
    updated_min: Option<DateTime<Utc>>,
    has_sync_token: bool,
}

impl<'a> EventFilter<'a> {
    pub(super) fn read(calendar: &SimulatedCalendar, arguments: &'a Arguments) -> ApiResult<Self> {
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
        let zone = arguments.zone(calendar.time_zone)?;
        let has_sync_token = arguments.get("syncToken").is_some();
        Ok(Self { arguments, zone, single, from, to, updated_min: instant("updatedMin"), has_sync_token })
    }

    /// Whether the listing shows this event or occurrence.
    pub(super) fn wants(&self, calendar: &SimulatedCalendar, event: &Resource) -> bool {
        if is_cancelled(event) {
            let exception = !self.single && event.contains_key("recurringEventId");
            let deleted = self.has_sync_token || self.updated_min.is_some() || self.arguments.flag("showDeleted");
            if !deleted && !exception || calendar.hides_deleted && !self.has_sync_token {
                return false;
            }
        }
        let types: Vec<&str> = self.arguments.all("eventTypes").collect();
        if !types.is_empty() && !types.contains(&text(event, "eventType")) {
            return false;
        }
        self.in_time(event) && self.has_properties(event)
    }

    /// Whether the event ends after `timeMin` and starts before `timeMax`. A series is taken to end after any `timeMin`.
    fn in_time(&self, event: &Resource) -> bool {
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

    fn has_properties(&self, event: &Resource) -> bool {
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
}
