//! Prints the defaults as a commented file, the answer to `--get-config-template`.

use super::keys::{KEYS, Key, SECTIONS};
use super::sources::Place;

const HEADER: &str = "\
# Moffman's configuration with its defaults. An empty value means the default, unless null is said to mean something.
# Every key can also be set by an environment variable (MOFFMAN_GENERAL__LOG_LEVEL=DEBUG)
# and by an option of the local command (--general--log-level DEBUG), which wins.
";

/// The whole configuration in YAML: every key with its default and its documentation.
pub fn template() -> String {
    let mut out = HEADER.to_owned();
    let mut open: Vec<&str> = Vec::new();
    for key in KEYS {
        let mut names: Vec<&str> = key.path.split('.').collect();
        let name = names.pop().unwrap_or_default();
        let shared = open.iter().zip(&names).take_while(|(a, b)| a == b).count();
        for depth in shared..names.len() {
            let section = names.iter().take(depth + 1).copied().collect::<Vec<_>>().join(".");
            open_section(&mut out, &section, depth);
        }
        write_key(&mut out, key, name, names.len());
        open = names;
    }
    out
}

fn open_section(out: &mut String, section: &str, depth: usize) {
    if depth == 0 {
        out.push('\n');
    }
    if let Some((_, doc)) = SECTIONS.iter().find(|(path, _)| *path == section) {
        line(out, depth, &format!("# {doc}"));
    }
    let name = section.rsplit('.').next().unwrap_or(section);
    line(out, depth, &format!("{name}:"));
}

fn write_key(out: &mut String, key: &Key, name: &str, depth: usize) {
    for doc in key.doc.lines() {
        line(out, depth, &format!("# {doc}"));
    }
    match key.inert_in {
        Some(Place::Aws) => line(out, depth, "# Has no effect on AWS."),
        Some(Place::Local) => line(out, depth, "# Has an effect on AWS only."),
        None => {}
    }
    line(out, depth, &format!("{name}: {}", key.default));
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}
