//! Input that is merely large takes time and memory in proportion.

use std::fmt::Write as _;

use moffman_fuzz::target;
use moffman_fuzz::watch::Limits;

use crate::{TIME, watched};

fn holds(name: &str, input: &str, memory: usize) {
    let limits = Limits { time: TIME, memory };
    watched(target(name).unwrap().check, limits, |watch| watch.run(input.as_bytes()));
}

#[test]
fn a_configuration_with_a_hundred_thousand_keys_in_one_mapping_is_read_in_time() {
    let mut text = "forms: {email: {cc: {\n".to_owned();
    for number in 0..100_000 {
        writeln!(text, "person{number}@example.com: Person,").unwrap();
    }
    holds("configuration", &(text + "}}}\n"), 512 << 20);
}

#[test]
fn a_sheet_with_fifty_thousand_rows_is_read_in_time() {
    let mut text = "Manual users!A2:D\n".to_owned();
    for number in 0..50_000 {
        writeln!(text, "person{number}@example.com\tAnna\tExample\t{number}").unwrap();
    }
    holds("sheet_rows", &text, 512 << 20);
}

#[test]
fn a_template_of_a_megabyte_is_read_in_time() {
    holds("templates", &"{user_name}{{".repeat(80_000), 512 << 20);
}

#[test]
fn a_date_format_of_a_megabyte_is_read_in_time() {
    holds("date_formats", &"D[.]".repeat(250_000), 512 << 20);
}
