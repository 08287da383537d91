//! How a [`Store`] remembers which calendars were put into the service account's calendar list.
//!
//! One item holds them all as a set of short digests: 400 kB are enough for about 40,000 calendars.

use std::collections::HashSet;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};

use super::Store;
use super::attributes::Item;
use super::directory_snapshot::directory_key;
use super::error::StoreError;
use super::key::ItemKey;
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

fn key() -> ItemKey {
    directory_key(SUBSCRIBED)
}

fn to_attribute(calendars: &[CalendarDigest]) -> AttributeValue {
    AttributeValue::Bs(calendars.iter().map(|digest| Blob::new(digest.0)).collect())
}

fn from_item(mut item: Item) -> Option<HashSet<CalendarDigest>> {
    let AttributeValue::Bs(digests) = item.remove(DIGESTS)? else { return None };
    digests.iter().map(|digest| digest.as_ref().try_into().ok().map(CalendarDigest)).collect()
}

impl Store {
    /// The calendars that were subscribed at any time.
    pub async fn load_subscribed(&self) -> Result<HashSet<CalendarDigest>, StoreError> {
        let get = self.client().get_item().table_name(self.table()).set_key(Some(key().attributes()));
        let Some(item) = get.send().await?.item else { return Ok(HashSet::new()) };
        from_item(item).ok_or(StoreError::Malformed("the subscribed calendars"))
    }

    /// Remembers more subscribed calendars; writers at the same time do not disturb each other.
    pub async fn add_subscribed(&self, calendars: &[CalendarDigest]) -> Result<(), StoreError> {
        if calendars.is_empty() {
            return Ok(());
        }
        self.client()
            .update_item()
            .table_name(self.table())
            .set_key(Some(key().attributes()))
            .update_expression("ADD digests :digests")
            .expression_attribute_values(":digests", to_attribute(calendars))
            .send()
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn calendars_are_told_apart() {
        let digest = |id: &str| CalendarDigest::of(&id.into());
        assert_eq!(digest("a@example.com"), digest("A@Example.com"));
        assert_ne!(digest("a@example.com"), digest("b@example.com"));
    }

    proptest! {
        #[test]
        fn subscribed_calendars_read_back(ids in proptest::collection::vec(".*", 1..9)) {
            let digests: Vec<CalendarDigest> = ids.into_iter().map(|id| CalendarDigest::of(&id.into())).collect();
            let item = Item::from([(DIGESTS.to_owned(), to_attribute(&digests))]);
            prop_assert_eq!(from_item(item), Some(digests.into_iter().collect()));
        }
    }
}
