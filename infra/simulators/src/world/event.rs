//! The words in which a test says what a person puts into a calendar.
//!
//! Times stay text until the calendar reads them, so that a test can also write what Google refuses.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// A start or an end: a day, or an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    text: String,
    zone: Option<String>,
}

impl When {
    /// A local time such as `2026-06-18T09:00:00` in an IANA zone.
    pub fn in_zone(local: &str, zone: &str) -> Self {
        Self { text: local.to_owned(), zone: Some(zone.to_owned()) }
    }

    /// Writes it in the form of <https://developers.google.com/workspace/calendar/api/v3/reference/events#resource>.
    pub(crate) fn to_value(&self) -> Value {
        match (&self.zone, self.text.contains('T')) {
            (_, false) => json!({ "date": self.text }),
            (None, true) => json!({ "dateTime": self.text }),
            (Some(zone), true) => json!({ "dateTime": self.text, "timeZone": zone }),
        }
    }
}

impl From<&str> for When {
    /// `2026-06-18`, or `2026-06-18T09:00:00+02:00`.
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), zone: None }
    }
}

impl From<NaiveDate> for When {
    fn from(day: NaiveDate) -> Self {
        Self { text: day.to_string(), zone: None }
    }
}

impl From<DateTime<Utc>> for When {
    fn from(instant: DateTime<Utc>) -> Self {
        Self { text: instant.to_rfc3339_opts(SecondsFormat::Secs, true), zone: None }
    }
}

/// The time of an event, from its start to its end. For days, the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub(crate) start: When,
    pub(crate) end: When,
}

impl<S: Into<When>, E: Into<When>> From<(S, E)> for Period {
    /// The start and the end.
    fn from((start, end): (S, E)) -> Self {
        Self { start: start.into(), end: end.into() }
    }
}

/// One occurrence of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence<'a> {
    pub(crate) series_id: &'a str,
    /// The day or instant that it was planned for.
    pub(crate) planned: When,
}

impl<'a, S: AsRef<str> + ?Sized, W: Into<When>> From<(&'a S, W)> for Occurrence<'a> {
    /// The id of the series, and the day or instant that the occurrence was planned for.
    fn from((series_id, planned): (&'a S, W)) -> Self {
        Self { series_id: series_id.as_ref(), planned: planned.into() }
    }
}

/// The rule of a series (RFC 5545, 3.3.10), as far as the simulator knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// `DAILY` or `WEEKLY`.
    frequency: &'static str,
    interval: u32,
    count: Option<u32>,
    until: Option<NaiveDate>,
}

impl Recurrence {
    /// Every day, for ever.
    pub fn daily() -> Self {
        Self { frequency: "DAILY", interval: 1, count: None, until: None }
    }

    /// Every week, on the weekday of the first occurrence, for ever.
    pub fn weekly() -> Self {
        Self { frequency: "WEEKLY", ..Self::daily() }
    }

    /// Makes it repeat only every `interval`-th day or week.
    #[must_use]
    pub fn every(mut self, interval: u32) -> Self {
        self.interval = interval;
        self
    }

    /// Ends it after this many occurrences.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    /// Ends it with the occurrences that start on this day.
    #[must_use]
    pub fn until(mut self, last: NaiveDate) -> Self {
        self.until = Some(last);
        self
    }

    pub(crate) fn to_value(self) -> Value {
        let mut rule = vec![format!("RRULE:FREQ={}", self.frequency)];
        if self.interval != 1 {
            rule.push(format!("INTERVAL={}", self.interval));
        }
        rule.extend(self.count.map(|count| format!("COUNT={count}")));
        rule.extend(self.until.map(|until| until.format("UNTIL=%Y%m%d").to_string()));
        json!([rule.join(";")])
    }
}

/// What a person adds to a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub(crate) fields: Map<String, Value>,
}

impl NewEvent {
    /// An event without a title. For days, `end` is exclusive; `end == start` is accepted, as Google stores such imports.
    pub fn new(start: impl Into<When>, end: impl Into<When>) -> Self {
        let mut fields = Map::new();
        fields.insert("start".to_owned(), start.into().to_value());
        fields.insert("end".to_owned(), end.into().to_value());
        Self { fields }
    }

    /// Gives it a title.
    #[must_use]
    pub fn titled(self, summary: &str) -> Self {
        self.with("summary", json!(summary))
    }

    /// Makes it a series.
    #[must_use]
    pub fn repeating(self, recurrence: Recurrence) -> Self {
        self.with("recurrence", recurrence.to_value())
    }

    /// Adds a private extended property.
    #[must_use]
    pub fn private(mut self, key: &str, value: &str) -> Self {
        let extended = self.fields.entry("extendedProperties").or_insert_with(|| json!({ "private": {} }));
        if let Some(private) = extended.get_mut("private").and_then(Value::as_object_mut) {
            private.insert(key.to_owned(), json!(value));
        }
        self
    }

    /// Sets any other field of Google's event resource.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.fields.insert(field.to_owned(), value);
        self
    }
}
