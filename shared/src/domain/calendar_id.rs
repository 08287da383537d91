//! The id of a Google calendar, compared without regard to how it was spelled.

use std::hash::{Hash, Hasher};

use derive_more::{Debug, Into};
use serde::{Deserialize, Serialize};

use super::address::canonical;

/// A calendar id, spelled as Google is asked for it.
///
/// Equality and hash are on [`CalendarId::key`]: one calendar in two spellings is one calendar.
#[derive(Clone, Debug, Into, Serialize, Deserialize)]
#[debug("{spelling:?}")]
#[serde(from = "String", into = "String")]
pub struct CalendarId {
    spelling: String,
    #[into(skip)]
    key: String,
}

impl CalendarId {
    /// The id as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }

    /// What stands for the calendar wherever it is remembered, counted or compared.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl From<String> for CalendarId {
    fn from(spelling: String) -> Self {
        Self { key: canonical(&spelling), spelling }
    }
}

impl From<&str> for CalendarId {
    fn from(spelling: &str) -> Self {
        Self::from(spelling.to_owned())
    }
}

impl PartialEq for CalendarId {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for CalendarId {}

impl Hash for CalendarId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_in_two_spellings_is_one_and_keeps_both() {
        let (small, large) = (CalendarId::from("prague@example.com"), CalendarId::from("Prague@Example.COM"));
        assert_eq!(small, large);
        assert_eq!(large.key(), "prague@example.com");
        assert_eq!((small.as_str(), large.as_str()), ("prague@example.com", "Prague@Example.COM"));
        assert_ne!(small, CalendarId::from("brno@example.com"));
    }
}
