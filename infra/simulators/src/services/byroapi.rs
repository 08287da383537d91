//! Byroapi, the service that fills in a form and mails it.
//!
//! Every refusal is a 500 with the body `{}`; the text is in the reason phrase. It never recognises a repeated form.
//! See <https://github.com/calcite/byroapi>.

use crate::{
    World,
    state::WorldState,
    wire::exchange::{Answer, ReceivedRequest},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A form that Byroapi issued.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuedForm {
    /// The whole request body.
    pub body: Value,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The simulated time.
    pub at: DateTime<Utc>,
}

impl World {
    /// The forms issued so far, in order.
    pub fn forms(&self) -> Vec<IssuedForm> {
        self.forms_after(0)
    }

    /// The forms issued after the first `count`, in order.
    pub fn forms_after(&self, count: usize) -> Vec<IssuedForm> {
        self.lock().forms.iter().skip(count).cloned().collect()
    }
}

/// An answer of the kind that Byroapi gives when something is wrong.
pub(crate) fn error(code: u16, reason: &str) -> Answer {
    Answer { phrase: Some(reason.to_owned()), ..Answer::json(code, &json!({})) }
}

pub(crate) fn answer(state: &mut WorldState, request: &ReceivedRequest) -> Answer {
    let mut wrong = Vec::new();
    if request.path != "/api/v1/form" {
        state.violation(format!("form: unknown path {}", request.path));
        return error(404, "Not Found");
    }
    if request.method != "POST" {
        state.violation(format!("form: method {}", request.method));
        return error(405, "Method Not Allowed");
    }
    if !request.query.is_empty() {
        wrong.push("a query was sent".to_owned());
    }
    if !request.has_content_type("application/json") {
        wrong.push("the content type is not application/json".to_owned());
    }
    let body = serde_json::from_slice(&request.body).unwrap_or_default();
    check_form(&body, &mut wrong);
    let unusable = unusable(state, &body);
    state.violations.extend(wrong.into_iter().map(|text| format!("form: {text}")));
    if let Some(text) = unusable {
        return error(500, &text);
    }
    let authorization = request.header("authorization").map(str::to_owned);
    state.forms.push(IssuedForm { body, authorization, at: state.now() });
    Answer::empty(200)
}

/// Why Byroapi itself would not issue the form. A missing recipient is none: it answers 200 and mails nothing.
fn unusable(state: &WorldState, body: &Value) -> Option<String> {
    let Some(template) = body.get("template").and_then(Value::as_str) else {
        return Some("KeyError: 'template'".to_owned());
    };
    if state.templates.as_ref().is_some_and(|known| !known.iter().any(|name| name == template)) {
        return Some(format!("Unknown template {template}"));
    }
    let strings =
        body.get("form_data").and_then(Value::as_object).is_some_and(|data| data.values().all(Value::is_string));
    if !strings {
        return Some("form_data must hold strings".to_owned());
    }
    let from = body.pointer("/result/email/from");
    if from.is_none_or(|from| from.is_null() || from.as_object().is_some_and(serde_json::Map::is_empty)) {
        return Some("Missing sender".to_owned());
    }
    None
}

fn check_form(body: &Value, wrong: &mut Vec<String>) {
    keys(body, "body", &["template", "form_data", "result"], &[], wrong);
    expect(body.get("template").is_some_and(Value::is_string), "template must be a string", wrong);
    let data = body.get("form_data").and_then(Value::as_object);
    let strings = data.is_some_and(|data| data.values().all(Value::is_string));
    expect(strings, "form_data must be an object of strings", wrong);
    let result = body.get("result").unwrap_or(&Value::Null);
    keys(result, "result", &["download", "email"], &[], wrong);
    expect(result.get("download") == Some(&json!(false)), "result.download must be false", wrong);
    let email = result.get("email").unwrap_or(&Value::Null);
    let (required, optional) = (["from", "to", "subject", "contents"], ["cc", "attachments"]);
    keys(email, "result.email", &required, &optional, wrong);
    for field in ["from", "to", "cc"] {
        let right = email.get(field).is_none_or(is_addresses);
        expect(right, &format!("result.email.{field} must be a string or an object of strings"), wrong);
    }
    for field in ["subject", "contents"] {
        expect(email.get(field).is_none_or(Value::is_string), &format!("result.email.{field} must be a string"), wrong);
    }
    let attachments = email.get("attachments").is_none_or(|value| value.is_string() || value.is_null());
    expect(attachments, "result.email.attachments must be a string", wrong);
}

fn is_addresses(value: &Value) -> bool {
    value.is_string() || value.as_object().is_some_and(|entries| entries.values().all(Value::is_string))
}

fn expect(right: bool, text: &str, wrong: &mut Vec<String>) {
    if !right {
        wrong.push(text.to_owned());
    }
}

fn keys(value: &Value, name: &str, required: &[&str], optional: &[&str], wrong: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        wrong.push(format!("{name} must be an object"));
        return;
    };
    for key in required.iter().filter(|key| !object.contains_key(**key)) {
        wrong.push(format!("{name}.{key} is missing"));
    }
    for key in object.keys().filter(|key| !required.contains(&key.as_str()) && !optional.contains(&key.as_str())) {
        wrong.push(format!("{name}.{key} is unknown"));
    }
}
