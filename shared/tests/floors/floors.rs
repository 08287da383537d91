//! Imports lead down, from what the service does to what it knows.

use std::collections::BTreeSet;

use crate::source::Module;
use crate::tree::HOUSE;

/// The rooms of the library, from the ground up, and which of those below each may use.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("metrics", &[]),
    ("transport", &[]),
    ("store", &["domain"]),
    ("scheduler", &["domain"]),
    ("byroapi", &["domain", "clock", "transport"]),
    ("google", &["domain", "clock", "metrics", "transport", "store"]),
    ("directory", &["domain", "clock", "store", "google"]),
    ("agenda", &["domain", "clock", "store", "google", "directory"]),
    ("config", &["domain", "google"]),
    ("telemetry", &["config"]),
    ("app", &["domain", "clock", "transport", "store", "byroapi", "google", "directory", "agenda", "config"]),
    ("reserve", BELOW_VERBS),
    ("decide", BELOW_VERBS),
    ("reservations", BELOW_VERBS),
    ("attendance", BELOW_VERBS),
    ("reload", BELOW_VERBS),
    ("sweep", BELOW_VERBS),
    ("forms", BELOW_VERBS),
    ("offices", BELOW_VERBS),
    ("orphans", BELOW_VERBS),
    ("schedules", BELOW_VERBS),
    ("shards", BELOW_VERBS),
    ("status", BELOW_VERBS),
    ("lambda", &["clock", "metrics", "transport", "store", "google", "config", "telemetry", "app"]),
];

/// No verb uses another.
const BELOW_VERBS: &[&str] =
    &["domain", "clock", "metrics", "store", "scheduler", "byroapi", "google", "directory", "agenda", "config", "app"];

/// Crates without input and output.
const PURE: &[&str] = &[
    "base64",
    "chrono",
    "derive_more",
    "fastrand",
    "percent_encoding",
    "serde",
    "serde_json",
    "sha2",
    "strum",
    "thiserror",
    "tz",
    "tzdb_data",
    "unicode_properties",
    "uuid",
];

/// The modules of std with input and output.
const IMPURE: &[&str] = &["env", "fs", "io", "net", "process"];

/// The room of a file of the library: its folder or its own name.
pub fn room(file: &str) -> Option<&str> {
    let inside = file.strip_prefix("shared/src/").filter(|inside| *inside != "lib.rs")?;
    inside.split(['/', '.']).next()
}

#[test]
fn every_import_of_the_library_leads_down() {
    let mut wrong = Vec::new();
    for (file, imported) in HOUSE.imports() {
        let Some(room_of_file) = room(file) else { continue };
        let floor = FLOORS.iter().find(|(name, _)| *name == room_of_file);
        let Some((_, allowed)) = floor else { panic!("{file} is in a room that has no floor") };
        for (other, name) in imported {
            if room(other).is_some_and(|other| other != room_of_file && !allowed.contains(&other)) {
                wrong.push(format!("{file} imports {name} of {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} imports lead where they must not:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_floors_have_an_order() {
    let mut below = BTreeSet::new();
    for (name, allowed) in FLOORS {
        let above: Vec<_> = allowed.iter().filter(|room| !below.contains(*room)).collect();
        assert!(above.is_empty(), "{name} may use {above:?}, which are not below it");
        below.insert(name);
    }
}

#[test]
fn the_domain_does_no_input_or_output() {
    let dependencies = dependencies();
    for (id, room) in HOUSE.rooms.iter().enumerate().filter(|(_, room)| room.file.starts_with("shared/src/domain")) {
        let wrong: BTreeSet<&str> = HOUSE.leads_out(id).filter_map(|path| impure(path, &dependencies)).collect();
        assert!(wrong.is_empty(), "{} uses {wrong:?}", room.file);
    }
}

#[test]
fn input_and_output_are_found_in_crates_and_in_std() {
    let module = Module::read(
        "use std::{fmt, fs::File, io, process};
        fn wrong(_: std::net::IpAddr) { std::env::var(reqwest::get(uuid::Uuid::nil())); }",
    );
    let dependencies = dependencies();
    let found: BTreeSet<&str> = module.all_paths().filter_map(|path| impure(path, &dependencies)).collect();
    assert_eq!(found, BTreeSet::from(["env", "fs", "io", "net", "process", "reqwest"]));
}

/// The crate or the module of std with input and output that a path leads into.
fn impure<'a>(path: &'a [String], dependencies: &BTreeSet<String>) -> Option<&'a str> {
    let mut names = path.iter().map(String::as_str);
    match names.next()? {
        "std" => names.next().filter(|module| IMPURE.contains(module)),
        name => Some(name).filter(|name| dependencies.contains(*name) && !PURE.contains(name)),
    }
}

/// The crates that the library depends on, by the names that they are imported by.
fn dependencies() -> BTreeSet<String> {
    let manifest = include_str!("../../Cargo.toml");
    let (_, section) = manifest.split_once("[dependencies]").expect("dependencies");
    let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split(['.', ' ']).next()?.replace('-', "_"))).collect()
}
