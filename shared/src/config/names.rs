//! From the names of variables and options to paths of keys, and from a misspelt path to the one that was meant.

use super::keys::{ALIASES, KEYS, Key};

/// From this likeness on, where 1 is equal, two spellings may mean the same.
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
    let paths = || KEYS.iter().map(|key| key.path);
    // What stands here is compared by its name alone.
    let others = || paths().filter(|known| parent.is_empty() || !below(known, parent));
    let elsewhere = || paths().find(|path| path.rsplit('.').next() == Some(name)).or_else(|| closest(path, others()));
    match closest(name, siblings.iter().copied()).or_else(elsewhere) {
        Some(meant) => format!("unknown key; did you mean {meant}?"),
        None if parent.is_empty() || siblings.is_empty() => {
            format!("unknown key; the sections are {}", members("").join(", "))
        }
        None => format!("unknown key; allowed here: {}", siblings.join(", ")),
    }
}

/// What to say about an unknown member of an entry, whose members are the `allowed` ones.
pub(super) fn unknown_member(name: &str, allowed: &[&str]) -> String {
    match closest(name, allowed.iter().copied()) {
        Some(meant) => format!("unknown key; did you mean {meant}?"),
        None => format!("unknown key; allowed here: {}", allowed.join(", ")),
    }
}

/// The part of a path that a message may repeat. It ends in `…` at the first name that is no key, because that may name
/// a person or an office.
pub(super) fn shown(path: &str) -> String {
    let mut shown = String::new();
    for segment in path.split('.') {
        let (name, indices) = segment.split_at(segment.find('[').unwrap_or(segment.len()));
        let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            && indices.chars().all(|c| c.is_ascii_digit() || matches!(c, '[' | ']'));
        if !is_plain || !is_harmless(&shown, name) {
            shown.push_str(if shown.is_empty() { "…" } else { ".…" });
            break;
        }
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(segment);
    }
    shown
}

/// Whether a message may repeat a name below `parent`. Among people, offices and keys of callers it may only be a name close
/// to a setting's, because any other may be somebody's, or be such a key.
fn is_harmless(parent: &str, name: &str) -> bool {
    let (key_path, _) = parent.split_once('[').unwrap_or((parent, ""));
    match key(key_path) {
        Some(key) => closest(name, key.kind.members().iter().copied()).is_some(),
        None if ["offices", "manual_users", "rest_api.keys"].iter().any(|section| parent.starts_with(section)) => {
            closest(name, members(parent).into_iter()).is_some()
        }
        // Below what is no section, a name may be anything.
        None => parent.is_empty() || !members(parent).is_empty(),
    }
}

/// The candidate most like `word`, if it is like enough.
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
    fn what_is_no_key_is_not_repeated() {
        for (path, expected) in [
            ("", ""),
            ("calender", "calender"),
            ("rest_api.workers", "rest_api.workers"),
            ("rest_api.secret-42", "rest_api.…"),
            ("rest_api.keys.reeder", "rest_api.keys.reeder"),
            ("rest_api.keys.sesame", "rest_api.keys.…"),
            ("rest_api.roles.sesame", "rest_api.roles.…"),
            ("anna@example.com", "…"),
            ("forms.email.cc", "forms.email.cc"),
            ("forms.email.cc.boss@example.com", "forms.email.cc.…"),
            ("forms.email.to.boss", "forms.email.to.…"),
            ("manual_users.user_list[3].nmae", "manual_users.user_list[3].nmae"),
            ("manual_users.user_list[0].anna@example.com", "manual_users.user_list[0].…"),
            ("offices.office_list[0].prague", "offices.office_list[0].…"),
            ("offices.prague", "offices.…"),
            ("offices.google_config.min_update_interval", "offices.google_config.min_update_interval"),
            ("calendar.checking_range.min.week", "calendar.checking_range.min.week"),
            ("calendar.checking_range.min.prague", "calendar.checking_range.min.…"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }

    #[test]
    fn a_misspelt_path_gets_a_suggestion() {
        for (path, message) in [
            ("general.log_levl", "unknown key; did you mean log_level?"),
            ("calender", "unknown key; did you mean calendar?"),
            ("calendar.colours", "unknown key; did you mean colors?"),
            ("general.port", "unknown key; did you mean rest_api.port?"),
            ("rest_api.workers", "unknown key; allowed here: addr, port, api_key, keys, roles"),
            ("rest_api.keys.admin", "unknown key; allowed here: reader, workflow, operator"),
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
