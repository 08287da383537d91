//! An e-mail address as a person spelled it, compared without regard to case.
//!
//! The spelling is kept because Byroapi's file names are case-sensitive.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An e-mail address, trimmed, in the spelling it came in.
///
/// Equality and hashing are on the spelling; use [`Email::key`] to compare people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads an address: text on both sides of one `@`, without white space or control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.split_once('@')?;
        let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
        (clean && whole).then(|| Self(text.to_owned()))
    }

    /// The address as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: two addresses with one key are the same person.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_keeps_its_spelling() {
        let email = Email::parse("  Anna.Nova@Example.com\u{a0} ").unwrap();
        assert_eq!(email.as_str(), "Anna.Nova@Example.com");
        assert_eq!(email.key(), "anna.nova@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "anna", "@example.com", "anna@", "a@b@c", "an na@example.com", "anna@exa\nmple.com"] {
            assert_eq!(Email::parse(text), None, "{text:?}");
        }
    }
}
