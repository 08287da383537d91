//! Keeps the last good content of the spreadsheet: compressed chunks under a version, and a pointer that names it.
//!
//! A version is never written twice: its id has the pointer's revision in it, so a chunk that was retired is never
//! pointed at again. A writer that dies before it moves the pointer leaves chunks that nothing names.

use std::collections::HashMap;
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

use super::item::{number, text};
use super::{PARTITION, SORT, Store, StoreError, TTL};
use crate::domain::digest::short_hex;

/// An item holds 400 kB, names and keys included:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const CHUNK_BYTES: usize = 350_000;
const CHUNKS_AT_ONCE: usize = 4;
/// The partition of everything about the directory.
pub(super) const DIRECTORY: &str = "directory";
const POINTER: &str = "pointer";
const DATA: &str = "data";

/// What a version holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Offices.
    Offices,
    /// Manual users.
    Users,
}

/// One written content of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
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
    pub offices: Option<Version>,
    /// The manual users in use.
    pub users: Option<Version>,
}

impl Pointer {
    /// The version in use, wherever it was read.
    pub fn of(&self, kind: Kind) -> Option<&Version> {
        match kind {
            Kind::Offices => self.offices.as_ref(),
            Kind::Users => self.users.as_ref(),
        }
    }

    /// Points at `version`.
    pub fn set(&mut self, kind: Kind, version: Version) {
        match kind {
            Kind::Offices => self.offices = Some(version),
            Kind::Users => self.users = Some(version),
        }
    }
}

/// Entries ready to be written, with the digest by which an unchanged content is recognised.
#[derive(Debug)]
pub struct Content {
    json: Vec<u8>,
    rows: usize,
    /// Digest of the entries.
    pub digest: String,
}

impl Content {
    /// Serialises `entries`.
    pub fn of<T: Serialize>(entries: &[T]) -> Result<Self, StoreError> {
        let json = serde_json::to_vec(entries).map_err(|_| StoreError::Malformed("entries that are no JSON"))?;
        let digest = short_hex(Sha256::new_with_prefix(&json));
        Ok(Self { json, rows: entries.len(), digest })
    }

    fn packed(&self) -> Result<Vec<u8>, StoreError> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let packed = encoder.write_all(&self.json).and_then(|()| encoder.finish());
        packed.map_err(|_| StoreError::Malformed("a directory that cannot be compressed"))
    }
}

impl Store {
    /// The versions in use now; the empty pointer before the first load.
    pub async fn load_pointer(&self) -> Result<Pointer, StoreError> {
        let Some(item) = self.directory_item(POINTER, true).await? else {
            return Ok(Pointer::default());
        };
        from_item(item).map_err(|_| StoreError::Malformed("the directory's pointer"))
    }

    /// Replaces the pointer that had `revision`; [`StoreError::ConditionFailed`] when it was moved meanwhile.
    pub async fn move_pointer(&self, revision: u64, next: &Pointer) -> Result<(), StoreError> {
        let item: HashMap<String, AttributeValue> =
            to_item(next).map_err(|_| StoreError::Malformed("the directory's pointer"))?;
        self.client()
            .put_item()
            .table_name(self.table())
            .set_item(Some(item))
            .item(PARTITION, text(DIRECTORY))
            .item(SORT, text(POINTER))
            .condition_expression("attribute_not_exists(pk) OR revision = :revision")
            .expression_attribute_values(":revision", number(revision))
            .send()
            .await?;
        Ok(())
    }

    /// Writes `content` as chunks; it counts when the pointer moves to `revision` and names it.
    pub async fn write_version(
        &self,
        kind: Kind,
        revision: u64,
        content: &Content,
        source: &str,
    ) -> Result<Version, StoreError> {
        let id = format!("{revision}-{}", content.digest);
        let packed = content.packed()?;
        let chunks: Vec<_> = packed.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).enumerate().collect();
        let count = chunks.len();
        stream::iter(chunks)
            .map(|(chunk, data)| self.write_chunk(chunk_key(kind, &id, chunk), data))
            .buffer_unordered(CHUNKS_AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(Version { id, digest: content.digest.clone(), chunks: count, source: source.to_owned(), rows: content.rows })
    }

    /// Reads the entries of a version; `None` when they are not whole: a chunk is gone because the pointer has moved, or
    /// damaged.
    pub async fn load_version<T: DeserializeOwned>(
        &self,
        kind: Kind,
        version: &Version,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let chunks: Vec<Option<Vec<u8>>> = stream::iter(0..version.chunks)
            .map(|chunk| self.load_chunk(chunk_key(kind, &version.id, chunk)))
            .buffered(CHUNKS_AT_ONCE)
            .try_collect()
            .await?;
        let Some(chunks) = chunks.into_iter().collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let mut json = Vec::new();
        let unpacked = GzDecoder::new(chunks.concat().as_slice()).read_to_end(&mut json);
        Ok(unpacked.ok().and_then(|_| serde_json::from_slice(&json).ok()))
    }

    /// Lets the chunks of a version that is no longer pointed at disappear at `expires_at`.
    pub async fn retire_version(
        &self,
        kind: Kind,
        version: &Version,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        stream::iter(0..version.chunks)
            .map(|chunk| self.retire_chunk(chunk_key(kind, &version.id, chunk), expires_at))
            .buffer_unordered(CHUNKS_AT_ONCE)
            .try_collect()
            .await
    }

    /// An item of the directory's partition.
    pub(super) async fn directory_item(
        &self,
        sort: &str,
        consistent: bool,
    ) -> Result<Option<HashMap<String, AttributeValue>>, StoreError> {
        let request = self.client().get_item().table_name(self.table()).consistent_read(consistent);
        Ok(request.key(PARTITION, text(DIRECTORY)).key(SORT, text(sort)).send().await?.item)
    }

    async fn load_chunk(&self, key: String) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut item) = self.directory_item(&key, true).await? else {
            return Ok(None);
        };
        match item.remove(DATA) {
            Some(AttributeValue::B(data)) => Ok(Some(data.into_inner())),
            _ => Err(StoreError::Malformed("a chunk of the directory")),
        }
    }

    async fn write_chunk(&self, key: String, data: Vec<u8>) -> Result<(), StoreError> {
        let request = self.client().put_item().table_name(self.table()).item(PARTITION, text(DIRECTORY));
        request.item(SORT, text(key)).item(DATA, AttributeValue::B(Blob::new(data))).send().await?;
        Ok(())
    }

    async fn retire_chunk(&self, key: String, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.client()
            .update_item()
            .table_name(self.table())
            .key(PARTITION, text(DIRECTORY))
            .key(SORT, text(key))
            .update_expression("SET #ttl = :at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":at", number(expires_at.timestamp()))
            .send()
            .await?;
        Ok(())
    }
}

fn chunk_key(kind: Kind, version: &str, chunk: usize) -> String {
    let kind = match kind {
        Kind::Offices => "offices",
        Kind::Users => "users",
    };
    format!("{kind}#{version}#{chunk}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_known_by_its_entries() {
        let first = Content::of(&["a", "b"]).unwrap();
        assert_eq!(first.digest, Content::of(&["a", "b"]).unwrap().digest);
        assert_ne!(first.digest, Content::of(&["b", "a"]).unwrap().digest);
        assert_eq!(first.digest.len(), 32);
    }
}
