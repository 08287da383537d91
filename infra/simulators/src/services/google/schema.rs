//! Google's paths, parameters and resources, from the facts in `schema/`.
//!
//! The facts are Google's discovery documents (<https://developers.google.com/discovery/v1/reference/apis>) without
//! their prose. Properties named `description` were lost with the prose and are put back here.

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
    /// The name of the schema of its body.
    pub(crate) request: Option<String>,
    /// The name of the schema of its answer.
    pub(crate) response: Option<String>,
}

impl ApiSchema {
    fn read(text: &str) -> Self {
        // Damaged facts give a schema without paths, which the tests of this module notice.
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

#[cfg(test)]
mod tests {
    use super::{CALENDAR, SHEETS};

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
}
