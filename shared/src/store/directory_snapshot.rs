//! How a [`Store`] keeps the last good content of the spreadsheet: compressed chunks under a version, and a pointer to it.
//!
//! A version is never written twice: its id has the pointer's revision in it, so a chunk that was retired is never
//! pointed at again. A writer that dies before it moves the pointer leaves chunks that nothing names.

use std::io::{Read, Write};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};
use sha2::{Digest, Sha256};

use super::Store;
use super::attributes::{Item, TTL, number};
use super::error::StoreError;
use super::key::ItemKey;
use crate::domain::digest::short_hex;

/// An item holds 400 kB, names and keys included:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const CHUNK_BYTES: usize = 350_000;
const CHUNKS_AT_ONCE: usize = 4;
/// The partition of everything about the directory.
const DIRECTORY: &str = "directory";
const POINTER: &str = "pointer";
const DATA: &str = "data";

/// A part of the snapshot, each with versions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotPart {
    /// Offices.
    Offices,
    /// Manual users.
    Users,
}

/// A content of one part that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotVersion {
    /// Names the chunks; never used again.
    pub id: String,
    /// Digest of the content.
    pub digest: String,
    /// How many chunks there are.
    pub chunks: usize,
    /// Digest of where the content was read: sheet, range and the way of reading it.
    pub source: String,
    /// How many entries it has.
    pub rows: usize,
}

/// The versions in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// Counts the moves of the pointer; 0 before the first.
    pub revision: u64,
    /// The offices in use.
    pub offices: Option<SnapshotVersion>,
    /// The manual users in use.
    pub users: Option<SnapshotVersion>,
}

impl Pointer {
    /// The version in use, wherever it was read.
    pub fn of(&self, part: SnapshotPart) -> Option<&SnapshotVersion> {
        match part {
            SnapshotPart::Offices => self.offices.as_ref(),
            SnapshotPart::Users => self.users.as_ref(),
        }
    }

    fn key() -> ItemKey {
        directory_key(POINTER)
    }

    fn to_item(&self) -> Result<Item, StoreError> {
        let mut item: Item = to_item(self).map_err(|_| StoreError::Malformed("the directory's pointer"))?;
        item.extend(Self::key().attributes());
        Ok(item)
    }

    fn from_item(item: Item) -> Result<Self, StoreError> {
        from_item(item).map_err(|_| StoreError::Malformed("the directory's pointer"))
    }

    /// Points at `version`.
    pub fn set(&mut self, part: SnapshotPart, version: SnapshotVersion) {
        match part {
            SnapshotPart::Offices => self.offices = Some(version),
            SnapshotPart::Users => self.users = Some(version),
        }
    }
}

/// Entries of one part ready to be written, with the digest by which an unchanged content is recognised.
#[derive(Debug)]
pub struct SnapshotContent {
    part: SnapshotPart,
    json: Vec<u8>,
    rows: usize,
    /// Digest of the entries.
    pub digest: String,
}

impl SnapshotContent {
    /// Serialises the `entries` of a part.
    pub fn of<T: Serialize>(part: SnapshotPart, entries: &[T]) -> Result<Self, StoreError> {
        let json = serde_json::to_vec(entries).map_err(|_| StoreError::Malformed("entries that are no JSON"))?;
        let digest = short_hex(Sha256::new_with_prefix(&json));
        Ok(Self { part, json, rows: entries.len(), digest })
    }

    fn packed(&self) -> Result<Vec<u8>, StoreError> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let packed = encoder.write_all(&self.json).and_then(|()| encoder.finish());
        packed.map_err(|_| StoreError::Malformed("a directory that cannot be compressed"))
    }
}

/// The entries of chunks; `None` when these are damaged.
fn unpacked<T: DeserializeOwned>(chunks: &[Vec<u8>]) -> Option<Vec<T>> {
    let mut json = Vec::new();
    GzDecoder::new(chunks.concat().as_slice()).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

impl Store {
    /// The versions in use now; the empty pointer before the first load.
    pub async fn load_pointer(&self) -> Result<Pointer, StoreError> {
        self.item(&Pointer::key()).await?.map_or_else(|| Ok(Pointer::default()), Pointer::from_item)
    }

    /// Replaces the pointer that had `revision`; [`StoreError::ConditionFailed`] when it was moved meanwhile.
    pub async fn move_pointer(&self, revision: u64, next: &Pointer) -> Result<(), StoreError> {
        self.client()
            .put_item()
            .table_name(self.table())
            .set_item(Some(next.to_item()?))
            .condition_expression("attribute_not_exists(pk) OR revision = :revision")
            .expression_attribute_values(":revision", number(revision))
            .send()
            .await?;
        Ok(())
    }

    /// Writes `content` as chunks; it counts when the pointer moves to `revision` and names it.
    pub async fn write_version(
        &self,
        revision: u64,
        content: &SnapshotContent,
        source: &str,
    ) -> Result<SnapshotVersion, StoreError> {
        let id = format!("{revision}-{}", content.digest);
        let packed = content.packed()?;
        let chunks: Vec<_> = packed.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).enumerate().collect();
        let count = chunks.len();
        stream::iter(chunks)
            .map(|(chunk, data)| self.write_chunk(chunk_key(content.part, &id, chunk), data))
            .buffer_unordered(CHUNKS_AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(SnapshotVersion {
            id,
            digest: content.digest.clone(),
            chunks: count,
            source: source.to_owned(),
            rows: content.rows,
        })
    }

    /// Reads the entries of a version; `None` when they are not whole: a chunk is gone because the pointer has moved, or
    /// damaged.
    pub async fn load_version<T: DeserializeOwned>(
        &self,
        part: SnapshotPart,
        version: &SnapshotVersion,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let chunks: Vec<Option<Vec<u8>>> = stream::iter(0..version.chunks)
            .map(|chunk| self.load_chunk(chunk_key(part, &version.id, chunk)))
            .buffered(CHUNKS_AT_ONCE)
            .try_collect()
            .await?;
        let Some(chunks) = chunks.into_iter().collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        Ok(unpacked(&chunks))
    }

    /// Lets the chunks of a version that is no longer pointed at disappear at `expires_at`.
    pub async fn retire_version(
        &self,
        part: SnapshotPart,
        version: &SnapshotVersion,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        stream::iter(0..version.chunks)
            .map(|chunk| self.retire_chunk(chunk_key(part, &version.id, chunk), expires_at))
            .buffer_unordered(CHUNKS_AT_ONCE)
            .try_collect()
            .await
    }

    /// A chunk never changes, so a read that lags behind may miss it but never has an old one, and costs half as much.
    async fn load_chunk(&self, key: ItemKey) -> Result<Option<Vec<u8>>, StoreError> {
        let lagging = self.client().get_item().table_name(self.table()).set_key(Some(key.attributes()));
        let found = match lagging.send().await?.item {
            Some(item) => Some(item),
            None => self.item(&key).await?,
        };
        let Some(mut item) = found else {
            return Ok(None);
        };
        match item.remove(DATA) {
            Some(AttributeValue::B(data)) => Ok(Some(data.into_inner())),
            _ => Err(StoreError::Malformed("a chunk of the directory")),
        }
    }

    async fn write_chunk(&self, key: ItemKey, data: Vec<u8>) -> Result<(), StoreError> {
        let request = self.client().put_item().table_name(self.table()).set_item(Some(key.attributes()));
        request.item(DATA, AttributeValue::B(Blob::new(data))).send().await?;
        Ok(())
    }

    async fn retire_chunk(&self, key: ItemKey, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.client()
            .update_item()
            .table_name(self.table())
            .set_key(Some(key.attributes()))
            .update_expression("SET #ttl = :at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":at", number(expires_at.timestamp()))
            .send()
            .await?;
        Ok(())
    }
}

/// The key of an item of the directory.
pub(super) fn directory_key(sort: impl Into<String>) -> ItemKey {
    ItemKey::new(DIRECTORY, sort)
}

fn chunk_key(part: SnapshotPart, version: &str, chunk: usize) -> ItemKey {
    let part = match part {
        SnapshotPart::Offices => "offices",
        SnapshotPart::Users => "users",
    };
    directory_key(format!("{part}#{version}#{chunk}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn content_is_known_by_its_entries() {
        let content = |entries: &[&str]| SnapshotContent::of(SnapshotPart::Offices, entries).unwrap();
        let first = content(&["a", "b"]);
        assert_eq!(first.digest, content(&["a", "b"]).digest);
        assert_ne!(first.digest, content(&["b", "a"]).digest);
        assert_eq!(first.digest.len(), 32);
    }

    fn versions() -> impl Strategy<Value = SnapshotVersion> {
        let texts = (".*", "[0-9a-f]{32}", "[0-9a-f]{32}");
        (texts, any::<usize>(), any::<usize>()).prop_map(|((id, digest, source), chunks, rows)| SnapshotVersion {
            id,
            digest,
            chunks,
            source,
            rows,
        })
    }

    proptest! {
        #[test]
        fn a_pointer_reads_back(
            revision: u64, offices in proptest::option::of(versions()), users in proptest::option::of(versions()),
        ) {
            let pointer = Pointer { revision, offices, users };
            let item = pointer.to_item().unwrap();
            prop_assert_eq!(ItemKey::of(&item), Some(Pointer::key()));
            prop_assert_eq!(Pointer::from_item(item), Ok(pointer));
        }

        #[test]
        fn entries_read_back_from_chunks_of_any_size(
            entries in proptest::collection::vec((".*", any::<u64>()), 0..30), size in 1..200_usize,
        ) {
            let packed = SnapshotContent::of(SnapshotPart::Users, &entries).unwrap().packed().unwrap();
            let chunks: Vec<_> = packed.chunks(size).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(unpacked(&chunks), Some(entries));
        }
    }
}
