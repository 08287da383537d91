//! The resource of an event: the JSON object that Google stores and sends.

use super::point::Point;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

/// The fields of an event, as Google names them.
pub(crate) type Resource = Map<String, Value>;

pub(crate) fn is_cancelled(resource: &Resource) -> bool {
    resource.get("status").is_some_and(|status| status == "cancelled")
}

/// A text field of a resource; empty when absent.
pub(crate) fn text<'a>(resource: &'a Resource, field: &str) -> &'a str {
    resource.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// An instant as Google writes it, in milliseconds.
pub(crate) fn timestamp(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The start and the end of an event.
pub(crate) fn span(resource: &Resource, zone: Tz) -> Option<(Point, Point)> {
    let read = |field| Point::read(resource.get(field)?, zone).ok();
    Some((read("start")?, read("end")?))
}

/// A resource with its times in this zone.
pub(crate) fn present(mut resource: Resource, zone: Tz) -> Value {
    for field in ["start", "end", "originalStartTime"] {
        if let Some(point) = resource.get(field).and_then(|value| Point::read(value, zone).ok()) {
            resource.insert(field.to_owned(), point.write(zone));
        }
    }
    Value::Object(resource)
}
