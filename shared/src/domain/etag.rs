//! The version of an event.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// The version of an event, for conditional writes; quoted, as Google sends it. Empty where Google gave none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Etag(String);

impl Etag {
    /// The text that Google knows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It is a text to whoever only shows or sends it.
impl Deref for Etag {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for Etag {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<String> for Etag {
    fn from(etag: String) -> Self {
        Self(etag)
    }
}

impl From<&str> for Etag {
    fn from(etag: &str) -> Self {
        Self(etag.to_owned())
    }
}
