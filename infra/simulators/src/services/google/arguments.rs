//! The parameters and the body of a request, checked against the schema.

use super::checks::{mismatches, parameter_problem};
use super::error::{ApiRefusal, ApiResult};
use super::schema::{ApiSchema, Method};
use crate::wire::exchange::ReceivedRequest;
use chrono_tz::Tz;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a method was called with.
#[derive(Debug)]
pub(crate) struct Arguments {
    path: BTreeMap<String, String>,
    query: Vec<(String, String)>,
    /// Empty if the method takes no body.
    pub(crate) body: Map<String, Value>,
    pub(crate) if_match: Option<String>,
}

impl Arguments {
    /// Checks the whole request; the refusal names every mistake in it.
    pub(crate) fn read(api: &ApiSchema, method: &Method, request: &ReceivedRequest) -> ApiResult<Self> {
        let mut wrong = Vec::new();
        check_query(api, method, &request.query, &mut wrong);
        let body = match &method.request {
            Some(schema) => body(api, api.schema(schema), request, &mut wrong),
            None => Map::new(),
        };
        if method.request.is_none() && !request.body.is_empty() {
            wrong.push("a body was sent".to_owned());
        }
        if !wrong.is_empty() {
            return Err(ApiRefusal::wrong(&wrong.join("; ")));
        }
        let if_match = request.header("if-match").map(str::to_owned);
        Ok(Self { path: request.route.path.clone(), query: request.query.clone(), body, if_match })
    }

    /// A path parameter.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A query parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a repeated query parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A boolean query parameter, which is false if it is absent.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// The zone that the request wants times in, or else the calendar's own.
    pub(crate) fn zone(&self, calendar_zone: Tz) -> ApiResult<Tz> {
        match self.get("timeZone") {
            Some(name) => name.parse().map_err(|_| ApiRefusal::wrong(&format!("timeZone {name:?} is unknown"))),
            None => Ok(calendar_zone),
        }
    }

    /// The query parameters that `keep` selects, sorted, as one text.
    pub(crate) fn fingerprint(&self, keep: impl Fn(&str) -> bool) -> String {
        let mut pairs: Vec<String> =
            self.query.iter().filter(|(name, _)| keep(name)).map(|(name, value)| format!("{name}={value}")).collect();
        pairs.sort();
        pairs.join("&")
    }
}

fn check_query(api: &ApiSchema, method: &Method, query: &[(String, String)], wrong: &mut Vec<String>) {
    for (index, (name, value)) in query.iter().enumerate() {
        let Some(facts) = api.parameter(method, name) else {
            wrong.push(format!("unknown query parameter {name}"));
            continue;
        };
        if let Some(problem) = parameter_problem(facts, value) {
            wrong.push(format!("{name} {problem}"));
        }
        if facts["repeated"] != true && query.iter().skip(index + 1).any(|(other, _)| other == name) {
            wrong.push(format!("{name} is given twice"));
        }
    }
}

fn body(api: &ApiSchema, schema: &Value, request: &ReceivedRequest, wrong: &mut Vec<String>) -> Map<String, Value> {
    if !request.has_content_type("application/json") {
        wrong.push("the content type is not application/json".to_owned());
    }
    let body = serde_json::from_slice(&request.body).unwrap_or_else(|error| {
        wrong.push(format!("the body is not JSON: {error}"));
        Value::Null
    });
    wrong.extend(mismatches(api, schema, &body, request.method == "PATCH"));
    match body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
