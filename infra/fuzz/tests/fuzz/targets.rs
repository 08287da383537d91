//! The short run: some thousand inputs per target.

use moffman_fuzz::mutations::Mutations;
use moffman_fuzz::watch::Limits;
use moffman_fuzz::{files, target};

use crate::{TIME, expect_no_finding};

/// The changed inputs follow from it.
const SEED: u64 = 20_261_124;

fn holds(name: &str) {
    let target = target(name).unwrap();
    let (seeds, words) = (files::seeds(name).unwrap(), files::words(name).unwrap());
    let changed = Mutations::new(SEED, seeds.clone(), words).take(target.rounds);
    let count = seeds.len() + target.rounds;
    let limits = Limits { time: TIME, memory: target.memory };
    assert_eq!(expect_no_finding(target.check, seeds.into_iter().chain(changed), limits), count);
}

#[test]
fn any_configuration_is_read_or_refused() {
    holds("configuration");
}

#[test]
fn any_date_format_and_shift_is_read_or_refused() {
    holds("date_formats");
}

#[test]
fn any_page_of_events_is_judged() {
    holds("google_events");
}

#[test]
fn any_request_is_answered() {
    holds("requests");
}

#[test]
fn any_sheet_is_read() {
    holds("sheet_rows");
}

#[test]
fn any_template_is_read_or_refused() {
    holds("templates");
}
