//! Lays the sources over each other: for every key the value of the strongest source that gives it.
//!
//! A mapping or list replaces that of a weaker source as a whole; only a variable or option for one unit of a shift
//! (`MOFFMAN_CALENDAR__CHECKING_RANGE__MIN__WEEKS`) changes that unit alone.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::keys::Key;
use super::kind::Kind;
use super::mistakes::{ConfigErrors, Mistake, Origin};
use super::names;
use super::sources::Sources;
use super::template::template;
use super::tree::{self, Member, Node, Position, Value};
use crate::domain::date_shift::ShiftUnit;

/// One source of values.
#[derive(Clone)]
pub(super) enum Source {
    Default,
    File(Arc<str>),
    Environment(Arc<str>),
    Option(Arc<str>),
}

impl Source {
    /// The origin of something at this position of the source.
    pub(super) fn at(&self, Position { line, column }: Position) -> Origin {
        match self {
            Self::Default => Origin::Default,
            Self::File(file) => Origin::File { file: Arc::clone(file), line, column },
            Self::Environment(name) => Origin::Environment(Arc::clone(name)),
            Self::Option(name) => Origin::Option(Arc::clone(name)),
        }
    }
}

/// The value of a key, where it comes from, and under which name it was given.
#[derive(Clone)]
pub(super) struct Given {
    pub node: Node,
    pub source: Source,
    pub path: String,
}

/// The values of all keys.
pub(super) struct Layers {
    defaults: HashMap<&'static str, Given>,
    values: HashMap<&'static str, Given>,
    /// What the layer that is being read gave so far, and under which name.
    layer: HashMap<&'static str, String>,
    file: Option<Arc<str>>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Layers {
    /// Reads all sources. A file that is no mapping at all ends it; other mistakes are collected.
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut layers = Self {
            defaults: HashMap::new(),
            values: HashMap::new(),
            layer: HashMap::new(),
            file: None,
            mistakes: Vec::new(),
        };
        layers.document(&Source::Default, &template())?;
        layers.defaults = std::mem::take(&mut layers.values);
        if let Some(path) = &sources.file {
            let name: Arc<str> = path.display().to_string().into();
            layers.file = Some(Arc::clone(&name));
            let source = Source::File(name);
            let text = read_text(path).map_err(|(position, message)| single(&source, position, message))?;
            layers.document(&source, &text)?;
        }
        layers.layer.clear();
        for (name, value) in &sources.environment {
            if let Some(path) = names::of_variable(name) {
                layers.single_value(&Source::Environment(name.as_str().into()), &path, value);
            }
        }
        layers.layer.clear();
        for (name, value) in &sources.options {
            layers.single_value(&Source::Option(name.as_str().into()), &names::of_option(name), value);
        }
        Ok(layers)
    }

    /// The value of a key; `None` when it is null.
    pub(super) fn given(&self, key: &Key) -> Option<&Given> {
        let value = self.values.get(key.path);
        match value {
            Some(given) if !given.node.is_null() => Some(given),
            Some(_) if key.kind.null_is_a_value() => None,
            _ => self.defaults.get(key.path).filter(|given| !given.node.is_null()),
        }
    }

    /// The paths that the sources give, under the keys' own names.
    #[cfg(test)]
    pub(super) fn given_paths(&self) -> Vec<String> {
        self.values.keys().map(|path| (*path).to_owned()).collect()
    }

    /// Where the value of a key comes from; for a default the file in which it is missing.
    pub(super) fn origin(&self, path: &str) -> Origin {
        match (self.values.get(path), &self.file) {
            (Some(given), _) => given.source.at(given.node.position),
            (None, Some(file)) => Source::File(Arc::clone(file)).at(Position::default()),
            (None, None) => Origin::Default,
        }
    }

    fn document(&mut self, source: &Source, text: &str) -> Result<(), ConfigErrors> {
        let tree = tree::parse(text).map_err(|mistake| single(source, mistake.position, mistake.message))?;
        self.layer.clear();
        for twice in tree.duplicates {
            self.mistake(source.at(twice.position), &twice.path, twice.message);
        }
        match tree.root.value {
            Value::Null => Ok(()),
            Value::Mapping(members) => {
                self.members(source, "", members);
                Ok(())
            }
            _ => {
                let message = format!("must be a mapping of sections: {}", names::members("").join(", "));
                Err(single(source, tree.root.position, message))
            }
        }
    }

    fn members(&mut self, source: &Source, section: &str, members: Vec<Member>) {
        for Member { name, position, node } in members {
            let path = if section.is_empty() { name } else { format!("{section}.{name}") };
            self.place(source, Member { name: path, position, node });
        }
    }

    /// Puts a value, or a section of values, where its name says, which is a whole path.
    fn place(&mut self, source: &Source, Member { name, position, node }: Member) {
        let path = name.as_str();
        if let Some(key) = names::key(path) {
            // An empty value has no place of its own.
            let node = if node.is_null() { Node { position, ..node } } else { node };
            return self.set(key, Given { node, source: source.clone(), path: name });
        }
        if !names::is_section(path) {
            return self.mistake(source.at(position), path, names::unknown(path));
        }
        let is_sheet = path.ends_with(".google_config");
        match node.value {
            Value::Mapping(members) => self.members(source, path, members),
            Value::Text(_) | Value::Number(_) if is_sheet => self.sheet(source, path, node),
            Value::Null if is_sheet => self.sheet(source, path, Node { position, ..Node::NULL }),
            // A section without keys, perhaps because all of them are commented out.
            Value::Null => {}
            _ => {
                let message = format!("must be a mapping of {}", names::members(path).join(", "));
                self.mistake(source.at(node.position), path, message);
            }
        }
    }

    /// A sheet given by its id alone, or switched off, forgets the range and interval of weaker sources.
    fn sheet(&mut self, source: &Source, path: &str, id: Node) {
        let id = match id.value {
            Value::Number(text) => Node { value: Value::Text(text), ..id },
            _ => id,
        };
        for (name, node) in [("sheet_id", id), ("range", Node::NULL), ("update_interval", Node::NULL)] {
            let path = format!("{path}.{name}");
            if let Some(key) = names::key(&path) {
                self.set(key, Given { node, source: source.clone(), path });
            }
        }
    }

    fn set(&mut self, key: &'static Key, given: Given) {
        if let Some(other) = self.layer.get(key.path).cloned() {
            let message = if other == given.path {
                "given twice".to_owned()
            } else {
                format!("given twice, also as {other}; they are one key")
            };
            return self.mistake(given.source.at(given.node.position), &given.path, message);
        }
        self.layer.insert(key.path, given.path.clone());
        self.values.insert(key.path, given);
    }

    /// A variable or an option.
    fn single_value(&mut self, source: &Source, path: &str, text: &str) {
        let key = names::key(path);
        let node = match key {
            Some(key) if key.kind.is_plain_text() => Ok(plain_text(text)),
            _ => tree::parse(text).and_then(|tree| match tree.duplicates.into_iter().next() {
                Some(twice) => Err(twice),
                None => Ok(tree.root),
            }),
        };
        let unit = path.rsplit_once('.').and_then(|(shift, unit)| Some((names::key(shift)?, unit)));
        match (node, unit) {
            (Err(mistake), _) => self.mistake(source.at(mistake.position), path, mistake.message),
            (Ok(node), Some((shift, unit))) if shift.kind == Kind::Shift => {
                self.set_unit(source, shift, Member { name: unit.to_owned(), position: node.position, node });
            }
            (Ok(node), _) => {
                self.place(source, Member { name: path.to_owned(), position: Position::default(), node });
            }
        }
    }

    /// Changes one unit of a shift.
    fn set_unit(&mut self, source: &Source, key: &'static Key, unit: Member) {
        let is_whole = matches!(&unit.node.value, Value::Number(text) if text.parse::<i64>().is_ok());
        if ShiftUnit::parse(&unit.name).is_none() || !is_whole {
            let (origin, path) = (source.at(unit.position), format!("{}.{}", key.path, unit.name));
            let message = format!("not a shift argument; allowed: {}", key.kind.allowed());
            return self.mistake(origin, &path, message);
        }
        let Some(mut given) = self.given(key).cloned() else {
            return;
        };
        if let Value::Mapping(members) = &mut given.node.value {
            members.retain(|member| member.name != unit.name);
            members.push(unit);
            self.values.insert(key.path, given);
        }
    }

    fn mistake(&mut self, origin: Origin, path: &str, message: String) {
        self.mistakes.push(Mistake { origin, path: path.to_owned(), message });
    }
}

fn single(source: &Source, position: Position, message: String) -> ConfigErrors {
    ConfigErrors::new(vec![Mistake { origin: source.at(position), path: String::new(), message }])
}

/// The text of a variable or an option for a key that takes text: only null and quotes are YAML.
fn plain_text(text: &str) -> Node {
    let is_quoted =
        text.len() > 1 && ['"', '\''].iter().any(|quote| text.starts_with(*quote) && text.ends_with(*quote));
    match text.trim() {
        "" | "~" | "null" => Node::NULL,
        _ if is_quoted => tree::parse(text).map_or_else(|_| Node::text(text), |tree| tree.root),
        _ => Node::text(text),
    }
}

/// The file as text without a byte order mark, or the reason why not.
fn read_text(path: &Path) -> Result<String, (Position, String)> {
    let bytes = fs::read(path).map_err(|error| (Position::default(), format!("cannot be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let text = String::from_utf8_lossy(valid);
            let line_start = text.rfind('\n').map_or(0, |at| at + 1);
            let column = text.get(line_start..).unwrap_or_default().chars().count();
            let position = Position { line: count(text.matches('\n').count()), column: count(column) };
            Err((position, "not UTF-8 text".to_owned()))
        }
    }
}

/// A count from 0 as a position from 1.
fn count(before: usize) -> u64 {
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}
