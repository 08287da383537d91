//! Remembers which calendars were put into the service account's calendar list.
//!
//! One item holds them all as a set of short digests: 400 kB are enough for about 40,000 calendars.

use std::collections::HashSet;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};

use super::directory_snapshot::DIRECTORY;
use super::item::text;
use super::{PARTITION, SORT, Store, StoreError};
use crate::domain::calendar_id::CalendarId;

const SUBSCRIBED: &str = "subscribed";
const DIGESTS: &str = "digests";

/// A calendar, its key shortened so that very many fit into one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CalendarDigest([u8; 8]);

impl CalendarDigest {
    /// The digest of a calendar, however its id is spelled.
    pub fn of(calendar: &CalendarId) -> Self {
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(Sha256::digest(calendar.key())) {
            *to = from;
        }
        Self(short)
    }
}

impl Store {
    /// The calendars that were subscribed at any time.
    pub async fn load_subscribed(&self) -> Result<HashSet<CalendarDigest>, StoreError> {
        let Some(mut item) = self.directory_item(SUBSCRIBED, false).await? else {
            return Ok(HashSet::new());
        };
        let malformed = StoreError::Malformed("the subscribed calendars");
        let Some(AttributeValue::Bs(digests)) = item.remove(DIGESTS) else {
            return Err(malformed);
        };
        let digests = digests.iter().map(|digest| digest.as_ref().try_into().ok().map(CalendarDigest));
        digests.collect::<Option<_>>().ok_or(malformed)
    }

    /// Remembers more subscribed calendars; writers at the same time do not disturb each other.
    pub async fn add_subscribed(&self, calendars: &[CalendarDigest]) -> Result<(), StoreError> {
        if calendars.is_empty() {
            return Ok(());
        }
        let digests = calendars.iter().map(|digest| Blob::new(digest.0)).collect();
        self.client()
            .update_item()
            .table_name(self.table())
            .key(PARTITION, text(DIRECTORY))
            .key(SORT, text(SUBSCRIBED))
            .update_expression("ADD digests :digests")
            .expression_attribute_values(":digests", AttributeValue::Bs(digests))
            .send()
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_are_told_apart() {
        let digest = |id: &str| CalendarDigest::of(&id.into());
        assert_eq!(digest("a@example.com"), digest("A@Example.com"));
        assert_ne!(digest("a@example.com"), digest("b@example.com"));
    }
}
