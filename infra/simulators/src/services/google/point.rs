//! The start or the end of an event, as Google writes it: a day, or an instant in a time zone.

use super::error::{ApiRefusal, ApiResult};
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// A start or an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    Day(NaiveDate),
    /// The instant, in the zone of the event or else of its calendar.
    Instant(DateTime<Utc>, Tz),
}

impl Point {
    /// Reads Google's `EventDateTime`.
    pub(crate) fn read(value: &Value, calendar_zone: Tz) -> ApiResult<Self> {
        let field = |name: &str| value.get(name).and_then(Value::as_str);
        let zone = match field("timeZone") {
            Some(name) => name.parse().map_err(|_| ApiRefusal::invalid(&format!("Invalid time zone {name}.")))?,
            None => calendar_zone,
        };
        match (field("date"), field("dateTime")) {
            (Some(date), None) => {
                let day = date.parse().map_err(|_| ApiRefusal::invalid(&format!("Invalid date {date}.")))?;
                Ok(Self::Day(day))
            }
            (None, Some(time)) => {
                if let Ok(instant) = DateTime::parse_from_rfc3339(time) {
                    return Ok(Self::Instant(instant.to_utc(), zone));
                }
                let local = time.parse().map_err(|_| ApiRefusal::invalid(&format!("Invalid time {time}.")))?;
                if field("timeZone").is_none() {
                    return Err(ApiRefusal::invalid("Missing time zone definition."));
                }
                Ok(Self::Instant(instant_of(local, zone), zone))
            }
            _ => Err(ApiRefusal::invalid("A time must have either a date or a dateTime.")),
        }
    }

    /// Writes Google's `EventDateTime`, with the offset of the calendar's zone.
    pub(crate) fn write(self, calendar_zone: Tz) -> Value {
        match self {
            Self::Day(day) => json!({ "date": day.to_string() }),
            Self::Instant(instant, zone) => {
                let local = instant.with_timezone(&calendar_zone).to_rfc3339_opts(SecondsFormat::Secs, true);
                json!({ "dateTime": local, "timeZone": zone.name() })
            }
        }
    }

    /// The instant, or the beginning of the day in the given zone.
    pub(crate) fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => instant_of(day.and_time(chrono::NaiveTime::MIN), zone),
            Self::Instant(instant, _) => instant,
        }
    }

    /// The last part of the id of an occurrence planned for this time.
    pub(crate) fn suffix(self) -> String {
        match self {
            Self::Day(day) => day.format("%Y%m%d").to_string(),
            Self::Instant(instant, _) => instant.format("%Y%m%dT%H%M%SZ").to_string(),
        }
    }
}

/// The instant of a local time. A time that a change of clocks skips counts as an hour later.
pub(crate) fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let later = || zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest();
    let found = zone.from_local_datetime(&local).earliest().or_else(later);
    found.map_or_else(|| local.and_utc(), |instant| instant.to_utc())
}
