//! What serde-saphyr makes of a text.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

use super::*;

/// The tree, or nothing if the text is refused.
pub(super) fn parse(text: &str, origin: &Origin) -> Option<Node> {
    serde_saphyr::from_str_with_options(text, options()).ok().map(|raw| Planting { text, origin }.node(raw))
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

fn at(origin: &Origin, location: Location) -> Origin {
    origin.at(location.line(), location.column())
}

struct Planting<'a> {
    text: &'a str,
    origin: &'a Origin,
}

impl Planting<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Node {
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Bool(value) => Value::Bool(value),
            Raw::Number(number) => Value::Number(self.written(raw.defined).map_or(number, str::to_owned)),
            // A number beyond all that a computer knows.
            Raw::Text(text) if text == ".inf" || text == "-.inf" => {
                Value::Text(self.written(raw.defined).map_or(text, str::to_owned))
            }
            Raw::Text(text) => Value::Text(text),
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Mapping(members) => Value::Mapping(self.members(members)),
        };
        Node { value, origin: at(self.origin, raw.referenced) }
    }

    fn members(&self, raw_members: Vec<(Spanned<String>, Spanned<Raw>)>) -> Vec<Member> {
        let (mut members, mut names) = (Vec::new(), BTreeSet::new());
        for (Spanned { value: name, referenced, .. }, value) in raw_members {
            if !names.insert(name.clone()) {
                continue;
            }
            let (origin, mut node) = (at(self.origin, referenced), self.node(value));
            if node.is_null() {
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
        text.parse::<f64>().is_ok().then_some(text)
    }
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
