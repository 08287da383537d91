//! A parsed configuration: a tree in which every key and value knows where it stands.
//!
//! Numbers keep the text they were written with, so that an employee number `007` stays `007`.

use super::mistakes::Origin;

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Node {
    pub value: Value,
    pub origin: Origin,
}

/// A YAML value; numbers are text that reads as a number.
#[derive(Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Mapping(Vec<Member>),
}

/// A key of a mapping and its value.
#[derive(Clone)]
pub(super) struct Member {
    pub name: String,
    pub origin: Origin,
    pub node: Node,
}

impl Node {
    pub(super) fn null(origin: &Origin) -> Self {
        Self { value: Value::Null, origin: origin.clone() }
    }

    /// A text as it stands, without any YAML in it.
    pub(super) fn of_text(text: &str, origin: &Origin) -> Self {
        Self { value: Value::Text(text.to_owned()), origin: origin.clone() }
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    pub(super) fn number(&self) -> Option<&str> {
        if let Value::Number(text) = &self.value { Some(text) } else { None }
    }
}
