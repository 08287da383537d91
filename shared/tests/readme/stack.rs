//! The stack on AWS.

use std::collections::BTreeSet;
use std::path::Path;

use moffman::config::{KEYS, Key};

use crate::pages::{ROOT, code, page, section};

#[test]
fn the_template_gives_the_functions_the_variables_that_the_page_names_and_the_settings_have() {
    let (page, template) = (page("infra/deploy/README.md"), page("template.yaml"));
    let is_variable = |word: &str| word.starts_with("MOFFMAN_");
    let given = template.lines().filter_map(|line| line.trim().split_once(':')).map(|(name, _)| name);
    let given: BTreeSet<_> = given.filter(|name| is_variable(name)).collect();
    let rows = section(&page, "Deploy").into_iter().filter_map(|line| code(line.strip_prefix('|')?.split('|').next()?));
    let named: BTreeSet<_> = rows.filter(|cell| is_variable(cell)).collect();
    assert_eq!(named, given);
    let known: BTreeSet<_> = KEYS.iter().map(Key::environment_name).collect();
    let ours = given.iter().filter(|variable| variable.starts_with("MOFFMAN_"));
    assert_eq!(ours.filter(|variable| !known.contains(**variable)).count(), 0, "{given:?}");
    let mut of_the_stack = KEYS.iter().filter(|key| key.path.starts_with("aws.")).map(Key::environment_name);
    assert!(of_the_stack.all(|variable| given.contains(variable.as_str())), "{given:?}");
}

#[test]
fn every_alarm_is_explained() {
    let (page, template) = (page("infra/deploy/README.md"), page("template.yaml"));
    let alarms = template.lines().filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub ${AWS::StackName}-"));
    let alarms: BTreeSet<_> = alarms.collect();
    let rows =
        section(&page, "Operations").into_iter().filter_map(|line| code(line.strip_prefix('|')?.split('|').next()?));
    let explained: BTreeSet<_> = rows.filter(|cell| alarms.contains(cell)).collect();
    assert!(alarms.len() > 7, "{alarms:?}");
    assert_eq!(explained, alarms);
    assert!(page.contains(&format!("| alarms | {} × 0.10 |", alarms.len())), "what {} alarms cost", alarms.len());
}

/// Whatever the library asks DynamoDB for, the functions must be allowed; a local AWS that does not check it would not tell.
#[test]
fn the_functions_may_do_what_the_store_asks_for() {
    let template = page("template.yaml");
    let folder = Path::new(ROOT).join("shared/src/store");
    let sources: String =
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    // Tables are made, and claims ended by scanning, by the local process only.
    for (call, action) in [
        (".batch_get_item()", "BatchGetItem"),
        (".get_item()", "GetItem"),
        (".put_item()", "PutItem"),
        (".update_item()", "UpdateItem"),
        (".delete_item()", "DeleteItem"),
        (".query()", "Query"),
        ("ConditionCheck::builder()", "ConditionCheckItem"),
        ("Delete::builder()", "DeleteItem"),
    ] {
        let is_allowed = template.contains(&format!("- dynamodb:{action}\n"));
        assert!(is_allowed || !sources.contains(call), "{call} without dynamodb:{action}");
    }
}
