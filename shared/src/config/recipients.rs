//! The addresses of an e-mail, in the shape in which the configuration gives them.
//!
//! Messages do not repeat what was given: it may be the address of a person.

use super::scalars::{ValueProblem, shape};
use super::tree::{Member, Node, Value};
use crate::domain::email::Email;

/// Senders or recipients; Byroapi takes both shapes, and each is sent as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// One address.
    Address(String),
    /// Addresses with names, in the order of the file; perhaps none.
    Named(Vec<(String, Option<String>)>),
}

impl Recipients {
    /// Whether there is no address.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Named(entries) if entries.is_empty())
    }

    /// Every address with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let (address, named) = match self {
            Self::Address(address) => (Some(address.as_str()), [].as_slice()),
            Self::Named(entries) => (None, entries.as_slice()),
        };
        let named = named.iter().map(|(address, name)| (address.as_str(), name.as_deref()));
        address.map(|address| (address, None)).into_iter().chain(named)
    }

    /// Reads either shape.
    pub(super) fn read(node: &Node) -> Result<Self, ValueProblem> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => Ok(Self::default()),
            Value::Text(text) => match Email::parse(text) {
                Some(email) => Ok(Self::Address(email.as_str().to_owned())),
                None => Err(ValueProblem::new("not an e-mail address")),
            },
            Value::Mapping(members) => Ok(Self::Named(members.iter().map(entry).collect::<Result<_, _>>()?)),
            _ => Err(ValueProblem::new(format!("{} is not allowed", shape(node)))),
        }
    }
}

impl Default for Recipients {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

fn entry(member: &Member) -> Result<(String, Option<String>), ValueProblem> {
    let wrong = |text: &str| ValueProblem::at(member.position, text);
    let email = Email::parse(&member.name).ok_or_else(|| wrong("not an e-mail address"))?;
    let name = match &member.node.value {
        Value::Null => None,
        Value::Text(name) if !name.chars().any(char::is_control) => Some(name.clone()),
        _ => return Err(wrong("the name must be text in one line")),
    };
    Ok((email.as_str().to_owned(), name))
}
