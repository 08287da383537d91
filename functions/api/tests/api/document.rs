//! The OpenAPI document says what the routes do.

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
    let answer = client.send("GET", "/api/v1/openapi.json", "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), serde_json::to_value(moffman_api::openapi()).unwrap());
    assert_eq!(answer.json()["openapi"], "3.1.0");
    assert_eq!(answer.json()["info"]["version"], env!("CARGO_PKG_VERSION"));
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
        assert!(!value[name.as_str().unwrap()].is_null(), "{name} is missing in {value}");
    }
}

#[test]
fn every_failure_is_documented_as_a_problem() {
    let document = serde_json::to_value(moffman_api::openapi()).unwrap();
    for (path, method, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(status, _)| *status != "200") {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            assert_eq!(response["headers"]["retry-after"].is_object(), status == "503");
        }
        let open = operation["security"] == json!([{}]);
        assert_eq!(open, path == "/api/v1/health", "{method} {path}");
        assert_eq!(responses.contains_key("403"), !open, "{method} {path}");
    }
}
