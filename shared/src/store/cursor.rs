//! How far a calendar was read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{Item, Kind, attributes};

/// How far a calendar was read. Of two sweeps that read it only one moves it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Google's token for what changed since.
    pub sync_token: String,
    /// When the whole window was last listed.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub reconciled_at: DateTime<Utc>,
    /// The digest of the manual users for which it was read.
    pub users_digest: String,
}

impl Kind for Cursor {
    const NAME: &'static str = "cursor";
    const ATTRIBUTES: &'static [&'static str] = &["sync_token", "reconciled_at", "users_digest"];

    fn write(&self) -> Result<Item, StoreError> {
        attributes(self, Self::NAME)
    }

    fn read(item: Item) -> Option<Self> {
        serde_dynamo::from_item(item).ok()
    }
}
