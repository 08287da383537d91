//! Series and their occurrences (RFC 5545, 3.3.10), as far as `FREQ=DAILY|WEEKLY` with `INTERVAL`, `COUNT` and `UNTIL`.
//!
//! An occurrence keeps its local time in the zone of the series when clocks change. This file computes occurrences; one
//! that somebody changed on its own is stored in the calendar like an event.

use super::point::{Point, instant_of};
use super::resource::{Resource, span, text};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// The most occurrences of a series, which reach further than any listing.
const MOST: i64 = 20_000;

/// When a series repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecurrenceRule {
    step: Duration,
    count: i64,
    until: Option<NaiveDate>,
}

/// The rule of a resource; `None` for a single event.
pub(crate) fn rule(resource: &Resource) -> Result<Option<RecurrenceRule>, String> {
    let lines = match resource.get("recurrence").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => return Ok(None),
        Some(lines) => lines,
    };
    let unknown = || format!("the recurrence {lines:?} is not simulated");
    let [Value::String(line)] = lines else {
        return Err(unknown());
    };
    let mut rule = RecurrenceRule { step: Duration::zero(), count: MOST, until: None };
    let mut interval = 1;
    for part in line.strip_prefix("RRULE:").ok_or_else(unknown)?.split(';') {
        match part.split_once('=').ok_or_else(unknown)? {
            ("FREQ", "DAILY") => rule.step = Duration::days(1),
            ("FREQ", "WEEKLY") => rule.step = Duration::days(7),
            ("INTERVAL", text) => interval = text.parse().map_err(|_| unknown())?,
            ("COUNT", text) => rule.count = text.parse().map_err(|_| unknown())?,
            ("UNTIL", text) => {
                let day = text.get(..8).and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
                rule.until = Some(day.ok_or_else(unknown)?);
            }
            _ => return Err(unknown()),
        }
    }
    rule.step = rule.step.checked_mul(interval).filter(|step| *step > Duration::zero()).ok_or_else(unknown)?;
    Ok(Some(rule))
}

/// The planned occurrences of a series that overlap a span of time. A single event has none.
pub(crate) fn occurrences(
    series: &Resource,
    calendar_zone: Tz,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Resource> {
    let planned = planned(series, calendar_zone).into_iter().flatten();
    planned
        .take_while(|(start, _)| start.instant(calendar_zone) < to)
        .filter(|(start, end)| end.instant(calendar_zone) > from || start.instant(calendar_zone) >= from)
        .map(|(start, end)| derive(series, calendar_zone, start, end))
        .collect()
}

/// The occurrence whose id ends in `suffix`.
pub(crate) fn occurrence(series: &Resource, calendar_zone: Tz, suffix: &str) -> Option<Resource> {
    let (start, end) = planned(series, calendar_zone)?.find(|(start, _)| start.suffix() == suffix)?;
    Some(derive(series, calendar_zone, start, end))
}

/// Cuts a series in two before the occurrence planned for `from`; both parts still have its id. `None` if nothing is planned
/// for then, or if it is the first occurrence.
pub(crate) fn split(series: &Resource, calendar_zone: Tz, from: Point) -> Option<(Resource, Resource)> {
    let rule = rule(series).ok()??;
    let starts = planned(series, calendar_zone)?.map(|(start, _)| start);
    let earlier: Vec<Point> = starts.take_while(|start| start.suffix() != from.suffix()).collect();
    let count = i64::try_from(earlier.len()).ok()?;
    let (next, next_end) = planned(series, calendar_zone)?.nth(earlier.len())?;
    let until = match *earlier.last()? {
        Point::Day(day) => day,
        Point::Instant(instant, zone) => instant.with_timezone(&zone).date_naive(),
    };
    let line = series.get("recurrence")?.get(0)?.as_str()?;
    let (mut ended, mut rest) = (series.clone(), series.clone());
    let is_bound = |part: &&str| part.starts_with("COUNT=") || part.starts_with("UNTIL=");
    let parts: Vec<&str> = line.split(';').filter(|part| !is_bound(part)).collect();
    ended.insert("recurrence".to_owned(), json!([format!("{};UNTIL={}", parts.join(";"), until.format("%Y%m%d"))]));
    let left = format!("COUNT={}", rule.count - count);
    let parts: Vec<&str> =
        line.split(';').map(|part| if part.starts_with("COUNT=") { left.as_str() } else { part }).collect();
    rest.insert("recurrence".to_owned(), json!([parts.join(";")]));
    rest.insert("start".to_owned(), next.write(calendar_zone));
    rest.insert("end".to_owned(), next_end.write(calendar_zone));
    Some((ended, rest))
}

/// Start and end of each planned occurrence; `None` for a single event.
fn planned(series: &Resource, calendar_zone: Tz) -> Option<impl Iterator<Item = (Point, Point)>> {
    let rule = rule(series).ok()??;
    let (start, end) = span(series, calendar_zone)?;
    Some((0..rule.count.min(MOST)).map_while(move |index| occurrence_times(&rule, start, end, index)))
}

/// Start and end of the occurrence number `index`; `None` after the end of the series.
fn occurrence_times(rule: &RecurrenceRule, start: Point, end: Point, index: i64) -> Option<(Point, Point)> {
    let shift = Duration::days(rule.step.num_days().checked_mul(index)?);
    let (times, day) = match (start, end) {
        (Point::Day(first), Point::Day(last)) => {
            let first = first.checked_add_signed(shift)?;
            ((Point::Day(first), Point::Day(last.checked_add_signed(shift)?)), first)
        }
        (Point::Instant(first, zone), Point::Instant(last, end_zone)) => {
            let local = first.with_timezone(&zone).naive_local().checked_add_signed(shift)?;
            let begin = instant_of(local, zone);
            let times = (Point::Instant(begin, zone), Point::Instant(begin + (last - first), end_zone));
            (times, local.date())
        }
        _ => return None,
    };
    rule.until.is_none_or(|until| day <= until).then_some(times)
}

/// An occurrence inherits everything from its series but the rule.
fn derive(series: &Resource, zone: Tz, start: Point, end: Point) -> Resource {
    let id = text(series, "id");
    let mut occurrence = series.clone();
    occurrence.remove("recurrence");
    occurrence.insert("id".to_owned(), json!(format!("{id}_{}", start.suffix())));
    occurrence.insert("recurringEventId".to_owned(), json!(id));
    occurrence.insert("originalStartTime".to_owned(), start.write(zone));
    occurrence.insert("start".to_owned(), start.write(zone));
    occurrence.insert("end".to_owned(), end.write(zone));
    occurrence
}
