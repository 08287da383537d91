//! Shows serde only the members of an object whose names are right, and keeps what is wrong with the other names.
//!
//! Serde's own readers stop at the first wrong name, which would hide all other mistakes of a body.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer as _, MapAccess, Visitor};

use crate::mistake::{MistakePlace, RequestMistake, RequestMistakes};

/// Reads anything but null.
pub(crate) struct NameFilter<'a, D> {
    /// The reader that sees all members.
    pub(crate) inner: D,
    /// Whether a name that the object does not have is wrong. A name that is given twice always is.
    pub(crate) is_strict: bool,
    /// What is wrong with the names, in the order of the body.
    pub(crate) misnamed: &'a mut RequestMistakes,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for NameFilter<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let names = Names { known, seen: Vec::new(), is_strict: self.is_strict, misnamed: self.misnamed };
        self.inner.deserialize_map(ObjectVisitor { visitor, names })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, words, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct ObjectVisitor<'a, V> {
    visitor: V,
    names: Names<'a>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(RightMembers { members, names: self.names })
    }
}

struct RightMembers<'a, A> {
    members: A,
    names: Names<'a>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for RightMembers<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.members.next_key::<String>()? {
            if let Some(right) = self.names.right(&name) {
                return seed.deserialize(right.into_deserializer()).map(Some);
            }
            self.members.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

struct Names<'a> {
    /// The names that the object has.
    known: &'static [&'static str],
    seen: Vec<&'static str>,
    is_strict: bool,
    misnamed: &'a mut RequestMistakes,
}

impl Names<'_> {
    /// The name as the object has it, if its member is to be read.
    fn right(&mut self, name: &str) -> Option<&'static str> {
        let what = match self.known.iter().copied().find(|known| *known == name) {
            Some(known) if !self.seen.contains(&known) => {
                self.seen.push(known);
                return Some(known);
            }
            Some(_) => "is given more than once".to_owned(),
            None if self.is_strict => format!("is no member of this request, which has {}", self.known.join(", ")),
            None => return None,
        };
        self.misnamed.add(RequestMistake::new(MistakePlace::named(name), what));
        None
    }
}
