//! `GetParameter` of AWS Systems Manager, over the AWS JSON 1.1 protocol.
//!
//! See <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>.

use crate::time::Chronicle;
use crate::wire::exchange::{Answer, ReceivedRequest, Route, Service};
use http::HeaderMap;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A stored parameter.
pub(crate) struct Parameter {
    pub(crate) value: String,
    /// Whether it is a `SecureString`; otherwise it is a `String`.
    pub(crate) secure: bool,
}

/// The parameters by their names.
#[derive(Default)]
pub(crate) struct ParameterStore {
    pub(crate) parameters: BTreeMap<String, Parameter>,
}

impl ParameterStore {
    pub(crate) fn answer(&self, request: &ReceivedRequest, chronicle: &mut Chronicle) -> Answer {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if let Some((text, refusal)) = violation(request, &body) {
            chronicle.violation(format!("ssm: {text}"));
            return error(400, refusal);
        }
        let name = body.get("Name").and_then(Value::as_str).unwrap_or_default();
        let Some(parameter) = self.parameters.get(name) else {
            return error(400, "ParameterNotFound");
        };
        let decrypted = body.get("WithDecryption") == Some(&Value::Bool(true));
        let value = if parameter.secure && !decrypted { "AQICAHsimulatedciphertext==" } else { &parameter.value };
        let answer = json!({ "Parameter": {
            "ARN": format!("arn:aws:ssm:eu-central-1:000000000000:parameter/{}", name.trim_start_matches('/')),
            "DataType": "text",
            "LastModifiedDate": chronicle.now().timestamp(),
            "Name": name,
            "Type": if parameter.secure { "SecureString" } else { "String" },
            "Value": value,
            "Version": 1,
        }});
        if parameter.secure && !decrypted {
            chronicle.violation(format!("ssm: the SecureString {name} was read without WithDecryption"));
        }
        Answer::empty(200).with_body("application/x-amz-json-1.1", answer.to_string())
    }
}

pub(crate) fn route(headers: &HeaderMap) -> Route {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    Route::new(Service::Ssm, target.strip_prefix("AmazonSSM.").unwrap_or("unknown"))
}

pub(crate) fn error(code: u16, kind: &str) -> Answer {
    let body = json!({ "__type": kind, "message": kind });
    Answer::empty(code).with_body("application/x-amz-json-1.1", body.to_string())
}

/// What is wrong with the request, and the name of the error that answers it.
fn violation(request: &ReceivedRequest, body: &Value) -> Option<(String, &'static str)> {
    if request.method != "POST" || request.path != "/" {
        return Some((format!("{} {}", request.method, request.path), "UnknownOperationException"));
    }
    if request.route.operation != "GetParameter" {
        return Some((format!("operation {}", request.route.operation), "UnknownOperationException"));
    }
    if !request.has_content_type("application/x-amz-json-1.1") {
        return Some(("content type".to_owned(), "SerializationException"));
    }
    if !request.header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 ")) {
        return Some(("the request is not signed".to_owned(), "MissingAuthenticationTokenException"));
    }
    let Some(fields) = body.as_object() else {
        return Some(("the body is not a JSON object".to_owned(), "SerializationException"));
    };
    if let Some(unknown) = fields.keys().find(|key| !["Name", "WithDecryption"].contains(&key.as_str())) {
        return Some((format!("unknown field {unknown}"), "SerializationException"));
    }
    let name = fields.get("Name").is_some_and(Value::is_string);
    let decryption = fields.get("WithDecryption").is_none_or(Value::is_boolean);
    (!name || !decryption).then(|| ("a field has the wrong type".to_owned(), "SerializationException"))
}
