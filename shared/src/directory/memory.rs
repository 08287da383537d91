//! What a process remembers of the directory: the pointer as last seen, and the entries it named.
//!
//! All of it is behind one lock, so that callers at the same time share one look at the pointer and one load.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::error::DirectoryError;
use super::offices::{KnownOffice, by_name};
use super::roster::Roster;
use super::sources::{DirectorySources, Range, Ranges};
use crate::clock::{Clock, Stamp};
use crate::domain::cell::plain;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;
use crate::store::directory_snapshot::{Pointer, SnapshotPart};
use crate::store::{Store, StoreError};

/// How long a look at the pointer is good for.
const LOOK: Duration = Duration::from_mins(1);
/// How often a reader whose chunks are gone looks where the pointer went.
const MOVES: usize = 3;

/// What a process remembers, and where it comes from.
pub(super) struct Memory {
    sources: Arc<DirectorySources>,
    store: Store,
    clock: Clock,
    steps: Steps,
    looked_at: Option<Stamp>,
    /// The look or load that `pointer` is from.
    pub(super) look: StepNumber,
    pointer: Option<Pointer>,
    offices: Option<MadeFrom<OfficeTable>>,
    by_name: Option<MadeFrom<Arc<[KnownOffice]>>>,
    roster: Option<MadeFrom<Arc<Roster>>>,
    /// A version that cannot be read although the pointer names it.
    pub(super) broken: Option<String>,
    /// The last failed load of the sheet, and when to try again.
    pub(super) failed_load: Option<(StepNumber, Option<Duration>)>,
}

/// Something made from certain versions.
struct MadeFrom<T> {
    versions: String,
    value: T,
}

/// The sheet's offices.
#[derive(Default)]
struct OfficeTable {
    offices: Vec<Office>,
    by_name: HashMap<String, usize>,
}

/// A look at the pointer or a load of the sheet, by its number; a later one is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StepNumber(u64);

/// Counts looks and loads as they start. A caller that waited for the memory sees whether one started after it asked.
#[derive(Clone, Default)]
pub(super) struct Steps(Arc<AtomicU64>);

impl Steps {
    /// The step that started last.
    pub(super) fn last(&self) -> StepNumber {
        StepNumber(self.0.load(Ordering::SeqCst))
    }

    /// Starts a step.
    pub(super) fn start(&self) -> StepNumber {
        StepNumber(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
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
    /// Nothing is remembered yet.
    pub(super) fn new(sources: Arc<DirectorySources>, store: Store, clock: Clock, steps: Steps) -> Self {
        Self {
            sources,
            store,
            clock,
            steps,
            looked_at: None,
            look: StepNumber::default(),
            pointer: None,
            offices: None,
            by_name: None,
            roster: None,
            broken: None,
            failed_load: None,
        }
    }

    /// The pointer as last seen.
    pub(super) fn seen(&self) -> Option<Pointer> {
        self.pointer.clone()
    }

    /// Remembers the pointer as it was at a time, and the look or load that it is from.
    pub(super) fn adopt(&mut self, pointer: Pointer, at: Stamp, step: StepNumber) {
        (self.pointer, self.looked_at, self.look) = (Some(pointer), Some(at), step);
    }

    /// The next use looks at the pointer again.
    pub(super) fn expire(&mut self) {
        self.looked_at = None;
    }

    /// Fails if a load failed that started after a caller asked, who waited for it.
    pub(super) fn share_failure(&self, asked: StepNumber) -> Result<(), DirectoryError> {
        match self.failed_load {
            Some((step, retry_after)) if step > asked => Err(DirectoryError::Unavailable { retry_after }),
            _ => Ok(()),
        }
    }

    /// Looks at the pointer unless the last look is recent. Without DynamoDB the last look counts for another while.
    pub(super) async fn look_if_due(&mut self) -> Result<(), StoreError> {
        let now = self.clock.stamp();
        let recent = self.looked_at.is_some_and(|at| self.clock.is_within(LOOK, at));
        if recent && self.pointer.is_some() {
            return Ok(());
        }
        match self.look().await {
            Err(error) if self.pointer.is_some() => {
                tracing::warn!(%error, "the directory's pointer cannot be read: the last one stays in use");
                self.looked_at = Some(now);
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Looks at the pointer.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        let step = self.steps.start();
        let now = self.clock.stamp();
        self.adopt(self.store.load_pointer().await?, now, step);
        Ok(())
    }

    /// Looks an office up in the snapshot that the pointer names.
    pub(super) async fn look_up(&mut self, name: &str) -> Result<Lookup, StoreError> {
        Ok(match self.office_table().await? {
            None => Lookup::NoSnapshot,
            Some(table) => match table.by_name.get(name).and_then(|&index| table.offices.get(index)) {
                Some(office) => Lookup::Found(office.clone()),
                None => Lookup::Unknown,
            },
        })
    }

    /// Whether there is a snapshot of each of these ranges that is configured.
    pub(super) async fn knows(&mut self, ranges: Ranges) -> Result<bool, DirectoryError> {
        Ok(match ranges {
            Ranges::Offices => self.by_name().await?.is_some(),
            Ranges::All => self.assemble().await?.is_some(),
        })
    }

    /// All offices by name; `None` when there is no snapshot of a configured range of offices.
    pub(super) async fn by_name(&mut self) -> Result<Option<Arc<[KnownOffice]>>, StoreError> {
        let is_missing = self.office_table().await?.is_none();
        if is_missing && self.sources.office_range.is_some() {
            return Ok(None);
        }
        let table = self.offices.as_ref();
        let versions = table.map_or("", |kept| &kept.versions);
        if let Some(kept) = self.by_name.as_ref().filter(|kept| kept.versions == versions) {
            return Ok(Some(Arc::clone(&kept.value)));
        }
        let value = by_name(&self.sources.offices, table.map_or(&[][..], |kept| kept.value.offices.as_slice()));
        self.by_name = Some(MadeFrom { versions: versions.to_owned(), value: Arc::clone(&value) });
        Ok(Some(value))
    }

    /// Static entries and snapshot together; `None` when there is no snapshot of a configured range.
    pub(super) async fn assemble(&mut self) -> Result<Option<Arc<Roster>>, DirectoryError> {
        let sources = Arc::clone(&self.sources);
        let names = self.versions();
        if let Some(kept) = self.roster.as_ref().filter(|kept| names.as_ref() == Some(&kept.versions)) {
            return Ok(Some(Arc::clone(&kept.value)));
        }
        let users: Vec<ManualUser> = match &sources.user_range {
            None => Vec::new(),
            Some(range) => match self.entries(SnapshotPart::Users, range).await? {
                None => return Ok(None),
                Some((_, users)) => users,
            },
        };
        let offices = match (&sources.office_range, self.office_table().await?) {
            (Some(_), None) => return Ok(None),
            (_, table) => table.map_or(&[][..], |table| table.offices.as_slice()),
        };
        let roster = Arc::new(Roster::merge(&sources.offices, offices, &sources.users, users));
        // Loading may have moved on to newer versions of one kind only: then the next call assembles again.
        self.roster = names
            .filter(|names| self.versions().as_ref() == Some(names))
            .map(|versions| MadeFrom { versions, value: Arc::clone(&roster) });
        Ok(Some(roster))
    }

    async fn office_table(&mut self) -> Result<Option<&OfficeTable>, StoreError> {
        let sources = Arc::clone(&self.sources);
        let Some(range) = &sources.office_range else { return Ok(None) };
        let id = self.pointer.as_ref().and_then(|pointer| range.version(pointer, SnapshotPart::Offices)).map(|v| &v.id);
        let Some(id) = id else { return Ok(None) };
        if self.offices.as_ref().is_none_or(|kept| kept.versions != *id) {
            let Some((versions, offices)) = self.entries(SnapshotPart::Offices, range).await? else {
                return Ok(None);
            };
            let names = offices.iter().enumerate();
            let by_name =
                names.map(|(index, office): (_, &Office)| (plain(&office.name).into_owned(), index)).collect();
            self.offices = Some(MadeFrom { versions, value: OfficeTable { offices, by_name } });
        }
        Ok(self.offices.as_ref().map(|kept| &kept.value))
    }

    /// Reads the entries that the pointer names, and their version's id; follows the pointer when it moved.
    async fn entries<T: DeserializeOwned>(
        &mut self,
        kind: SnapshotPart,
        range: &Range,
    ) -> Result<Option<(String, Vec<T>)>, StoreError> {
        let named = |pointer: &Option<Pointer>| pointer.as_ref().and_then(|p| range.version(p, kind)).cloned();
        for _ in 0..MOVES {
            let Some(version) = named(&self.pointer) else { return Ok(None) };
            if let Some(entries) = self.store.load_version(kind, &version).await? {
                return Ok(Some((version.id, entries)));
            }
            self.look().await?;
            if named(&self.pointer).is_some_and(|now| now.id == version.id) {
                tracing::warn!("the directory's snapshot cannot be read and counts as none");
                self.broken = Some(version.id);
                break;
            }
        }
        Ok(None)
    }

    /// Names what the roster is made from; `None` when there is no snapshot of a configured range.
    fn versions(&self) -> Option<String> {
        let mut names = String::new();
        let DirectorySources { office_range, user_range, .. } = &*self.sources;
        for (range, kind) in [(office_range, SnapshotPart::Offices), (user_range, SnapshotPart::Users)] {
            if let Some(range) = range {
                names.push_str(&range.version(self.pointer.as_ref()?, kind)?.id);
            }
            names.push('/');
        }
        Some(names)
    }
}
