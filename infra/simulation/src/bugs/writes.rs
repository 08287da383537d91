//! Layers that spoil writes to DynamoDB.
//!
//! DynamoDB refuses values and names that no expression uses, so they are removed together with the expression.

use http::HeaderMap;
use moffman_simulators::Tamper;
use serde_json::{Value, json};

/// A condition that always holds, because a check must have one.
const ALWAYS: &str = "attribute_exists(pk) OR attribute_not_exists(pk)";

/// Writes of one kind lose their condition.
pub(super) struct LostCondition {
    /// `PutItem`, or the name of an action in a transaction.
    pub(super) on: &'static str,
    /// The beginning of the item's sort key.
    pub(super) key: &'static str,
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
        let key = [&write["Item"]["sk"]["S"], &write["Key"]["sk"]["S"]].into_iter().find_map(Value::as_str);
        if !key.is_some_and(|key| key.starts_with(self.key)) {
            return;
        }
        if self.on == "ConditionCheck" {
            write["ConditionExpression"] = json!(ALWAYS);
        } else {
            remove(write, "ConditionExpression");
        }
        remove_unused(write);
    }
}

/// Every form is spoiled before it is written.
pub(super) struct SpoiledForm {
    pub(super) spoil: fn(&mut Value),
}

impl Tamper for SpoiledForm {
    fn request(&self, operation: &str, _: &mut HeaderMap, body: &mut Value) {
        let is_form = |item: &Value| item["sk"]["S"].as_str().is_some_and(|key| key.starts_with("form#"));
        if operation == "PutItem" && is_form(&body["Item"]) {
            (self.spoil)(&mut body["Item"]);
        }
        let actions = body.get_mut("TransactItems").and_then(Value::as_array_mut).into_iter().flatten();
        let items = actions.filter_map(|action| action.get_mut("Put")?.get_mut("Item"));
        items.filter(|item| is_form(item)).for_each(self.spoil);
    }
}

/// The lease of a claim never ends.
pub(super) fn endless(form: &mut Value) {
    lease_until(form, 4_000_000_000_000);
}

/// The lease of a claim has ended when it begins.
pub(super) fn over(form: &mut Value) {
    lease_until(form, 0);
}

fn lease_until(form: &mut Value, until: i64) {
    if form.get("lease_until").is_some() {
        form["lease_until"] = json!({ "N": until.to_string() });
    }
}

/// A form that is about to be sent is written as one that waits.
pub(super) fn unannounced(form: &mut Value) {
    if form["state"]["S"] == "sending" {
        form["state"] = json!({ "S": "waiting" });
        remove(form, "claim");
        remove(form, "lease_until");
    }
}

/// A form counts one mail, however many were sent.
pub(super) fn uncounted(form: &mut Value) {
    form["mails"] = json!({ "N": "1" });
}

/// A person's order for one more mail is forgotten.
pub(super) fn unordered(form: &mut Value) {
    remove(form, "ordered");
}

/// All items are written with the same revision.
pub(super) struct OneRevision;

impl Tamper for OneRevision {
    fn request(&self, _: &str, _: &mut HeaderMap, body: &mut Value) {
        same_revision(body);
    }
}

fn same_revision(value: &mut Value) {
    let fields = value.as_object_mut().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    for (name, field) in fields {
        if matches!(name, "revision" | ":revision") {
            *field = json!({ "S": "revision" });
        } else if let Some(fields) = field.as_array_mut() {
            fields.iter_mut().for_each(same_revision);
        } else {
            same_revision(field);
        }
    }
}

fn remove(write: &mut Value, field: &str) {
    if let Some(write) = write.as_object_mut() {
        write.remove(field);
    }
}

fn remove_unused(write: &mut Value) {
    let condition = write["ConditionExpression"].as_str().unwrap_or_default().to_owned();
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '#';
    let used: Vec<&str> = condition.split(|c| !part_of_name(c)).collect();
    for field in ["ExpressionAttributeValues", "ExpressionAttributeNames"] {
        let Some(values) = write.get_mut(field).and_then(Value::as_object_mut) else { continue };
        values.retain(|name, _| used.contains(&name.as_str()));
        if values.is_empty() {
            remove(write, field);
        }
    }
}
