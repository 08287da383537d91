//! How far a calendar was read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::ItemKind;
use super::key::{ItemKey, calendar_partition};
use crate::domain::calendar_id::CalendarId;

/// How far a calendar was read. When two sweeps read it at once, only one of them moves it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Google's token for what has changed since.
    pub sync_token: String,
    /// When the whole window was last listed.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub reconciled_at: DateTime<Utc>,
    /// The digest of the manual users for which it was read.
    pub users_digest: String,
}

impl Cursor {
    /// Its sort key.
    pub(super) const SORT_KEY: &str = "cursor";

    pub(super) fn key_in(calendar: &CalendarId) -> ItemKey {
        ItemKey::new(calendar_partition(calendar), Self::SORT_KEY)
    }
}

impl ItemKind for Cursor {
    const NAME: &'static str = "cursor";
    const ATTRIBUTES: &'static [&'static str] = &["sync_token", "reconciled_at", "users_digest"];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::instants;
    use crate::store::item::tests::assert_reads_back;

    proptest! {
        #[test]
        fn a_cursor_reads_back(sync_token in ".*", reconciled_at in instants(), users_digest in "[0-9a-f]{0,32}") {
            assert_reads_back(&Cursor { sync_token, reconciled_at, users_digest });
        }
    }
}
