//! Lays the sources over each other: for every key the value of the strongest source that gives it.
//!
//! A mapping or list replaces that of a weaker source as a whole; only a variable or option for one unit of a shift
//! (`MOFFMAN_CALENDAR__CHECKING_RANGE__MIN__WEEKS`) changes that unit alone.

use std::collections::HashMap;
use std::fs;
use std::mem::discriminant;
use std::path::Path;

use super::keys::{KEYS, Key};
use super::kind::Kind;
use super::mistakes::{ConfigErrors, Mistake, Origin};
use super::names;
use super::sources::Sources;
use super::tree::{Member, Node, Value};
use super::yaml;
use crate::domain::date_shift::ShiftUnit;

/// The value of a key, and the name under which it was given.
pub(super) struct Given {
    pub node: Node,
    pub path: String,
}

/// The values of the keys.
pub(super) struct Layers {
    values: HashMap<&'static str, Given>,
    /// The source that is blamed for a missing key.
    missing: Origin,
    pub(super) mistakes: Vec<Mistake>,
}

impl Layers {
    /// Reads all sources and collects their mistakes. A file that is no mapping is an error at once.
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut layers = Self { values: HashMap::new(), missing: Origin::Default, mistakes: Vec::new() };
        if let Some(path) = &sources.file {
            layers.missing = Origin::File { file: path.display().to_string().into(), line: 0, column: 0 };
            if layers.document(path).is_none() {
                return Err(ConfigErrors::new(layers.mistakes));
            }
        }
        for (name, value) in &sources.environment {
            if let Some(path) = names::of_variable(name) {
                layers.single_value(&Origin::Environment(name.as_str().into()), path, value);
            }
        }
        for (name, value) in &sources.options {
            layers.single_value(&Origin::Option(name.as_str().into()), names::of_option(name), value);
        }
        Ok(layers)
    }

    /// Gives every key without a value its default.
    pub(super) fn with_defaults(mut self) -> Self {
        for key in KEYS {
            self.add_default(key);
        }
        self
    }

    /// The value of a key, once the defaults are there.
    pub(super) fn given(&self, key: &Key) -> Option<&Given> {
        self.values.get(key.path)
    }

    /// The paths that the sources give, under the keys' own names.
    #[cfg(test)]
    pub(super) fn given_paths(&self) -> Vec<String> {
        self.values.keys().map(|path| (*path).to_owned()).collect()
    }

    /// Gives a key its default if it has no value. An empty value means the default, except for a key that may be null.
    fn add_default(&mut self, key: &'static Key) {
        let (origin, path) = match self.values.get(key.path) {
            Some(given) if !given.node.is_null() || key.kind.null_is_a_value() => return,
            Some(given) => (given.node.origin.clone(), given.path.clone()),
            None => (self.missing.clone(), key.path.to_owned()),
        };
        let parse = || yaml::parse(key.default, &origin, key.path, &mut Vec::new());
        let value = plain(key.kind, key.default, &origin).or_else(parse).map_or(Value::Null, |node| node.value);
        self.values.insert(key.path, Given { node: Node { value, origin }, path });
    }

    fn document(&mut self, path: &Path) -> Option<()> {
        let file = self.missing.clone();
        let text = self.text_of(path)?;
        let root = yaml::parse(&text, &file, "", &mut self.mistakes)?;
        match root.value {
            Value::Null => {}
            Value::Mapping(members) => self.members("", members),
            _ => {
                let message = format!("must be a mapping of sections: {}", names::members("").join(", "));
                self.mistakes.push(Mistake::new(root.origin, "", message));
                return None;
            }
        }
        Some(())
    }

    /// The file as text without a byte order mark.
    fn text_of(&mut self, path: &Path) -> Option<String> {
        let (origin, message) = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => return Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Ok(Err(error)) => {
                let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
                let before = String::from_utf8_lossy(valid);
                let line = before.rsplit('\n').next().unwrap_or_default();
                let lines = before.matches('\n').count();
                (self.missing.at(count(lines), count(line.chars().count())), "not UTF-8 text".to_owned())
            }
            Err(error) => (self.missing.clone(), format!("cannot be read: {error}")),
        };
        self.mistakes.push(Mistake::new(origin, "", message));
        None
    }

    fn members(&mut self, section: &str, members: Vec<Member>) {
        for Member { name, origin, node } in members {
            let path = if section.is_empty() { name } else { format!("{section}.{name}") };
            self.place(path, &origin, node);
        }
    }

    /// Stores a value, or a section of values, under its path.
    fn place(&mut self, path: String, origin: &Origin, node: Node) {
        if let Some(key) = names::key(&path) {
            return self.set(key, Given { node, path });
        }
        if !names::is_section(&path) {
            return self.mistakes.push(Mistake::new(origin.clone(), &path, names::unknown(&path)));
        }
        let is_sheet = path.ends_with(".google_config");
        match node.value {
            Value::Mapping(members) => self.members(&path, members),
            Value::Text(id) | Value::Number(id) if is_sheet => self.sheet(&path, &node.origin, Value::Text(id)),
            Value::Null if is_sheet => self.sheet(&path, &node.origin, Value::Null),
            // A section without keys, perhaps because all of them are commented out.
            Value::Null => {}
            _ => {
                let message = format!("must be a mapping of {}", names::members(&path).join(", "));
                self.mistakes.push(Mistake::new(node.origin, &path, message));
            }
        }
    }

    /// A sheet that is given by its id alone, or switched off, loses the range and the interval of weaker sources.
    fn sheet(&mut self, path: &str, origin: &Origin, id: Value) {
        for (name, value) in [("sheet_id", id), ("range", Value::Null), ("update_interval", Value::Null)] {
            self.place(format!("{path}.{name}"), origin, Node { value, origin: origin.clone() });
        }
    }

    fn set(&mut self, key: &'static Key, given: Given) {
        let (origin, other) = (&given.node.origin, self.values.get(key.path));
        // Within one source the first value counts; otherwise the later source is the stronger one.
        if let Some(other) = other.filter(|other| discriminant(&other.node.origin) == discriminant(origin)) {
            let message = if other.path == given.path {
                "given twice".to_owned()
            } else {
                format!("given twice, also as {}; they are one key", other.path)
            };
            return self.mistakes.push(Mistake::new(origin.clone(), &given.path, message));
        }
        self.values.insert(key.path, given);
    }

    /// Reads and stores the text of a variable or an option.
    fn single_value(&mut self, origin: &Origin, path: String, text: &str) {
        let plain = names::key(&path).and_then(|key| plain(key.kind, text, origin));
        let node = plain.or_else(|| yaml::parse(text, origin, &path, &mut self.mistakes));
        let unit = path.rsplit_once('.').and_then(|(shift, unit)| Some((names::key(shift)?, unit)));
        match (node, unit) {
            (None, _) => {}
            (Some(node), Some((shift, unit))) if shift.kind == Kind::Shift => {
                self.set_unit(shift, Member { name: unit.to_owned(), origin: origin.clone(), node });
            }
            (Some(node), _) => self.place(path, origin, node),
        }
    }

    /// Changes one unit of a shift.
    fn set_unit(&mut self, key: &'static Key, unit: Member) {
        let is_whole = unit.node.number().is_some_and(|number| number.parse::<i64>().is_ok());
        if unit.name.parse::<ShiftUnit>().is_err() || !is_whole {
            let message = format!("not a shift argument; allowed: {}", key.kind.allowed());
            return self.mistakes.push(Mistake::new(unit.origin, &format!("{}.{}", key.path, unit.name), message));
        }
        self.add_default(key);
        if let Some(Value::Mapping(members)) = self.values.get_mut(key.path).map(|given| &mut given.node.value) {
            members.retain(|member| member.name != unit.name);
            members.push(unit);
        }
    }
}

/// The value of a text that is not parsed as YAML: null, or plain text, perhaps in quotes. `None` if it has to be
/// parsed.
fn plain(kind: Kind, text: &str, origin: &Origin) -> Option<Node> {
    let is_quoted = text.len() > 1 && ['"', '\''].iter().any(|q| text.starts_with(*q) && text.ends_with(*q));
    let as_it_stands = || Node::of_text(text, origin);
    match text.trim() {
        "" | "~" | "null" => Some(Node::null(origin)),
        _ if !kind.is_plain_text() => None,
        _ if is_quoted => Some(yaml::parse(text, origin, "", &mut Vec::new()).unwrap_or_else(as_it_stands)),
        _ => Some(as_it_stands()),
    }
}

/// Turns a count from 0 into a position from 1.
fn count(before: usize) -> u64 {
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}
