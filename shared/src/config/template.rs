//! Prints the defaults as a commented file, the answer to `--get-config-template`.

use super::keys::SECTIONS;
use super::names;
use super::sources::Place;

const HEADER: &str = "\
# Moffman's configuration with its defaults. An empty value means the default, unless null is said to mean something.
# Every key can also be set by an environment variable (MOFFMAN_GENERAL__LOG_LEVEL=DEBUG)
# and by an option of the local command (--general--log-level DEBUG), which wins. infra/config/README.md explains them all.";

/// The whole configuration in YAML: every key with its default and its documentation.
pub fn template() -> String {
    let mut lines = vec![HEADER.to_owned()];
    add_section(&mut lines, "", "");
    lines.push(String::new());
    lines.join("\n")
}

fn add_section(lines: &mut Vec<String>, section: &str, indent: &str) {
    for name in names::members(section) {
        let path = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
        let (doc, value) = match names::key(&path) {
            Some(key) => (key.doc, format!(" {}", key.default)),
            None => (SECTIONS.iter().find(|(known, _)| *known == path).map_or("", |(_, doc)| doc), String::new()),
        };
        let effect = match names::key(&path).and_then(|key| key.inert_in) {
            Some(Place::Aws) => "Has no effect on AWS.",
            Some(Place::Local) => "Has an effect on AWS only.",
            None => "",
        };
        if section.is_empty() {
            lines.push(String::new());
        }
        lines.extend(doc.lines().chain(effect.lines()).map(|comment| format!("{indent}# {comment}")));
        lines.push(format!("{indent}{name}:{value}"));
        if value.is_empty() {
            add_section(lines, &path, &format!("{indent}  "));
        }
    }
}
