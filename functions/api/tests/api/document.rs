//! The OpenAPI document says what the routes do.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Client, reservation};
use crate::forms::refused_form;
use crate::lists::registers;

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
    });
    all.collect()
}

/// An object that a request has.
struct RequestObject {
    /// The path of the request.
    path: String,
    /// Where the object is in the body, as a JSON pointer.
    pointer: String,
    /// How the object is documented.
    schema: Value,
}

impl RequestObject {
    /// Every object in every body that the document has.
    fn all(document: &Value) -> Vec<Self> {
        let bodies = operations(document).into_iter().filter_map(|(path, _, operation)| {
            let schema = operation.pointer("/requestBody/content/application~1json/schema")?.clone();
            Some(Self { path: path.replace("{form_id}", "id").replace("{id}", "id"), pointer: String::new(), schema })
        });
        let (mut left, mut objects): (Vec<Self>, _) = (bodies.collect(), Vec::new());
        while let Some(Self { path, pointer, schema }) = left.pop() {
            let Some(schema) = object(document, &schema).cloned() else { continue };
            for (member, schema) in schema["properties"].as_object().unwrap() {
                left.push(Self { path: path.clone(), pointer: format!("{pointer}/{member}"), schema: schema.clone() });
            }
            objects.push(Self { path, pointer, schema });
        }
        assert_eq!(objects.len(), 7);
        objects
    }

    /// A body in which the object has this member.
    fn with(&self, member: &str, value: &Value) -> String {
        let mut body = if self.path.ends_with("reservations") { reservation() } else { json!({}) };
        body.pointer_mut(&self.pointer).unwrap()[member] = value.clone();
        body.to_string()
    }
}

/// The schema of the object that a schema allows.
fn object<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return object(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    match schema["oneOf"].as_array() {
        Some(several) => several.iter().find_map(|one| object(document, one)),
        None => schema["properties"].is_object().then_some(schema),
    }
}

#[test]
fn the_document_is_this() {
    let mut document = serde_json::to_value(moffman_api::openapi()).unwrap();
    document["info"]["version"] = json!("[version]");
    insta::assert_json_snapshot!("openapi", document);
}

#[tokio::test]
async fn the_document_is_served() {
    let client = Client::start().await;
    let request = Request::get("/api/v1/openapi.json").header("host", "moffman.example.com:8080");
    let answer = client.request(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    let mut document = answer.json();
    let servers = document.as_object_mut().unwrap().remove("servers").unwrap();
    assert_eq!(servers, json!([{"url": "http://moffman.example.com:8080"}]));
    assert_eq!(document, serde_json::to_value(moffman_api::openapi()).unwrap());
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn clients_get_methods_in_groups() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    let (mut methods, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for (path, method, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        let deprecated = operation["deprecated"] == true;
        assert_eq!(deprecated, (path.as_str(), method.as_str()) == ("/api/v1/config_update", "get"), "{name}");
        groups.insert(operation["tags"].as_array().unwrap()[0].as_str().unwrap().to_owned());
        assert!(methods.insert(name), "{methods:?}");
    }
    let tags = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned());
    assert_eq!(tags.collect::<BTreeSet<_>>(), groups);
}

#[test]
fn members_of_answers_are_always_there_or_never_null() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_nullable = kinds(&document["components"]["schemas"], property).contains(&"null");
            let is_required = required.contains(&json!(member));
            // In a request null means what leaving the member out means.
            let is_sent = name.ends_with("Request") || name == "Person";
            assert_eq!(is_nullable && !is_required, is_nullable && is_sent, "{name}.{member}");
        }
    }
}

#[test]
fn no_parameter_is_null() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    for (path, method, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let kinds = kinds(&document["components"]["schemas"], &parameter["schema"]);
            assert!(!kinds.is_empty() && !kinds.contains(&"null"), "{method} {path} {parameter}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[test]
fn members_have_examples() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_plain = property["$ref"].is_null() && property["oneOf"].is_null() && property["type"] != "array";
            assert_eq!(property["examples"].is_array(), is_plain, "{name}.{member}");
        }
    }
}

#[tokio::test]
async fn every_documented_operation_answers_as_documented() {
    let client = Client::start().await;
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    let operations = operations(&document);
    assert_eq!(operations.len(), 17);
    for (ahead, (path, method, operation)) in (1..).zip(operations) {
        let body = match path.rsplit('/').next() {
            Some("reservations") => reservation().to_string(),
            Some("approve" | "reject") => json!({"office_id": "prague"}).to_string(),
            _ => String::new(),
        };
        let needs_office = operation["parameters"].as_array().is_some_and(|parameters| {
            parameters.iter().any(|parameter| parameter["name"] == "office_id" && parameter["required"] == true)
        });
        let query = if needs_office { "?office_id=prague" } else { "" };
        let id = registers(&client, "Ada Example", ahead, !path.ends_with("reject")).await;
        let path = path.replace("/{id}", &format!("/{id}"));
        let path = if path.contains("{form_id}") {
            path.replace("{form_id}", refused_form(&client, ahead).await["id"].as_str().unwrap())
        } else {
            path
        };
        let answer = client.send(&method.to_uppercase(), &format!("{path}{query}"), body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        let content = &operation["responses"]["200"]["content"]["application/json"];
        let schema = content["schema"]["$ref"].as_str().and_then(|name| name.rsplit_once('/')).map(|(_, name)| name);
        if let Some(schema) = schema {
            expect_members(&document, schema, &answer.json());
        }
    }
}

#[tokio::test]
async fn what_a_request_may_hold_is_documented() {
    let client = Client::start().await;
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    let schemas = &document["components"]["schemas"];
    for member in ["office_id", "dry_run"] {
        let types = &schemas["SweepRequest"]["properties"][member]["type"];
        assert!(types.as_array().is_some_and(|types| types.contains(&json!("null"))), "{member}: {types}");
        assert_eq!(client.send("POST", "/api/v1/sweeps", json!({ member: null }).to_string()).await.status, 200);
    }
    for object in RequestObject::all(&document) {
        let answer = client.send("POST", &object.path, object.with("another", &json!(1))).await.json();
        let is_strict = object.schema["additionalProperties"] == false;
        assert_eq!((answer["field"] == "another", !object.path.ends_with("reservations")), (is_strict, is_strict));
    }
    let pattern = schemas["Person"]["properties"]["name"]["pattern"].as_str().unwrap();
    assert_eq!(pattern, r"^[^\u0000-\u001f\u007f-\u009f]+$", "one character at least, and no control characters");
}

#[tokio::test]
async fn a_member_takes_the_types_that_are_documented_and_no_others() {
    let client = Client::start().await;
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    for object in RequestObject::all(&document) {
        for (member, documented) in object.schema["properties"].as_object().unwrap() {
            let kinds = kinds(&document["components"]["schemas"], documented);
            let field = format!("{}/{member}", object.pointer)[1..].replace('/', ".");
            for value in [Value::Null, json!(true), json!(1), json!("x"), json!([]), json!({})] {
                let answer = client.send("POST", &object.path, object.with(member, &value)).await.json();
                let detail = answer["detail"].as_str().unwrap_or_default();
                let is_of_wrong_type = answer["field"] == field.as_str()
                    && (detail.ends_with(&format!(", not {}", called(&value)))
                        || detail.ends_with(", but is missing or null"));
                assert_eq!(is_of_wrong_type, !kinds.contains(&kind(&value)), "{field}: {value} {answer}");
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn called(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The types that a schema allows.
fn kinds<'a>(schemas: &'a Value, schema: &'a Value) -> Vec<&'a str> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return kinds(schemas, &schemas[name]);
    }
    match (&schema["oneOf"], &schema["type"]) {
        (Value::Array(several), _) => several.iter().flat_map(|one| kinds(schemas, one)).collect(),
        (_, Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        (_, one) => one.as_str().into_iter().collect(),
    }
}

/// Every member that is sent is documented, and every member that is documented as required is sent.
fn expect_members(document: &Value, schema: &str, value: &Value) {
    let schema = &document["components"]["schemas"][schema];
    let properties = schema["properties"].as_object().unwrap();
    for (name, member) in value.as_object().unwrap() {
        let property = properties.get(name).unwrap_or_else(|| panic!("{name} is not documented"));
        let reference = property["$ref"].as_str().and_then(|name| name.rsplit_once('/'));
        if let Some((_, name)) = reference.filter(|_| member.is_object()) {
            expect_members(document, name, member);
        }
    }
    for name in schema["required"].as_array().unwrap() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{name} is missing in {value}");
    }
}

#[test]
fn every_failure_is_documented_as_a_problem() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    for (path, method, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(status, _)| *status != "200") {
            let reference = response["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
            let response = reference.map_or(response, |reference| document.pointer(reference).unwrap());
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            assert_eq!(response["headers"]["retry-after"].is_object(), status == "503");
        }
        let open = operation["security"] == json!([{}]);
        assert_eq!(open, ["/api/v1/health", "/api/v1/openapi.json"].contains(&path.as_str()), "{method} {path}");
        let wants_key = responses["403"]["description"].as_str().is_some_and(|text| text.contains(":wrong-api-key`"));
        assert_eq!(wants_key, !open, "{method} {path}");
    }
}

#[test]
fn every_type_of_problem_is_a_response_of_its_name() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    let page = include_str!("../../../README.md");
    let responses = document["components"]["responses"].as_object().unwrap();
    for (name, response) in responses {
        let example = &response["content"]["application/problem+json"]["example"];
        assert_eq!(example["type"], format!("urn:moffman:problem:{name}"));
        assert!(page.contains(&format!("| {} | `{name}` |", example["status"])), "{name}");
    }
    let described = page.split("### Problems").nth(1).unwrap().split("\n## ").next().unwrap();
    assert_eq!(
        described.lines().filter(|line| line.starts_with("| ") && line.contains("| `")).count(),
        1 + responses.len()
    );
}
