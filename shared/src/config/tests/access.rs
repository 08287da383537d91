//! Keys of callers, and what they may do.

use secrecy::ExposeSecret;

use super::*;
use crate::domain::role::Role;

const KEYS_OF_EACH: &str = "
rest_api:
  api_key: sesame
  keys:
    reader: [look]
    workflow: [work, 'more work']
    operator: [all]
";

fn on_aws(file: &str) -> RestApi {
    let key = "google_api: {service_account_key_parameter: /moffman/key}\n";
    let stack = r#"{"stack1": "reader", "stack2": "Workflow", "stack3": "operator"}"#;
    Case::new(format!("{key}{file}")).variable("MOFFMAN_AWS__KEY_ROLES", stack).on_aws().settings().rest_api
}

#[test]
fn each_key_has_a_role_and_the_one_without_is_an_operators() {
    let keys = |file: &str| {
        let keys = Case::new(file).settings().rest_api.keys;
        keys.iter().map(|(role, key)| format!("{role} {}", key.expose_secret())).collect::<Vec<_>>()
    };
    assert_eq!(
        keys(KEYS_OF_EACH),
        ["operator sesame", "reader look", "workflow work", "workflow more work", "operator all"]
    );
    assert_eq!(keys("rest_api: {api_key: sesame}"), ["operator sesame"]);
    for none in ["", "rest_api: {keys: }", "rest_api: {keys: {reader: , workflow: []}, roles: }"] {
        assert_eq!(keys(none), [""; 0], "{none}");
    }
    let case = Case::new("").variable("MOFFMAN_REST_API__KEYS__READER", "[look]");
    let settings = case.option("--rest-api--keys--workflow", "[work]").settings();
    let roles: Vec<Role> = settings.rest_api.keys.iter().map(|(role, _)| *role).collect();
    assert_eq!(roles, [Role::Reader, Role::Workflow]);
}

#[test]
fn the_gateways_keys_have_the_stacks_roles_and_further_ones() {
    let access = on_aws("rest_api: {roles: {0123456789: workflow, 12e4567890: reader, stack3: reader}}");
    for (id, role) in [
        ("stack1", Some(Role::Reader)),
        ("stack2", Some(Role::Workflow)),
        ("0123456789", Some(Role::Workflow)),
        ("12e4567890", Some(Role::Reader)),
        ("stack3", Some(Role::Reader)),
        ("another", None),
        ("", None),
    ] {
        assert_eq!(access.role_of(Some(id)), role, "{id}");
    }
    assert_eq!(access.role_of(None), None);
}

#[test]
fn nobody_is_locked_out_before_roles_are_given() {
    for silent in ["", "rest_api: {api_key: sesame}", "rest_api: {keys: {reader: []}, roles: {}}"] {
        let access = on_aws(silent);
        assert_eq!(access.role_of(Some("stack1")), Some(Role::Reader), "{silent}");
        for id in [Some("another"), None] {
            assert_eq!(access.role_of(id), Some(Role::Operator), "{silent}");
        }
    }
    for strict in [KEYS_OF_EACH, "rest_api: {roles: {one: reader}}", "rest_api: {keys: {operator: [all]}}"] {
        assert_eq!(on_aws(strict).role_of(Some("another")), None, "{strict}");
        assert_eq!(on_aws(strict).role_of(Some("stack3")), Some(Role::Operator), "{strict}");
    }
}

#[test]
fn keys_and_roles_that_are_none_are_refused() {
    let file = "
rest_api:
  api_key: sesame
  keys:
    reader: [look, '', look]
    workflow: [work, look, 12345, \"sesame\\nč\", \" lead\"]
    operator: sesame
    admin: [sesame]
  roles:
    sesame: reader
    abc123: sesame
    workflow: [sesame]
    '': reader
    key-that-is-no-id: reader
    abc123: reader
";
    let message = Case::new(file).option("--rest-api--keys--operator", "[all, sesame, work]").mistakes();
    insta::assert_snapshot!(message, @r"
    the configuration has 14 mistakes:
      moffman.yaml:5:20: rest_api.keys.reader[1]: an empty text is not allowed; allowed: text of visible ASCII characters, in quotes when it looks like a number
      moffman.yaml:5:24: rest_api.keys.reader[2]: the same key as rest_api.keys.reader[0]; allowed: each key once
      moffman.yaml:6:22: rest_api.keys.workflow[1]: the same key as rest_api.keys.reader[0]; allowed: each key once
      moffman.yaml:6:28: rest_api.keys.workflow[2]: the value is not allowed; allowed: text of visible ASCII characters, in quotes when it looks like a number
      moffman.yaml:6:35: rest_api.keys.workflow[3]: the value is not allowed; allowed: text of visible ASCII characters, in quotes when it looks like a number
      moffman.yaml:6:48: rest_api.keys.workflow[4]: the value is not allowed; allowed: text of visible ASCII characters, in quotes when it looks like a number
      moffman.yaml:8:5: rest_api.keys.…: unknown key; allowed here: reader, workflow, operator
      moffman.yaml:11:13: rest_api.roles: not a role; allowed: a mapping of ids of API keys to reader, workflow or operator
      moffman.yaml:12:15: rest_api.roles: not a role; allowed: a mapping of ids of API keys to reader, workflow or operator
      moffman.yaml:13:9: rest_api.roles: not the id of a key, which is another text than the key; allowed: a mapping of ids of API keys to reader, workflow or operator
      moffman.yaml:14:24: rest_api.roles: not the id of a key, which is another text than the key; allowed: a mapping of ids of API keys to reader, workflow or operator
      moffman.yaml:15:5: rest_api.roles.…: given twice, first in line 11
      option --rest-api--keys--operator: rest_api.keys.operator[1]: the same key as rest_api.api_key; allowed: each key once
      option --rest-api--keys--operator: rest_api.keys.operator[2]: the same key as rest_api.keys.workflow[0]; allowed: each key once
    ");
    let message = Case::new("rest_api: {keys: {reader: sesame}, roles: [sesame], api_key: ''}").mistakes();
    insta::assert_snapshot!(message, @r"
    the configuration has 3 mistakes:
      moffman.yaml:1:27: rest_api.keys.reader: a text is not allowed; allowed: a list of texts of visible ASCII characters, in quotes when they look like numbers
      moffman.yaml:1:43: rest_api.roles: a list is not allowed; allowed: a mapping of ids of API keys to reader, workflow or operator
      moffman.yaml:1:62: rest_api.api_key: an empty text is not allowed; allowed: text of visible ASCII characters, in quotes when it looks like a number
    ");
}

#[test]
fn keys_are_not_shown() {
    let shown = format!("{:?}", Case::new(KEYS_OF_EACH).settings().rest_api);
    for key in ["sesame", "look", "work,", "more work", "all"] {
        assert!(!shown.contains(key), "{key}: {shown}");
    }
}
