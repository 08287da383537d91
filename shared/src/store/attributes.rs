//! The attributes of items: the names that all items share, and how values are written and read.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::error::StoreError;
use crate::domain::revision::Revision;

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The partition key.
pub(super) const PARTITION: &str = "pk";
/// The sort key.
pub(super) const SORT: &str = "sk";
/// When the table may delete the item, in seconds since 1970.
pub(super) const TTL: &str = "expires_at";
/// The attribute that tells one write of an item from all others.
pub(super) const REVISION: &str = "revision";

/// A text attribute.
pub(super) fn text(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A whole-number attribute.
pub(super) fn number(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The attributes of what serde can write; `name` is what an error calls it.
pub(super) fn attributes<T: Serialize>(value: &T, name: &'static str) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|_| StoreError::Malformed(name))
}

/// Which write of an item this is.
pub(super) fn revision_of(item: &Item) -> Option<Revision> {
    item.get(REVISION)?.as_s().ok().cloned().map(Revision)
}

/// When the table may delete an item, in seconds since 1970.
pub(super) fn end_of(item: &Item) -> Option<i64> {
    item.get(TTL)?.as_n().ok()?.parse().ok()
}

/// Whether an item counts as absent at `now`: a table deletes what has ended only after a while.
pub(super) fn has_ended(item: &Item, now: DateTime<Utc>) -> bool {
    end_of(item).is_some_and(|end| end <= now.timestamp())
}
