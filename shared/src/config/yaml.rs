//! Reads any YAML (and so JSON) into a tree, and says what is wrong with it.
//!
//! A derived reader would stop at its first mistake; a tree shows every one.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, MessageFormatter as _, Spanned, UserMessageFormatter};

use super::mistakes::{Mistake, Origin};
use super::tree::{Member, Node, Value};

/// The message at the beginning of a second document.
pub(super) const SEVERAL: &str =
    "another YAML document begins here; allowed: one, so without a line `---` or `...` before it";

/// Parses the value of the key `path`, or a whole document if the path is empty. Text of white space and comments is
/// null. Mistakes in the YAML are reported, and so is a key given twice, of which the first one counts.
pub(super) fn parse(text: &str, origin: &Origin, path: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    match serde_saphyr::from_str_with_options(text, options()) {
        Ok(raw) => Some(Planting { text, origin, path: path.to_owned(), mistakes }.node(raw)),
        Err(error) => {
            let place = error.location().map_or_else(|| origin.clone(), |location| at(origin, location));
            mistakes.push(Mistake::new(place, path, syntax(&error)));
            None
        }
    }
}

/// What a plain word or number is; `None` if it is neither.
pub(super) fn word(text: &str) -> Option<Value> {
    match serde_saphyr::from_str_with_options(text, options()).ok()? {
        Raw::Null => Some(Value::Null),
        Raw::Bool(value) => Some(Value::Bool(value)),
        Raw::Number(number) => Some(Value::Number(if is_number(text) { text.to_owned() } else { number })),
        Raw::Text(text) => Some(Value::Text(text)),
        Raw::List(_) | Raw::Mapping(_) => None,
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
        // One file may have tens of thousands of users. Each level takes much of a thread's stack, and settings need
        // five.
        budget: serde_saphyr::budget! { max_depth: 16, max_nodes: 4_000_000, max_events: 8_000_000 },
        // The limit counts parser events, about three for a key with its value. Without it, a few lines of aliases to
        // aliases could expand to gigabytes.
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000 },
    }
}

fn syntax(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    // An error inside an alias comes wrapped.
    let mut cause = error;
    while let Error::AliasError { error, .. } | Error::WithSnippet { error, .. } = cause {
        cause = error;
    }
    let message = match cause {
        Error::MultipleDocuments { .. } => return SEVERAL.to_owned(),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => "nested too deeply".into(),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => {
            "larger or more intricate than a configuration can be".into()
        }
        error => UserMessageFormatter.format_message(error),
    };
    format!("not valid YAML: {message}")
}

fn at(origin: &Origin, location: Location) -> Origin {
    origin.at(location.line(), location.column())
}

/// Makes the tree out of what was parsed.
struct Planting<'a> {
    text: &'a str,
    origin: &'a Origin,
    path: String,
    mistakes: &'a mut Vec<Mistake>,
}

impl Planting<'_> {
    fn node(&mut self, raw: Spanned<Raw>) -> Node {
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Bool(value) => Value::Bool(value),
            Raw::Number(number) => Value::Number(self.written(raw.defined).map_or(number, str::to_owned)),
            Raw::Text(text) => Value::Text(text),
            Raw::List(items) => {
                let items = items.into_iter().enumerate();
                Value::List(items.map(|(n, item)| self.below(format_args!("[{n}]"), item)).collect())
            }
            Raw::Mapping(members) => Value::Mapping(self.members(members)),
        };
        Node { value, origin: at(self.origin, raw.referenced) }
    }

    /// The node at a longer path.
    fn below(&mut self, segment: fmt::Arguments<'_>, raw: Spanned<Raw>) -> Node {
        let length = self.path.len();
        // Writing to a text never fails.
        let _ = self.path.write_fmt(segment);
        let node = self.node(raw);
        self.path.truncate(length);
        node
    }

    fn members(&mut self, raw_members: Vec<(Spanned<String>, Spanned<Raw>)>) -> Vec<Member> {
        let mut members = Vec::with_capacity(raw_members.len());
        let mut lines = BTreeMap::new();
        let dot = if self.path.is_empty() { "" } else { "." };
        for (Spanned { value: name, referenced, .. }, value) in raw_members {
            let origin = at(self.origin, referenced);
            if let Some(first) = lines.get(&name) {
                let message = format!("given twice, first in line {first}");
                self.mistakes.push(Mistake::new(origin, &format!("{}{dot}{name}", self.path), message));
                continue;
            }
            lines.insert(name.clone(), referenced.line());
            let mut node = self.below(format_args!("{dot}{name}"), value);
            if node.is_null() {
                // An empty value has no place of its own.
                node.origin = origin.clone();
            }
            members.push(Member { name, origin, node });
        }
        members
    }

    /// A number as it stands in the text.
    fn written(&self, location: Location) -> Option<&str> {
        let span = location.span();
        let start = usize::try_from(span.byte_offset()?).ok()?;
        let end = start.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
        let text = self.text.get(start..end)?.trim();
        is_number(text).then_some(text)
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// What serde-saphyr hands over.
enum Raw {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

macro_rules! numbers {
    ($($visit:ident: $number:ty),*) => {
        $(fn $visit<E>(self, value: $number) -> Result<Raw, E> {
            Ok(Raw::Number(value.to_string()))
        })*
    };
}

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    numbers!(visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Raw, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(access)).map(Raw::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Raw::Mapping(members))
    }
}
