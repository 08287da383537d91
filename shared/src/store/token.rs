//! Keeps access tokens, so that a cold process need not ask for a new one.
//!
//! DynamoDB deletes an expired token by itself, but late: readers look at the expiry.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::item::{number, text};
use super::{PARTITION, SORT, Store, StoreError, TTL};

const ACCESS_TOKEN: &str = "access_token";

/// An access token and the end of its life.
#[derive(Clone)]
pub struct StoredToken {
    /// What goes into the `Authorization` header, without `Bearer`.
    pub access_token: SecretString,
    /// When the token stops working; the store keeps whole seconds.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Store {
    /// Reads the token kept under `key`, which may have expired.
    pub async fn load_token(&self, key: &str) -> Result<Option<StoredToken>, StoreError> {
        let request = self.client().get_item().table_name(self.table()).consistent_read(true);
        let answer = request.key(PARTITION, partition(key)).key(SORT, text("token")).send().await?;
        let Some(item) = answer.item else { return Ok(None) };
        let token = item.get(ACCESS_TOKEN).and_then(|value| value.as_s().ok());
        let expiry = item.get(TTL).and_then(|value| value.as_n().ok());
        let expiry = expiry.and_then(|seconds| seconds.parse().ok()).and_then(|s| DateTime::from_timestamp(s, 0));
        match (token, expiry) {
            (Some(token), Some(expires_at)) => {
                Ok(Some(StoredToken { access_token: token.as_str().into(), expires_at }))
            }
            _ => Err(StoreError::Malformed("a token without text or expiry")),
        }
    }

    /// Keeps `token` under `key` in place of an earlier one.
    pub async fn save_token(&self, key: &str, token: &StoredToken) -> Result<(), StoreError> {
        self.client()
            .put_item()
            .table_name(self.table())
            .item(PARTITION, partition(key))
            .item(SORT, text("token"))
            .item(ACCESS_TOKEN, text(token.access_token.expose_secret()))
            .item(TTL, number(token.expires_at.timestamp()))
            .send()
            .await?;
        Ok(())
    }
}

fn partition(key: &str) -> AttributeValue {
    text(format!("token#{key}"))
}
