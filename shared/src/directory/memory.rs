//! What a process remembers of the directory: the pointer as last seen, and the entries it named.
//!
//! All of it is behind one lock, so that callers at the same time share one look at the pointer and one load.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::everything::Everything;
use super::sources::Range;
use super::{Directory, DirectoryError};
use crate::clock::Stamp;
use crate::domain::cell::plain;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;
use crate::store::StoreError;
use crate::store::directory_snapshot::{Pointer, SnapshotPart};

/// How long a look at the pointer is good for.
const LOOK: Duration = Duration::from_mins(1);
/// How often a reader whose chunks are gone looks where the pointer went.
const MOVES: usize = 3;

/// What a process remembers.
#[derive(Default)]
pub(super) struct Memory {
    looked_at: Option<Stamp>,
    /// The number of the look that `pointer` is from.
    pub(super) look: u64,
    pointer: Option<Pointer>,
    offices: Option<Kept<OfficeTable>>,
    everything: Option<Kept<Arc<Everything>>>,
    /// A version that cannot be read although the pointer names it.
    pub(super) broken: Option<String>,
    /// The last failed load of the sheet, by its number, and when to try again.
    pub(super) failed_load: Option<(u64, Option<Duration>)>,
}

/// Something made from certain versions.
struct Kept<T> {
    versions: String,
    value: T,
}

/// The sheet's offices.
#[derive(Default)]
struct OfficeTable {
    offices: Vec<Office>,
    by_name: HashMap<String, usize>,
}

/// What the snapshot knows of an office.
pub(super) enum Lookup {
    /// It is there.
    Found(Office),
    /// It is not there.
    Unknown,
    /// There is no snapshot of the configured range.
    NoSnapshot,
}

impl Memory {
    /// The pointer as last seen.
    pub(super) fn seen(&self) -> Option<Pointer> {
        self.pointer.clone()
    }

    /// Remembers the pointer as it was at a time, and the number of the look or load that it is from.
    pub(super) fn adopt(&mut self, pointer: Pointer, at: Stamp, number: u64) {
        (self.pointer, self.looked_at, self.look) = (Some(pointer), Some(at), number);
    }

    /// The next use looks at the pointer again.
    pub(super) fn expire(&mut self) {
        self.looked_at = None;
    }
}

impl Directory {
    /// Looks at the pointer unless the last look is recent. Without DynamoDB the last look counts for another while.
    pub(super) async fn look_if_due(&self, memory: &mut Memory) -> Result<(), StoreError> {
        let now = self.0.clock.stamp();
        let recent = memory.looked_at.is_some_and(|at| self.0.clock.is_within(LOOK, at));
        if recent && memory.pointer.is_some() {
            return Ok(());
        }
        match self.look(memory).await {
            Err(error) if memory.pointer.is_some() => {
                tracing::warn!(%error, "the directory's pointer cannot be read: the last one stays in use");
                memory.looked_at = Some(now);
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Looks at the pointer.
    pub(super) async fn look(&self, memory: &mut Memory) -> Result<(), StoreError> {
        let number = self.0.next_step();
        let now = self.0.clock.stamp();
        memory.adopt(self.0.store.load_pointer().await?, now, number);
        Ok(())
    }

    /// Looks an office up in the snapshot that the pointer names.
    pub(super) async fn look_up(&self, memory: &mut Memory, name: &str) -> Result<Lookup, StoreError> {
        Ok(match self.office_table(memory).await? {
            None => Lookup::NoSnapshot,
            Some(table) => match table.by_name.get(name).and_then(|&index| table.offices.get(index)) {
                Some(office) => Lookup::Found(office.clone()),
                None => Lookup::Unknown,
            },
        })
    }

    /// Static entries and snapshot together; `None` when there is no snapshot of a configured range.
    pub(super) async fn assemble(&self, memory: &mut Memory) -> Result<Option<Arc<Everything>>, DirectoryError> {
        let sources = &self.0.sources;
        let names = versions(memory, sources.office_range.as_ref(), sources.user_range.as_ref());
        if let Some(kept) = memory.everything.as_ref().filter(|kept| names.as_ref() == Some(&kept.versions)) {
            return Ok(Some(Arc::clone(&kept.value)));
        }
        let offices = match &sources.office_range {
            None => Vec::new(),
            Some(_) => match self.office_table(memory).await? {
                None => return Ok(None),
                Some(table) => table.offices.clone(),
            },
        };
        let users: Vec<ManualUser> = match &sources.user_range {
            None => Vec::new(),
            Some(range) => match self.entries(memory, SnapshotPart::Users, range).await? {
                None => return Ok(None),
                Some((_, users)) => users,
            },
        };
        let everything = Arc::new(Everything::merge(&sources.offices, offices, &sources.users, users));
        // Loading may have moved on to newer versions of one kind only: then the next call assembles again.
        memory.everything = names
            .filter(|names| {
                versions(memory, sources.office_range.as_ref(), sources.user_range.as_ref()).as_ref() == Some(names)
            })
            .map(|versions| Kept { versions, value: Arc::clone(&everything) });
        Ok(Some(everything))
    }

    async fn office_table<'m>(&self, memory: &'m mut Memory) -> Result<Option<&'m OfficeTable>, StoreError> {
        let Some(range) = &self.0.sources.office_range else {
            return Ok(None);
        };
        let id =
            memory.pointer.as_ref().and_then(|pointer| range.version(pointer, SnapshotPart::Offices)).map(|v| &v.id);
        let Some(id) = id else { return Ok(None) };
        if memory.offices.as_ref().is_none_or(|kept| kept.versions != *id) {
            let Some((versions, offices)) = self.entries(memory, SnapshotPart::Offices, range).await? else {
                return Ok(None);
            };
            let names = offices.iter().enumerate();
            let by_name = names.map(|(index, office): (_, &Office)| (plain(&office.name), index)).collect();
            memory.offices = Some(Kept { versions, value: OfficeTable { offices, by_name } });
        }
        Ok(memory.offices.as_ref().map(|kept| &kept.value))
    }

    /// Reads the entries that the pointer names, and their version's id; follows the pointer when it moved.
    async fn entries<T: DeserializeOwned>(
        &self,
        memory: &mut Memory,
        kind: SnapshotPart,
        range: &Range,
    ) -> Result<Option<(String, Vec<T>)>, StoreError> {
        let named = |memory: &Memory| memory.pointer.as_ref().and_then(|p| range.version(p, kind)).cloned();
        for _ in 0..MOVES {
            let Some(version) = named(memory) else { return Ok(None) };
            if let Some(entries) = self.0.store.load_version(kind, &version).await? {
                return Ok(Some((version.id, entries)));
            }
            self.look(memory).await?;
            if named(memory).is_some_and(|now| now.id == version.id) {
                tracing::warn!("the directory's snapshot cannot be read and counts as none");
                memory.broken = Some(version.id);
                break;
            }
        }
        Ok(None)
    }
}

/// Names what everything is made from; `None` when there is no snapshot of a configured range.
fn versions(memory: &Memory, offices: Option<&Range>, users: Option<&Range>) -> Option<String> {
    let mut names = String::new();
    for (range, kind) in [(offices, SnapshotPart::Offices), (users, SnapshotPart::Users)] {
        if let Some(range) = range {
            names.push_str(&range.version(memory.pointer.as_ref()?, kind)?.id);
        }
        names.push('/');
    }
    Some(names)
}
