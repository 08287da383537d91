//! Reads the members of a JSON object by their paths, strictly typed: `"false"` is not `false`.

use serde_json::{Map, Value};

use crate::error::ApiError;

/// The members of a body. Those that nobody asks for are ignored, unless [`Members::only`] says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    /// The members of `body`, which must be an object.
    pub(crate) fn of(body: &'a Value) -> Result<Self, ApiError> {
        match body {
            Value::Object(members) => Ok(Self(members)),
            other => Err(ApiError::Invalid {
                field: None,
                what: format!("the body must be an object, not {}", name_of(other)),
            }),
        }
    }

    /// These members, if no others are known; for requests that a misspelt name would turn into another request.
    pub(crate) fn only(self, known: &[&str]) -> Result<Self, ApiError> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                let what = format!("is no member of this request, which has {}", known.join(", "));
                Err(ApiError::invalid(name, what))
            }
            None => Ok(self),
        }
    }

    /// A text that must be there. A path is a name, or two names with a dot between them.
    pub(crate) fn text(self, path: &str) -> Result<String, ApiError> {
        self.optional_text(path, true)?.ok_or_else(|| ApiError::invalid(path, "is missing"))
    }

    /// A text that may be absent or `null`.
    pub(crate) fn text_if_given(self, path: &str) -> Result<Option<String>, ApiError> {
        self.optional_text(path, false)
    }

    /// `true` or `false`, which must be there.
    pub(crate) fn flag(self, path: &str) -> Result<bool, ApiError> {
        match self.find(path)? {
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(wrong(path, "true or false", other)),
            None => Err(ApiError::invalid(path, "is missing")),
        }
    }

    /// `true` or `false`; absent or `null` means `false`.
    pub(crate) fn flag_if_given(self, path: &str) -> Result<bool, ApiError> {
        match self.find(path)? {
            None | Some(Value::Null) => Ok(false),
            Some(_) => self.flag(path),
        }
    }

    fn optional_text(self, path: &str, needed: bool) -> Result<Option<String>, ApiError> {
        match self.find(path)? {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Null) if !needed => Ok(None),
            Some(other) => Err(wrong(path, "text", other)),
            None => Ok(None),
        }
    }

    fn find(self, path: &str) -> Result<Option<&'a Value>, ApiError> {
        let Some((outer, inner)) = path.split_once('.') else {
            return Ok(self.0.get(path));
        };
        match self.0.get(outer) {
            Some(Value::Object(members)) => Ok(members.get(inner)),
            Some(other) => Err(wrong(outer, "an object", other)),
            None => Err(ApiError::invalid(outer, "is missing")),
        }
    }
}

fn wrong(path: &str, expected: &str, found: &Value) -> ApiError {
    ApiError::invalid(path, format!("must be {expected}, not {}", name_of(found)))
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_read_by_path_and_type() {
        let body = json!({"user": {"name": "Eva", "email": null}, "approved": false, "more": 1});
        let members = Members::of(&body).unwrap();
        assert_eq!(members.text("user.name").unwrap(), "Eva");
        assert_eq!(members.text_if_given("user.email").unwrap(), None);
        assert_eq!(members.text_if_given("user.phone").unwrap(), None);
        assert!(!members.flag("approved").unwrap());
        assert!(!members.flag_if_given("dry_run").unwrap());
    }

    #[test]
    fn members_of_other_names_are_refused_where_only_some_are_known() {
        let body = json!({"office_id": "Brno", "dryrun": true});
        let members = Members::of(&body).unwrap();
        assert!(members.only(&["office_id", "dryrun"]).is_ok());
        let refused = members.only(&["office_id", "dry_run"]).unwrap_err().to_string();
        assert_eq!(refused, "`dryrun` is no member of this request, which has office_id, dry_run");
        let body = json!({ "x".repeat(5_000): 1 });
        assert!(Members::of(&body).unwrap().only(&["again"]).unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn the_message_names_the_member_what_is_allowed_and_what_came() {
        let body =
            json!({"user": {"name": 1, "email": []}, "approved": "false", "start": null, "dry_run": 0, "x": "y"});
        let members = Members::of(&body).unwrap();
        let said = |result: Result<(), ApiError>| result.unwrap_err().to_string();
        assert_eq!(said(members.text("user.name").map(drop)), "`user.name` must be text, not a number");
        assert_eq!(said(members.text_if_given("user.email").map(drop)), "`user.email` must be text, not a list");
        assert_eq!(said(members.flag("approved").map(drop)), "`approved` must be true or false, not text");
        assert_eq!(said(members.flag_if_given("dry_run").map(drop)), "`dry_run` must be true or false, not a number");
        assert_eq!(said(members.text("start").map(drop)), "`start` must be text, not null");
        assert_eq!(said(members.text("end").map(drop)), "`end` is missing");
        assert_eq!(said(members.text("person.name").map(drop)), "`person` is missing");
        assert_eq!(said(members.text("x.name").map(drop)), "`x` must be an object, not text");
        assert_eq!(said(Members::of(&json!([])).map(drop)), "the body must be an object, not a list");
    }
}
