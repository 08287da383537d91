//! Reads the addresses of an e-mail.
//!
//! Messages do not repeat what was given: it may be the address of a person.

use super::scalars::{ValueProblem, shape};
use super::tree::{Member, Node, Value};
use crate::domain::email::Email;
use crate::domain::letter::Recipients;

/// Reads one address, or addresses with names.
pub(super) fn recipients(node: &Node) -> Result<Recipients, ValueProblem> {
    match &node.value {
        Value::Text(text) if text.trim().is_empty() => Ok(Recipients::default()),
        Value::Text(text) => match Email::parse(text) {
            Some(email) => Ok(Recipients::Address(email.as_str().to_owned())),
            None => Err(ValueProblem::new("not an e-mail address")),
        },
        Value::Mapping(members) => Ok(Recipients::Named(members.iter().map(entry).collect::<Result<_, _>>()?)),
        _ => Err(ValueProblem::new(format!("{} is not allowed", shape(node)))),
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
