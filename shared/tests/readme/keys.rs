//! The settings.

use std::collections::BTreeSet;

use moffman::config::KEYS;

use crate::pages::{code, page, pages, pieces_of_code, section};

#[test]
fn the_table_of_keys_has_every_key_with_its_default_in_the_order_of_the_settings() {
    let page = page("infra/config/README.md");
    let rows = section(&page, "Keys").into_iter().filter_map(|line| {
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
    let names: BTreeSet<_> = KEYS.iter().flat_map(|key| [key.option_name(), key.environment_name()]).collect();
    let pages = pages();
    let words =
        pages.iter().flat_map(|page| pieces_of_code(&page.text)).flat_map(|code| code.split([' ', '=', '"', '\'']));
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
