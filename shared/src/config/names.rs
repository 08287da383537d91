//! From the names of variables and options to paths of keys, and from a misspelt path to the one that was meant.

use super::keys::{ALIASES, KEYS, Key};

/// Two spellings that are this alike, of 1, may mean the same.
const ALIKE: f64 = 0.7;

/// The key of that path, under its own or another name.
pub(super) fn key(path: &str) -> Option<&'static Key> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == path);
    let path = alias.map_or(path, |(_, path)| path);
    KEYS.iter().find(|key| key.path == path)
}

/// Whether there are keys below this path.
pub(super) fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| below(key.path, path))
}

/// What stands directly below a section (`""`: the sections), each once.
pub(super) fn members(section: &str) -> Vec<&'static str> {
    let mut members: Vec<&'static str> = KEYS
        .iter()
        .filter(|key| below(key.path, section))
        .filter_map(|key| key.path.get(section.len()..)?.trim_start_matches('.').split('.').next())
        .collect();
    members.dedup();
    members
}

fn below(path: &str, section: &str) -> bool {
    section.is_empty() || path.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

/// The path that an environment variable names; `None` when the variable is not ours.
pub(super) fn of_variable(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    let path = name.strip_prefix("moffman_")?;
    path.contains("__").then(|| path.replace("__", "."))
}

/// The path that a command-line option names.
pub(super) fn of_option(name: &str) -> String {
    name.trim_start_matches('-').replace("--", ".").replace('-', "_").to_lowercase()
}

/// What to say about a path that names no key.
pub(super) fn unknown(path: &str) -> String {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let siblings = members(parent);
    if let Some(meant) = closest(name, siblings.iter().copied()) {
        return format!("unknown key; did you mean {meant}?");
    }
    let elsewhere = KEYS.iter().find(|key| key.path.rsplit('.').next() == Some(name)).map(|key| key.path);
    if let Some(meant) = elsewhere.or_else(|| closest(path, KEYS.iter().map(|key| key.path))) {
        return format!("unknown key; did you mean {meant}?");
    }
    if parent.is_empty() || siblings.is_empty() {
        return format!("unknown key; the sections are {}", members("").join(", "));
    }
    format!("unknown key; allowed here: {}", siblings.join(", "))
}

/// The candidate that is most like `word`, when one is alike enough.
pub(super) fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::normalized_damerau_levenshtein(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_variable_and_its_option() {
        for expected in KEYS {
            let by_variable = key(&of_variable(&expected.environment_name()).unwrap()).unwrap();
            assert_eq!(by_variable.path, expected.path);
            assert_eq!(of_option(&expected.option_name()), expected.path);
        }
        assert_eq!(of_variable("moffman_Forms__URL").as_deref(), Some("forms.url"));
        assert_eq!(of_variable("MOFFMAN_HOME"), None);
        assert_eq!(of_variable("OTHER_FORMS__URL"), None);
    }

    #[test]
    fn a_misspelt_path_gets_a_suggestion() {
        for (path, message) in [
            ("general.log_levl", "unknown key; did you mean log_level?"),
            ("calender", "unknown key; did you mean calendar?"),
            ("calendar.colours", "unknown key; did you mean colors?"),
            ("general.port", "unknown key; did you mean rest_api.port?"),
            ("rest_api.workers", "unknown key; allowed here: addr, port, api_key"),
            (
                "shoes.size",
                "unknown key; the sections are general, google_api, manual_users, offices, forms, calendar, rest_api, \
                 aws",
            ),
        ] {
            assert_eq!(unknown(path), message, "{path}");
        }
    }
}
