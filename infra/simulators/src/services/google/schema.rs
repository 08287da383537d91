//! Google's paths, parameters and resources, from the facts in `schema/`.
//!
//! The facts come from Google's discovery documents (<https://developers.google.com/discovery/v1/reference/apis>) with the
//! prose stripped, and with it the properties named `description`, which are put back here.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// Google Calendar v3.
pub(crate) static CALENDAR: LazyLock<ApiSchema> = LazyLock::new(|| {
    let mut api = ApiSchema::read(include_str!("../../../schema/calendar.v3.facts.json"));
    for resource in ["Calendar", "CalendarListEntry", "Event", "Events"] {
        if let Some(properties) = api.schemas.get_mut(resource).and_then(|schema| schema["properties"].as_object_mut())
        {
            properties.insert("description".to_owned(), json!({ "type": "string" }));
        }
    }
    api
});

/// Google Sheets v4.
pub(crate) static SHEETS: LazyLock<ApiSchema> =
    LazyLock::new(|| ApiSchema::read(include_str!("../../../schema/sheets.v4.facts.json")));

/// One of Google's APIs.
pub(crate) struct ApiSchema {
    methods: Vec<Method>,
    globals: Map<String, Value>,
    schemas: Map<String, Value>,
}

/// A method of an API.
pub(crate) struct Method {
    pub(crate) name: String,
    verb: String,
    segments: Vec<String>,
    pub(crate) parameters: Map<String, Value>,
    /// Names of schemas.
    pub(crate) request: Option<String>,
    pub(crate) response: Option<String>,
}

impl ApiSchema {
    fn read(text: &str) -> Self {
        // What the facts lack is missing here too: then no path is known, and the tests of this module fail.
        let facts: Value = serde_json::from_str(text).unwrap_or_default();
        let object = |name: &str| facts[name].as_object().cloned().unwrap_or_default();
        let service_path = facts["servicePath"].as_str().unwrap_or_default();
        let methods = object("methods").iter().map(|(name, method)| Method::read(name, method, service_path)).collect();
        Self { methods, globals: object("globalParameters"), schemas: object("schemas") }
    }

    /// The method with this HTTP verb and path, and its decoded path parameters.
    pub(crate) fn find(&self, verb: &str, path: &str) -> Option<(&Method, BTreeMap<String, String>)> {
        let mut methods = self.methods.iter().filter(|method| method.verb == verb);
        methods.find_map(|method| Some((method, method.path_parameters(path)?)))
    }

    /// The method of this name.
    pub(crate) fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// The facts about a query parameter.
    pub(crate) fn parameter<'a>(&'a self, method: &'a Method, name: &str) -> Option<&'a Value> {
        let own = method.parameters.get(name).filter(|facts| facts["location"] == "query");
        own.or_else(|| self.globals.get(name))
    }

    /// The schema of a resource.
    pub(crate) fn schema(&self, name: &str) -> &Value {
        self.schemas.get(name).unwrap_or(&Value::Null)
    }

    /// Follows a `$ref`.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        schema["$ref"].as_str().map_or(schema, |name| self.schema(name))
    }

    /// The schema of a property, if an object of this schema can have it.
    pub(crate) fn property<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        schema["properties"].get(name).or_else(|| schema.get("additionalProperties"))
    }

    /// Lists in `wrong` what of `value` is not as the schema has it. A null passes where `nulls` is set: in a PATCH it
    /// removes the field.
    pub(crate) fn check(&self, schema: &Value, value: &Value, place: &str, nulls: bool, wrong: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if nulls && value.is_null() {
            return;
        }
        match (schema["type"].as_str().unwrap_or_default(), value) {
            ("any", _) | ("boolean", Value::Bool(_)) => {}
            ("integer", Value::Number(number)) if number.is_i64() => {}
            ("string", Value::String(text)) => {
                if let Some(problem) = text_problem(schema, text) {
                    wrong.push(format!("{place} {problem}"));
                }
            }
            ("array", Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, &format!("{place}[{index}]"), nulls, wrong);
                }
            }
            ("object", Value::Object(fields)) => {
                for (name, field) in fields {
                    match self.property(schema, name) {
                        Some(schema) => self.check(schema, field, &format!("{place}.{name}"), nulls, wrong),
                        None => wrong.push(format!("{place}.{name} is not in the schema")),
                    }
                }
            }
            (expected, _) => wrong.push(format!("{place} must be of type {expected}, is {value}")),
        }
    }
}

impl Method {
    fn read(name: &str, facts: &Value, service_path: &str) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let path = format!("/{service_path}{}", text(&facts["path"]));
        Self {
            name: name.to_owned(),
            verb: text(&facts["httpMethod"]),
            segments: path.split('/').map(str::to_owned).collect(),
            parameters: facts["parameters"].as_object().cloned().unwrap_or_default(),
            request: facts["request"].as_str().map(str::to_owned),
            response: facts["response"].as_str().map(str::to_owned),
        }
    }

    fn path_parameters(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let mut sent = path.split('/');
        for segment in &self.segments {
            let sent = sent.next()?;
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if !sent.is_empty() => {
                    let value = percent_decode_str(sent).decode_utf8().ok()?;
                    parameters.insert(name.to_owned(), value.into_owned());
                }
                None if segment == sent => {}
                _ => return None,
            }
        }
        sent.next().is_none().then_some(parameters)
    }
}

/// What is wrong with a string, by the enum and the format of its schema.
fn text_problem(schema: &Value, text: &str) -> Option<String> {
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.iter().any(|value| value == text)
    {
        return Some(format!("must be one of {}, is {text:?}", schema["enum"]));
    }
    let right = match schema["format"].as_str().unwrap_or_default() {
        "date" => text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
        // The offset may be missing where a time zone is named.
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDateTime>().is_ok(),
        "int64" => text.parse::<i64>().is_ok(),
        _ => true,
    };
    (!right).then(|| format!("must be a {}, is {text:?}", schema["format"]))
}

/// Checks a query parameter, which is always sent as text.
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
    use super::{CALENDAR, SHEETS, parameter_problem};
    use serde_json::json;

    #[test]
    fn paths_are_matched_and_decoded() {
        let (method, path) =
            CALENDAR.find("GET", "/calendar/v3/calendars/cs.czech%23holiday%40x%2Fy/events/a").unwrap();
        assert_eq!(method.name, "events.get");
        assert_eq!(path["calendarId"], "cs.czech#holiday@x/y");
        let (method, path) = SHEETS.find("GET", "/v4/spreadsheets/s/values/Manual%20users!A2:D").unwrap();
        assert_eq!((method.name.as_str(), path["range"].as_str()), ("spreadsheets.values.get", "Manual users!A2:D"));
        let (method, _) = SHEETS.find("GET", "/v4/spreadsheets/s/values:batchGet").unwrap();
        assert_eq!(method.name, "spreadsheets.values.batchGet");
        assert!(CALENDAR.find("GET", "/calendar/v3/calendars//events").is_none());
        assert!(CALENDAR.find("POST", "/calendar/v3/calendars/a/events/b").is_none());
    }

    #[test]
    fn values_are_checked_by_type_enum_and_format() {
        let check = |value| {
            let mut wrong = Vec::new();
            CALENDAR.check(CALENDAR.schema("Event"), &value, "body", false, &mut wrong);
            wrong
        };
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
