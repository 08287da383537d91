//! The commands of the Makefile.

use std::collections::BTreeSet;

use crate::pages::{page, pages, pieces_of_code};

/// The command with which a piece of code calls make: its target, and the names of the variables it sets.
fn make(code: &str) -> Option<(&str, Vec<&str>)> {
    let mut words = code.split_whitespace().skip_while(|word| word.contains('='));
    words.next().filter(|word| *word == "make")?;
    let target = words.next()?.trim_end_matches([')', '"']);
    let names = words.map_while(|word| word.split_once('=')).map(|(name, _)| name);
    Some((target, names.collect()))
}

#[test]
fn every_make_target_and_variable_is_in_the_makefile() {
    let (pages, makefile) = (pages(), page("Makefile"));
    let calls =
        || pages.iter().flat_map(|page| pieces_of_code(&page.text)).flat_map(|code| code.split("$(")).filter_map(make);
    let targets: BTreeSet<_> = calls().map(|(target, _)| target).collect();
    assert!(targets.is_superset(&BTreeSet::from(["run", "test", "check"])), "{targets:?}");
    for target in &targets {
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "make {target}");
    }
    for name in calls().flat_map(|(_, names)| names) {
        assert!(makefile.contains(&format!("$({name})")), "{name}");
    }
    let offered = makefile.lines().filter(|line| line.contains(": ") && line.contains(" ## "));
    let unnamed: Vec<_> =
        offered.filter_map(|line| line.split(':').next()).filter(|target| !targets.contains(target)).collect();
    assert!(unnamed.is_empty(), "on no page: {unnamed:?}");
}
