//! An e-mail address as a person spelled it, and the key that stands for the person however it is spelled.
//!
//! The spelling is kept because Byroapi's file names are case-sensitive.

use derive_more::Display;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::address::canonical;

/// An e-mail address, trimmed, in the spelling it came in.
///
/// Equality and hashing are on the spelling; use [`Email::key`] to compare people.
#[derive(Clone, Debug, Display, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

    /// The key of the person: addresses with the same key belong to one person.
    pub fn key(&self) -> PersonKey {
        PersonKey::from(self.0.clone())
    }
}

/// A person, however the address is spelled; see [`Email::key`].
#[derive(Clone, Debug, Display, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct PersonKey(String);

impl PersonKey {
    /// The address in the spelling that all others are brought to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 64 hexadecimal digits that stand for the person where no address may be written.
    pub fn digest(&self) -> String {
        format!("{:x}", Sha256::digest(&self.0))
    }
}

/// A key that is read back is computed again: it may have been written before we knew all spellings.
impl From<String> for PersonKey {
    fn from(address: String) -> Self {
        Self(canonical(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_keeps_its_spelling() {
        let email = Email::parse("  Anna.Nova@Example.com\u{a0} ").unwrap();
        assert_eq!(email.as_str(), "Anna.Nova@Example.com");
        assert_eq!(email.key().as_str(), "anna.nova@example.com");
    }

    #[test]
    fn a_person_in_two_spellings_is_one() {
        let key = |text: &str| Email::parse(text).unwrap().key();
        assert_eq!(key("Anna.Nova@gmail.com"), key("annanova@GoogleMail.com"));
        assert_ne!(key("Anna.Nova@example.com"), key("annanova@example.com"));
        let read: PersonKey = serde_json::from_str("\"Anna.Nova@gmail.com\"").unwrap();
        assert_eq!((read.as_str(), &read), ("annanova@gmail.com", &key("annanova@gmail.com")));
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"annanova@gmail.com\"");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "anna", "@example.com", "anna@", "a@b@c", "an na@example.com", "anna@exa\nmple.com"] {
            assert_eq!(Email::parse(text), None, "{text:?}");
        }
    }
}
