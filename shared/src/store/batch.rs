//! How a [`Store`] reads many items at once.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::Store;
use super::attributes::Item;
use super::error::StoreError;
use super::key::ItemKey;

/// How many items DynamoDB reads in one batch.
const BATCH: usize = 100;
/// How often what a batch left out is asked for again.
const MOST_ATTEMPTS: usize = 5;

impl Store {
    /// The items with these keys, which differ, strongly consistent. Items that are absent are left out.
    pub(super) async fn items(&self, keys: &[ItemKey]) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        for batch in keys.chunks(BATCH) {
            items.extend(self.batch_of(batch).await?);
        }
        Ok(items)
    }

    async fn batch_of(&self, keys: &[ItemKey]) -> Result<Vec<Item>, StoreError> {
        let mut wanted: Vec<Item> = keys.iter().map(ItemKey::attributes).collect();
        let mut items = Vec::new();
        for _ in 0..MOST_ATTEMPTS {
            if wanted.is_empty() {
                break;
            }
            let (some, left) = self.batch(wanted).await?;
            items.extend(some);
            wanted = left;
        }
        if wanted.is_empty() { Ok(items) } else { Err(StoreError::Throttled) }
    }

    /// Some items, and the keys of those that DynamoDB left out this time.
    async fn batch(&self, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let keys = keys.map_err(|_| StoreError::Malformed("a request"))?;
        let answer = self.client().batch_get_item().request_items(self.table(), keys).send().await?;
        let items = answer.responses.and_then(|mut responses| responses.remove(self.table()));
        let left = answer.unprocessed_keys.and_then(|mut left| left.remove(self.table()));
        Ok((items.unwrap_or_default(), left.map(|left| left.keys).unwrap_or_default()))
    }
}
