//! What all items have in common: a key, a revision, and what a newer version of Moffman may have added.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{PARTITION, SORT, StoreError, TTL};

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The attribute that tells one write of an item from all others.
const REVISION: &str = "revision";

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey {
    pub(super) partition: String,
    pub(super) sort: String,
}

/// A random id, another one at every write of an item, so that it never comes again: not even after the item was
/// deleted and made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub String);

/// What an item says, as it was read or written.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<T> {
    value: T,
    /// Which write of it this is.
    pub revision: Revision,
    /// Attributes that this version does not know.
    extra: Item,
}

/// A kind of item: how it is written, and read back.
pub trait Kind: Sized {
    /// What it is called where it cannot be read.
    const NAME: &'static str;
    /// The attributes that this version knows, besides keys and revision.
    const ATTRIBUTES: &'static [&'static str];
    /// The attributes.
    fn write(&self) -> Result<Item, StoreError>;
    /// Reads them; `None` when they make no sense.
    fn read(item: Item) -> Option<Self>;
}

impl ItemKey {
    pub(super) fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }

    /// The key of an item that was read.
    pub(super) fn of(item: &Item) -> Option<Self> {
        Some(Self::new(item.get(PARTITION)?.as_s().ok()?, item.get(SORT)?.as_s().ok()?))
    }

    pub(super) fn attributes(&self) -> Item {
        HashMap::from([(PARTITION.to_owned(), text(&self.partition)), (SORT.to_owned(), text(&self.sort))])
    }
}

impl<T> Kept<T> {
    /// What is written for the first time.
    pub(super) fn new(value: T, revision: Revision) -> Self {
        Self { value, revision, extra: Item::new() }
    }

    /// The same item with another content, as another write.
    pub(super) fn becoming<U>(&self, value: U, revision: Revision) -> Kept<U> {
        Kept { value, revision, extra: self.extra.clone() }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Kind> Kept<T> {
    /// Reads an item.
    pub fn from_item(mut item: Item) -> Result<Self, StoreError> {
        let malformed = || StoreError::Malformed(T::NAME);
        let revision = revision_of(&item).ok_or_else(malformed)?;
        let mut extra = item.clone();
        for name in T::ATTRIBUTES.iter().chain(&[PARTITION, SORT, REVISION, TTL]) {
            extra.remove(*name);
        }
        item.retain(|name, _| !extra.contains_key(name));
        Ok(Self { value: T::read(item).ok_or_else(malformed)?, revision, extra })
    }

    /// The whole item; a key that a newer version added is carried through.
    pub(super) fn to_item(&self, key: &ItemKey) -> Result<Item, StoreError> {
        let mut item = self.extra.clone();
        item.extend(self.value.write()?);
        item.extend(key.attributes());
        item.insert(REVISION.to_owned(), text(&self.revision.0));
        Ok(item)
    }
}

/// What is written in place of what was `read`, if anything was, under a fresh `revision`.
pub fn kept<T>(read: Option<&Kept<T>>, value: T, revision: String) -> Kept<T> {
    let revision = Revision(revision);
    match read {
        Some(read) => read.becoming(value, revision),
        None => Kept::new(value, revision),
    }
}

/// Which write of an item this is.
pub(super) fn revision_of(item: &Item) -> Option<Revision> {
    item.get(REVISION)?.as_s().ok().cloned().map(Revision)
}

/// Whether an item counts as absent at `now`: a table deletes what has ended only after a while.
pub(super) fn has_ended(item: &Item, now: DateTime<Utc>) -> bool {
    let end = item.get(TTL).and_then(|end| end.as_n().ok()).and_then(|end| end.parse::<i64>().ok());
    end.is_some_and(|end| end <= now.timestamp())
}

/// A text attribute.
pub(super) fn text(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A whole-number attribute.
pub(super) fn number(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The attributes of what serde can write.
pub(super) fn attributes<T: Serialize>(value: &T, name: &'static str) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|_| StoreError::Malformed(name))
}
