//! What the kinds of items have in common: a revision, and what a newer version of Moffman may have added.

use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::attributes::{Item, PARTITION, REVISION, SORT, TTL, attributes, revision_of, text};
use super::error::StoreError;
use super::key::ItemKey;
use crate::domain::revision::Revision;

/// What an item says, as it was read or written.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<T> {
    value: T,
    /// The write that the item is from.
    pub revision: Revision,
    /// Attributes that this version does not know.
    extra: Item,
}

/// A kind of item.
pub trait ItemKind: Serialize + DeserializeOwned {
    /// What it is called where it cannot be read.
    const NAME: &'static str;
    /// The attributes that this version knows, besides keys and revision.
    const ATTRIBUTES: &'static [&'static str];
    /// Attributes that are written for others, and not read back.
    fn for_others(&self) -> Vec<(&'static str, AttributeValue)> {
        Vec::new()
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ItemKind> Kept<T> {
    /// Reads an item.
    pub fn from_item(mut item: Item) -> Result<Self, StoreError> {
        let malformed = || StoreError::Malformed(T::NAME);
        let revision = revision_of(&item).ok_or_else(malformed)?;
        let mut extra = item.clone();
        for name in T::ATTRIBUTES.iter().chain(&[PARTITION, SORT, REVISION, TTL]) {
            extra.remove(*name);
        }
        item.retain(|name, _| !extra.contains_key(name));
        let value = serde_dynamo::from_item(item).map_err(|_| malformed())?;
        Ok(Self { value, revision, extra })
    }

    /// The whole item, with the attributes that a newer version of Moffman has added.
    pub(super) fn to_item(&self, key: &ItemKey) -> Result<Item, StoreError> {
        let mut item = self.extra.clone();
        item.extend(attributes(&self.value, T::NAME)?);
        item.extend(self.value.for_others().into_iter().map(|(name, value)| (name.to_owned(), value)));
        item.extend(key.attributes());
        item.insert(REVISION.to_owned(), text(&self.revision.0));
        Ok(item)
    }
}

/// What is written in place of what was `read`, if anything was, under a fresh `revision`.
pub fn kept<T>(read: Option<&Kept<T>>, value: T, revision: Revision) -> Kept<T> {
    Kept { value, revision, extra: read.map(|read| read.extra.clone()).unwrap_or_default() }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is written under any key is read as it was, with what a newer version added to it.
    pub(in crate::store) fn assert_reads_back<T: ItemKind + Clone + PartialEq + std::fmt::Debug>(value: &T) {
        let written = kept(None, value.clone(), Revision("first".to_owned()));
        let key = ItemKey::new("partition", "sort");
        let mut item = written.to_item(&key).unwrap();
        let known = |name: &String| {
            T::ATTRIBUTES.contains(&name.as_str()) || [PARTITION, SORT, REVISION, TTL].contains(&name.as_str())
        };
        assert!(item.keys().all(known), "{item:?}");
        assert_eq!(ItemKey::of(&item), Some(key.clone()));
        assert_eq!(Kept::from_item(item.clone()).unwrap(), written);
        item.insert("added".to_owned(), text("by a newer version"));
        let read = Kept::<T>::from_item(item.clone()).unwrap();
        assert_eq!(*read, *value);
        let again = kept(Some(&read), value.clone(), Revision("second".to_owned())).to_item(&key).unwrap();
        item.insert(REVISION.to_owned(), text("second"));
        assert_eq!(again, item);
    }

    proptest! {
        #[test]
        fn no_attributes_break_the_reading(attributes in proptest::collection::hash_map("[a-z_]{1,12}", ".*", 0..9)) {
            let item: Item = attributes.into_iter().map(|(name, value)| (name, text(value))).collect();
            let _ = Kept::<crate::store::cursor::Cursor>::from_item(item);
        }
    }
}
