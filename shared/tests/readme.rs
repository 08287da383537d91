//! Keeps the README true to the settings, the Makefile, the template and the tree.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use moffman::config::{KEYS, Key};
use moffman::domain::form::{AskingEvent, Claim, ClaimId, Form, Happening, Outcome};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap()
}

/// The lines below the heading `## title`, up to the next heading of that level.
fn section<'a>(readme: &'a str, title: &str) -> Vec<&'a str> {
    let heading = format!("## {title}");
    let below = readme.lines().skip_while(|line| *line != heading).skip(1);
    below.take_while(|line| !line.starts_with("## ")).collect()
}

/// The text of a table's cell that is one code span.
fn code(cell: &str) -> Option<&str> {
    cell.trim().strip_prefix('`')?.strip_suffix('`').filter(|code| !code.contains('`'))
}

/// Every code span and every line of a code block.
fn pieces_of_code(readme: &str) -> Vec<&str> {
    let mut in_block = false;
    let mut pieces = Vec::new();
    for line in readme.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            pieces.push(line);
        } else {
            pieces.extend(line.split('`').skip(1).step_by(2));
        }
    }
    pieces
}

/// What follows `make` in a piece of code.
fn make_target(code: &str) -> Option<&str> {
    let mut words = code.split_whitespace().skip_while(|word| *word != "make");
    words.nth(1).filter(|word| word.chars().all(|c| c.is_ascii_lowercase()))
}

#[test]
fn the_table_of_keys_has_every_key_with_its_default_in_the_order_of_the_settings() {
    let readme = read("README.md");
    let rows = section(&readme, "Configuration").into_iter().filter_map(|line| {
        let cells: Vec<_> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').collect();
        let [key, default, effect] = cells[..] else { return None };
        Some((code(key)?, code(default)?, !effect.trim().is_empty()))
    });
    let keys = KEYS.iter().map(|key| (key.path, key.default.trim_matches('"'), true));
    let rows = rows.map(|(key, default, has_effect)| (key, default.trim_matches('"'), has_effect));
    assert_eq!(rows.collect::<Vec<_>>(), keys.collect::<Vec<_>>());
}

#[test]
fn every_option_and_variable_is_one() {
    let readme = read("README.md");
    let names: BTreeSet<_> = KEYS.iter().flat_map(|key| [key.option_name(), key.environment_name()]).collect();
    let words = pieces_of_code(&readme).into_iter().flat_map(|code| code.split([' ', '=', '"', '\'']));
    let used: BTreeSet<_> = words
        .filter(|word| {
            (word.starts_with("--") && word[2..].contains("--")) || word.starts_with("MOFFMAN_") && word.contains("__")
        })
        .collect();
    assert!(used.len() > 2, "{used:?}");
    // `--calendar--checking-range--min--weeks` is the option of a key and a unit.
    let is_one = |word: &str| names.iter().any(|name| word == name || word.starts_with(&format!("{name}--")));
    let others: Vec<_> = used.into_iter().filter(|word| !is_one(word)).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn the_template_gives_the_functions_the_variables_that_the_readme_names_and_the_settings_have() {
    let (readme, template) = (read("README.md"), read("template.yaml"));
    let is_variable = |word: &str| word.starts_with("MOFFMAN_");
    let given = template.lines().filter_map(|line| line.trim().split_once(':')).map(|(name, _)| name);
    let given: BTreeSet<_> = given.filter(|name| is_variable(name)).collect();
    let rows =
        section(&readme, "Deploy").into_iter().filter_map(|line| code(line.strip_prefix('|')?.split('|').next()?));
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
    let (readme, template) = (read("README.md"), read("template.yaml"));
    let alarms = template.lines().filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub ${AWS::StackName}-"));
    let alarms: BTreeSet<_> = alarms.collect();
    let rows =
        section(&readme, "Operations").into_iter().filter_map(|line| code(line.strip_prefix('|')?.split('|').next()?));
    let explained: BTreeSet<_> = rows.filter(|cell| alarms.contains(cell)).collect();
    assert!(alarms.len() > 7, "{alarms:?}");
    assert_eq!(explained, alarms);
}

#[test]
fn every_make_target_is_in_the_makefile() {
    let (readme, makefile) = (read("README.md"), read("Makefile"));
    let named: BTreeSet<_> = pieces_of_code(&readme).into_iter().filter_map(make_target).collect();
    assert!(named.is_superset(&BTreeSet::from(["run", "test", "check"])), "{named:?}");
    for target in named {
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "make {target}");
    }
}

#[test]
fn everything_in_the_layout_is_there() {
    let readme = read("README.md");
    let lines = section(&readme, "Layout").into_iter().filter(|line| !line.starts_with("```") && !line.is_empty());
    let places: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(places.len() > 5, "{places:?}");
    for place in places {
        assert!(Path::new(ROOT).join(place).exists(), "{place}");
    }
}

/// A form in each state, and none; under a claim that is over and one that is not.
fn forms_in_every_state() -> Vec<(Option<Form>, DateTime<Utc>)> {
    let now: DateTime<Utc> = "2026-06-15T08:00:00Z".parse().unwrap();
    let mut forms = vec![(None, now)];
    for _ in 0..4 {
        let next = forms.iter().flat_map(|(form, now)| {
            let happened = happenings(*now).into_iter().filter_map(|happening| {
                let form = Form::after(form.as_ref(), &happening, *now).changed()?;
                Some((Some(form), *now))
            });
            happened.chain([(form.clone(), *now + Duration::days(4))]).collect::<Vec<_>>()
        });
        let mut known = BTreeSet::new();
        let next: Vec<_> = next.filter(|(form, now)| known.insert(format!("{form:?} {now}"))).collect();
        forms.extend(next);
    }
    forms
}

fn happenings(now: DateTime<Utc>) -> Vec<Happening> {
    let id = || ClaimId("worker".to_owned());
    let claim = Claim::new(id(), now + Duration::seconds(75));
    let event = AskingEvent { calendar: "prague@example.com".into(), event: "e1".into() };
    let mut happenings = vec![
        Happening::Sending { claim, event, dated: now },
        Happening::NotSent(id()),
        Happening::Issued,
        Happening::LeftToPerson,
        Happening::Resend,
        Happening::Again,
        Happening::Discard(Outcome::Arrived),
        Happening::Discard(Outcome::NotWanted),
    ];
    for flag in [false, true] {
        happenings.push(Happening::Refused { claim: id(), is_try: flag, luck: 0 });
        happenings.push(Happening::Unknown { claim: id(), hold: flag, luck: 0 });
    }
    happenings
}

#[test]
fn the_drawing_of_a_forms_states_is_what_the_code_does() {
    let name = |form: Option<&Form>| form.map_or_else(|| "[*]".to_owned(), |form| form.state.to_string());
    let mut real = BTreeSet::new();
    for (form, now) in forms_in_every_state() {
        for happening in happenings(now) {
            if let Some(after) = Form::after(form.as_ref(), &happening, now).changed() {
                let (from, to) = (name(form.as_ref()), name(Some(&after)));
                real.extend((from != to).then_some((from, to)));
            }
        }
    }
    let readme = read("README.md");
    let drawn: BTreeSet<(String, String)> = readme
        .lines()
        .filter_map(|line| line.trim().split_once(" --> "))
        .map(|(from, rest)| (from.to_owned(), rest.split_once(':').map_or(rest, |(to, _)| to).to_owned()))
        .collect();
    assert_eq!(drawn, real);
}

/// Whatever the library asks DynamoDB for, the functions must be allowed; a local AWS that does not check it would not tell.
#[test]
fn the_functions_may_do_what_the_store_asks_for() {
    let template = read("template.yaml");
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
