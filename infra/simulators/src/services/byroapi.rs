//! Byroapi, the service that fills in a form and mails it.
//!
//! Every refusal is a 500 with the body `{}`; the reason phrase has the text. Byroapi never recognises a repeated form.
//! See <https://github.com/calcite/byroapi>.

use crate::time::Chronicle;
use crate::wire::exchange::{Answer, ReceivedRequest};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

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

/// The forms that were issued, and the templates there are.
#[derive(Default)]
pub(crate) struct FormService {
    pub(crate) forms: Vec<IssuedForm>,
    /// The names of the templates; with `None`, every name is a template.
    pub(crate) templates: Option<Vec<String>>,
}

impl FormService {
    pub(crate) fn answer(&mut self, request: &ReceivedRequest, chronicle: &mut Chronicle) -> Answer {
        if request.path != "/api/v1/form" {
            chronicle.violation(format!("form: unknown path {}", request.path));
            return error(404, "Not Found");
        }
        if request.method != "POST" {
            chronicle.violation(format!("form: method {}", request.method));
            return error(405, "Method Not Allowed");
        }
        let mut wrong = Vec::new();
        expect(request.query.is_empty(), "a query was sent", &mut wrong);
        let is_json = request.has_content_type("application/json");
        expect(is_json, "the content type is not application/json", &mut wrong);
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        check_form(&body, &mut wrong);
        for text in wrong {
            chronicle.violation(format!("form: {text}"));
        }
        if let Some(text) = self.unusable(&body) {
            return error(500, &text);
        }
        let authorization = request.header("authorization").map(str::to_owned);
        self.forms.push(IssuedForm { body, authorization, at: chronicle.now() });
        Answer::empty(200)
    }

    /// Why Byroapi itself would refuse the form. Without a recipient it answers 200 and mails nothing.
    fn unusable(&self, body: &Value) -> Option<String> {
        let Some(template) = body.get("template").and_then(Value::as_str) else {
            return Some("KeyError: 'template'".to_owned());
        };
        if self.templates.as_ref().is_some_and(|known| !known.iter().any(|name| name == template)) {
            return Some(format!("Unknown template {template}"));
        }
        if !has_only_strings(&body["form_data"]) {
            return Some("form_data must hold strings".to_owned());
        }
        let from = body.pointer("/result/email/from");
        if from.is_none_or(|from| from.is_null() || from.as_object().is_some_and(Map::is_empty)) {
            return Some("Missing sender".to_owned());
        }
        None
    }
}

/// A refusal in Byroapi's own way.
pub(crate) fn error(code: u16, reason: &str) -> Answer {
    Answer { phrase: Some(reason.to_owned()), ..Answer::json(code, &json!({})) }
}

fn check_form(body: &Value, wrong: &mut Vec<String>) {
    check_keys(body, "body", &["template", "form_data", "result"], wrong);
    expect(body["template"].is_string(), "template must be a string", wrong);
    expect(has_only_strings(&body["form_data"]), "form_data must be an object of strings", wrong);
    let result = &body["result"];
    check_keys(result, "result", &["download", "email"], wrong);
    expect(result["download"] == false, "result.download must be false", wrong);
    let email = &result["email"];
    check_keys(email, "result.email", &["from", "to", "subject", "contents", "cc?", "attachments?"], wrong);
    for field in ["from", "to", "cc"] {
        let right = email.get(field).is_none_or(|value| value.is_string() || has_only_strings(value));
        expect(right, &format!("result.email.{field} must be a string or an object of strings"), wrong);
    }
    for field in ["subject", "contents"] {
        expect(email.get(field).is_none_or(Value::is_string), &format!("result.email.{field} must be a string"), wrong);
    }
    let attachments = email.get("attachments").is_none_or(|value| value.is_string() || value.is_null());
    expect(attachments, "result.email.attachments must be a string", wrong);
}

fn has_only_strings(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().all(Value::is_string))
}

fn expect(right: bool, text: &str, wrong: &mut Vec<String>) {
    if !right {
        wrong.push(text.to_owned());
    }
}

/// Checks that an object has all these keys and no others; one with a question mark may be missing.
fn check_keys(value: &Value, name: &str, keys: &[&str], wrong: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        wrong.push(format!("{name} must be an object"));
        return;
    };
    for key in keys.iter().filter(|key| !key.ends_with('?') && !object.contains_key(**key)) {
        wrong.push(format!("{name}.{key} is missing"));
    }
    for key in object.keys().filter(|sent| !keys.iter().any(|key| key.trim_end_matches('?') == *sent)) {
        wrong.push(format!("{name}.{key} is unknown"));
    }
}
