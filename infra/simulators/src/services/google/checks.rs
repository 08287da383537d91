//! Checks whether values are as Google's schemas have them.

use super::schema::ApiSchema;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

/// A check of one value and everything in it.
struct SchemaCheck<'a> {
    api: &'a ApiSchema,
    /// Whether fields may be null, because a null in a PATCH removes a field.
    may_be_null: bool,
    wrong: Vec<String>,
}

/// What is wrong with the body of a request or of an answer.
pub(crate) fn mismatches(api: &ApiSchema, schema: &Value, body: &Value, is_patch: bool) -> Vec<String> {
    let mut check = SchemaCheck { api, may_be_null: is_patch, wrong: Vec::new() };
    check.value(schema, body, "body");
    check.wrong
}

impl SchemaCheck<'_> {
    fn value(&mut self, schema: &Value, value: &Value, place: &str) {
        let api = self.api;
        let schema = api.resolve(schema);
        if self.may_be_null && value.is_null() {
            return;
        }
        match (schema["type"].as_str().unwrap_or_default(), value) {
            ("any", _) | ("boolean", Value::Bool(_)) => {}
            ("integer", Value::Number(number)) if number.is_i64() => {}
            ("string", Value::String(text)) => {
                self.wrong.extend(text_problem(schema, text).map(|problem| format!("{place} {problem}")));
            }
            ("array", Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &format!("{place}[{index}]"));
                }
            }
            ("object", Value::Object(fields)) => {
                for (name, field) in fields {
                    match api.property(schema, name) {
                        Some(schema) => self.value(schema, field, &format!("{place}.{name}")),
                        None => self.wrong.push(format!("{place}.{name} is not in the schema")),
                    }
                }
            }
            (expected, _) => self.wrong.push(format!("{place} must be of type {expected}, is {value}")),
        }
    }
}

/// What is wrong with a string, according to the enum and the format of its schema.
fn text_problem(schema: &Value, text: &str) -> Option<String> {
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.iter().any(|value| value == text)
    {
        return Some(format!("must be one of {}, is {text:?}", schema["enum"]));
    }
    let right = match schema["format"].as_str().unwrap_or_default() {
        "date" => text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
        // Google accepts a time without an offset if the event names a time zone.
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDateTime>().is_ok(),
        "int64" => text.parse::<i64>().is_ok(),
        _ => true,
    };
    (!right).then(|| format!("must be a {}, is {text:?}", schema["format"]))
}

/// What is wrong with a query parameter, which is always sent as text.
pub(crate) fn parameter_problem(facts: &Value, text: &str) -> Option<String> {
    match facts["type"].as_str().unwrap_or_default() {
        "boolean" => (!matches!(text, "true" | "false")).then(|| format!("must be true or false, is {text:?}")),
        "integer" => {
            let limit = |name: &str| facts[name].as_str().and_then(|limit| limit.parse::<i64>().ok());
            let (least, most) = (limit("minimum").unwrap_or(i64::MIN), limit("maximum").unwrap_or(i64::MAX));
            let right = text.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number));
            (!right).then(|| format!("must be an integer in its limits, is {text:?}"))
        }
        _ if facts["format"] == "date-time" => {
            let right = DateTime::parse_from_rfc3339(text).is_ok();
            (!right).then(|| format!("must be an RFC 3339 time with an offset, is {text:?}"))
        }
        _ => text_problem(facts, text),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::schema::CALENDAR, mismatches, parameter_problem};
    use serde_json::json;

    #[test]
    fn values_are_checked_by_type_enum_and_format() {
        let check = |value| mismatches(&CALENDAR, CALENDAR.schema("Event"), &value, false);
        assert!(check(json!({ "summary": "x", "extendedProperties": { "private": { "a": "true" } } })).is_empty());
        assert!(check(json!({ "start": { "dateTime": "2026-06-18T09:00:00" }, "description": "x" })).is_empty());
        assert_eq!(check(json!({ "colorId": 4 })), ["body.colorId must be of type string, is 4"]);
        assert_eq!(check(json!({ "extendedProperties": { "private": { "a": true } } })).len(), 1);
        assert_eq!(check(json!({ "start": { "date": "2026-02-30" } })).len(), 1);
        assert_eq!(check(json!({ "title": "x" })), ["body.title is not in the schema"]);
        assert_eq!(check(json!({ "summary": null })).len(), 1);
    }

    #[test]
    fn query_parameters_are_checked_as_text() {
        let facts = |name| CALENDAR.parameter(CALENDAR.method("events.list").unwrap(), name).unwrap();
        assert!(parameter_problem(facts("maxResults"), "0").is_some());
        assert!(parameter_problem(facts("maxResults"), "2500").is_none());
        assert!(parameter_problem(facts("timeMin"), "2026-06-01T00:00:00").is_some());
        assert!(parameter_problem(facts("timeMin"), "2026-06-01T00:00:00Z").is_none());
        assert!(parameter_problem(facts("orderBy"), "created").is_some());
        assert!(parameter_problem(facts("singleEvents"), "1").is_some());
    }
}
