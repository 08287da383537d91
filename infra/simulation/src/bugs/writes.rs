//! Layers that spoil what is written to DynamoDB.
//!
//! DynamoDB refuses a write with values or names that no expression uses, so they go with what used them.

use http::HeaderMap;
use moffman_simulators::Tamper;
use serde_json::{Value, json};

/// Where a write may have expressions.
const EXPRESSIONS: [&str; 2] = ["UpdateExpression", "ConditionExpression"];
/// A check needs a condition: this one always holds.
pub(super) const ALWAYS: &str = "attribute_exists(pk) OR attribute_not_exists(pk)";
/// What a claim writes about the form that is to be sent.
const SENDING: &str = ", unsettled :sending";

/// Writes of one kind lose their condition, or most of it.
pub(super) struct LostCondition {
    /// An operation, or an action of a transaction.
    pub(super) on: &'static str,
    /// How the condition begins.
    pub(super) begins: &'static str,
    /// What is left of it.
    pub(super) leaves: Option<&'static str>,
}

impl Tamper for LostCondition {
    fn request(&self, operation: &str, _: &mut HeaderMap, body: &mut Value) {
        if operation == self.on {
            self.lose(body);
        }
        let actions = body.get_mut("TransactItems").and_then(Value::as_array_mut).into_iter().flatten();
        actions.filter_map(|action| action.get_mut(self.on)).for_each(|action| self.lose(action));
    }
}

impl LostCondition {
    fn lose(&self, write: &mut Value) {
        if !text(write, "ConditionExpression").starts_with(self.begins) {
            return;
        }
        match self.leaves {
            Some(left) => write["ConditionExpression"] = json!(left),
            None => remove(write, "ConditionExpression"),
        }
        remove_unused(write);
    }
}

/// Claims have leases until this instant, in milliseconds since 1970.
pub(super) struct Lease {
    pub(super) until: i64,
}

impl Tamper for Lease {
    fn request(&self, operation: &str, _: &mut HeaderMap, body: &mut Value) {
        if operation == "UpdateItem" && text(body, "UpdateExpression").starts_with("SET claim = :claim") {
            body["ExpressionAttributeValues"][":until"] = json!({ "N": self.until.to_string() });
        }
    }
}

/// A claim does not say that a form is about to be sent.
pub(super) struct ForgottenForm;

impl Tamper for ForgottenForm {
    fn request(&self, operation: &str, _: &mut HeaderMap, body: &mut Value) {
        let expression = text(body, "UpdateExpression");
        if operation == "UpdateItem" && expression.contains(SENDING) {
            body["UpdateExpression"] = json!(expression.replace(SENDING, ""));
            remove_unused(body);
        }
    }
}

fn text<'a>(write: &'a Value, field: &str) -> &'a str {
    write[field].as_str().unwrap_or_default()
}

fn remove(write: &mut Value, field: &str) {
    if let Some(write) = write.as_object_mut() {
        write.remove(field);
    }
}

fn remove_unused(write: &mut Value) {
    let expressions = EXPRESSIONS.map(|expression| text(write, expression)).join(" ");
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '#';
    let used: Vec<&str> = expressions.split(|c| !part_of_name(c)).collect();
    for field in ["ExpressionAttributeValues", "ExpressionAttributeNames"] {
        let Some(values) = write.get_mut(field).and_then(Value::as_object_mut) else { continue };
        values.retain(|name, _| used.contains(&name.as_str()));
        if values.is_empty() {
            remove(write, field);
        }
    }
}
