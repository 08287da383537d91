//! The version of an event.

use serde::{Deserialize, Serialize};

/// The version of an event, for conditional writes; quoted, as Google sends it. Empty where Google gave none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Etag(String);

impl Etag {
    /// The version as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Google gave none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
