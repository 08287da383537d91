//! How a [`Store`] keeps access tokens, so that a cold process need not ask for a new one.
//!
//! DynamoDB deletes an expired token by itself, but late: readers look at the expiry.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::Store;
use super::attributes::{Item, TTL, end_of, number, text};
use super::error::StoreError;
use super::key::ItemKey;

const ACCESS_TOKEN: &str = "access_token";

/// An access token and the end of its life.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// What goes into the `Authorization` header, without `Bearer`.
    pub access_token: SecretString,
    /// When the token stops working; the store keeps whole seconds.
    pub expires_at: DateTime<Utc>,
}

impl StoredToken {
    fn key_of(name: &str) -> ItemKey {
        ItemKey::new(format!("token#{name}"), "token")
    }

    fn to_item(&self, name: &str) -> Item {
        let mut item = Self::key_of(name).attributes();
        item.insert(ACCESS_TOKEN.to_owned(), text(self.access_token.expose_secret()));
        item.insert(TTL.to_owned(), number(self.expires_at.timestamp()));
        item
    }

    fn from_item(item: &Item) -> Option<Self> {
        let access_token = item.get(ACCESS_TOKEN)?.as_s().ok()?.as_str().into();
        Some(Self { access_token, expires_at: DateTime::from_timestamp(end_of(item)?, 0)? })
    }
}

impl Store {
    /// Reads the token kept under `name`, which may have expired.
    pub async fn load_token(&self, name: &str) -> Result<Option<StoredToken>, StoreError> {
        let Some(item) = self.item(&StoredToken::key_of(name)).await? else { return Ok(None) };
        let token = StoredToken::from_item(&item);
        token.map(Some).ok_or(StoreError::Malformed("a token without text or expiry"))
    }

    /// Keeps `token` under `name` in place of an earlier one.
    pub async fn save_token(&self, name: &str, token: &StoredToken) -> Result<(), StoreError> {
        self.client().put_item().table_name(self.table()).set_item(Some(token.to_item(name))).send().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_reads_back(name in ".*", access_token in ".*", seconds in 0..4_000_000_000_i64) {
            let expires_at = DateTime::from_timestamp(seconds, 0).unwrap();
            let token = StoredToken { access_token: access_token.as_str().into(), expires_at };
            let item = token.to_item(&name);
            prop_assert_eq!(ItemKey::of(&item), Some(StoredToken::key_of(&name)));
            let read = StoredToken::from_item(&item).unwrap();
            prop_assert_eq!((read.access_token.expose_secret(), read.expires_at), (access_token.as_str(), expires_at));
        }
    }
}
