//! Reads the spreadsheet and swaps the snapshot for what it holds.
//!
//! The pointer is read before the sheet and moved only if nobody moved it meanwhile; a loser reads the sheet again, so an
//! old look at the sheet never replaces a newer one. What did not change is not written.

use std::sync::Arc;

use chrono::Duration;
use serde::Serialize;

use super::sources::{DirectorySources, Range, Ranges};
use crate::clock::Clock;
use crate::domain::cell::plain;
use crate::domain::directory_rows::{BadRow, SheetRows, read_offices, read_users};
use crate::domain::office::Office;
use crate::google::{Budget, GoogleClient, GoogleError, SheetError, SheetRange};
use crate::store::directory_snapshot::{Pointer, SnapshotContent, SnapshotPart, SnapshotVersion};
use crate::store::{Store, StoreError};

/// How often another writer may be faster before the load is given up.
const ATTEMPTS: usize = 4;

/// Log lines about rows that were left out, in one load.
const LINES: usize = 100;

/// Why the spreadsheet was not loaded; the last good snapshot stays in use.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// Google did not give the rows.
    #[error("the spreadsheet cannot be read: {0}")]
    SheetUnavailable(SheetError),
    /// The snapshot cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to load.
pub(crate) struct SheetLoad<'a> {
    /// Which ranges.
    pub(crate) ranges: Ranges,
    /// A version that cannot be read: its content is written again.
    pub(crate) broken: Option<&'a str>,
    /// The pointer, where it was read just now.
    pub(crate) seen: Option<Pointer>,
}

/// What a load found.
pub(crate) struct Loaded {
    /// The offices' range, where one is configured and in scope.
    pub(crate) offices: Option<LoadedRange>,
    /// The users' range, where one is configured and in scope.
    pub(crate) users: Option<LoadedRange>,
    /// The sheet's offices as read.
    pub(crate) office_entries: Vec<Office>,
    /// Whether the snapshot differs from the one before.
    pub(crate) changed: bool,
    /// What names the snapshot now.
    pub(crate) pointer: Pointer,
}

/// What one range held.
pub(crate) struct LoadedRange {
    /// The range as configured.
    pub(crate) range: String,
    /// Rows read.
    pub(crate) rows: usize,
    /// Usable rows.
    pub(crate) usable: usize,
    /// Usable rows that a static entry overrides.
    pub(crate) overridden: usize,
    /// Rows left out.
    pub(crate) bad: Vec<BadRow>,
    /// Set when the last good content stays in use: how many entries it has, and why.
    pub(crate) kept: Option<(usize, KeptBecause)>,
}

/// Why the last good content of a range stays in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeptBecause {
    /// The range has no rows.
    #[error("the range is empty")]
    Empty,
    /// All of its rows are bad.
    #[error("no row of the range is usable")]
    NothingUsable,
}

/// The rows of a range and where they came from.
struct Read<'a, T> {
    kind: SnapshotPart,
    range: &'a Range,
    rows: SheetRows<T>,
}

/// Reads the spreadsheet and keeps what it holds.
pub(super) struct SheetLoader {
    /// The ranges, and what the configuration has of its own.
    pub(super) sources: Arc<DirectorySources>,
    /// Where the snapshot is kept.
    pub(super) store: Store,
    /// Where the spreadsheet is.
    pub(super) google: GoogleClient,
    /// Where time comes from.
    pub(super) clock: Clock,
}

/// One try to swap the snapshot.
struct Swap<'a> {
    loader: &'a SheetLoader,
    before: Pointer,
    next: Pointer,
    /// A version that cannot be read.
    broken: Option<&'a str>,
}

impl SheetLoader {
    /// Reads the ranges in scope and swaps the snapshot.
    pub(super) async fn load(&self, budget: &Budget, mut wanted: SheetLoad<'_>) -> Result<Loaded, ReloadError> {
        for _ in 1..ATTEMPTS {
            match self.load_once(budget, &wanted).await {
                Err(ReloadError::Store(StoreError::ConditionFailed)) => wanted.seen = None,
                outcome => return outcome,
            }
        }
        self.load_once(budget, &wanted).await
    }

    async fn load_once(&self, budget: &Budget, wanted: &SheetLoad<'_>) -> Result<Loaded, ReloadError> {
        let sources = &self.sources;
        let before = match &wanted.seen {
            Some(pointer) => pointer.clone(),
            None => self.store.load_pointer().await?,
        };
        let (offices, users) = self.fetch(budget, wanted.ranges).await.map_err(ReloadError::SheetUnavailable)?;
        let offices = sources.office_range.as_ref().zip(offices).map(|(range, read)| Read {
            kind: SnapshotPart::Offices,
            range,
            rows: read_offices(range.first_row(&read), &read.rows),
        });
        let users = sources.user_range.as_ref().zip(users).map(|(range, read)| Read {
            kind: SnapshotPart::Users,
            range,
            rows: read_users(range.first_row(&read), &read.rows, &sources.needed),
        });
        let mut swap = Swap { loader: self, next: before.clone(), before, broken: wanted.broken };
        let kept_offices = swap.stage(offices.as_ref()).await?;
        let kept_users = swap.stage(users.as_ref()).await?;
        let (changed, pointer) = swap.finish().await?;

        let (names, keys) = (sources.office_names(), sources.user_keys());
        let loaded = Loaded {
            users: users.map(|read| read.summary(kept_users, |user| keys.contains(&user.email.key()))),
            office_entries: offices.as_ref().map_or_else(Vec::new, |read| read.rows.entries.clone()),
            offices: offices.map(|read| read.summary(kept_offices, |office| names.contains(&plain(&office.name)))),
            changed,
            pointer,
        };
        loaded.log();
        Ok(loaded)
    }

    /// Reads the ranges in scope: one call when they share a spreadsheet.
    async fn fetch(
        &self,
        budget: &Budget,
        ranges: Ranges,
    ) -> Result<(Option<SheetRange>, Option<SheetRange>), SheetError> {
        let missing = || SheetError { error: GoogleError::Unreadable, words: None };
        let offices = self.sources.office_range.as_ref();
        let users = self.sources.user_range.as_ref().filter(|_| ranges == Ranges::All);
        if let (Some(offices), Some(users)) = (offices, users)
            && offices.sheet_id == users.sheet_id
        {
            let answer = self.google.read_ranges(budget, &offices.sheet_id, &[&offices.cells, &users.cells]).await?;
            let [offices, users] = <[SheetRange; 2]>::try_from(answer).map_err(|_| missing())?;
            return Ok((Some(offices), Some(users)));
        }
        let read = async |range: Option<&Range>| match range {
            None => Ok(None),
            Some(range) => {
                let answer = self.google.read_ranges(budget, &range.sheet_id, &[&range.cells]).await?;
                answer.into_iter().next().map(Some).ok_or_else(missing)
            }
        };
        Ok((read(offices).await?, read(users).await?))
    }
}

impl Loaded {
    /// What was found, without names and addresses: a line in all, and one for each row and range that was not used.
    fn log(&self) {
        let rows = |range: &Option<LoadedRange>| range.as_ref().map(|range| range.rows);
        let usable = |range: &Option<LoadedRange>| range.as_ref().map(|range| range.usable);
        let bad = |range: &Option<LoadedRange>| range.as_ref().map(|range| range.bad.len());
        let kept = [&self.offices, &self.users].into_iter().flatten().filter(|range| range.kept.is_some()).count();
        tracing::info!(
            offices.rows = rows(&self.offices),
            offices.usable = usable(&self.offices),
            offices.bad = bad(&self.offices),
            users.rows = rows(&self.users),
            users.usable = usable(&self.users),
            users.bad = bad(&self.users),
            kept,
            changed = self.changed,
            "spreadsheet loaded"
        );
        let ranges = || [&self.offices, &self.users].into_iter().flatten();
        for (range, (_, why)) in ranges().filter_map(|range| range.kept.map(|kept| (range, kept))) {
            tracing::warn!(range = range.range, reason = %why, "the last good content of a range stays in use");
        }
        let bad = ranges().flat_map(|range| range.bad.iter().map(move |bad| (range, bad)));
        for (range, BadRow { row, fault }) in bad.take(LINES) {
            tracing::warn!(range = range.range, row, problem = %fault, "a row is left out");
        }
    }
}

impl<T> Read<'_, T> {
    fn summary(self, kept: Option<(usize, KeptBecause)>, overridden: impl Fn(&T) -> bool) -> LoadedRange {
        LoadedRange {
            range: self.range.cells.clone(),
            rows: self.rows.count(),
            usable: self.rows.entries.len(),
            overridden: self.rows.entries.iter().filter(|entry| overridden(entry)).count(),
            bad: self.rows.bad,
            kept,
        }
    }
}

impl Swap<'_> {
    /// Writes what a range holds, if it is new; answers what is kept instead when the range is suddenly empty.
    async fn stage<T: Serialize>(
        &mut self,
        read: Option<&Read<'_, T>>,
    ) -> Result<Option<(usize, KeptBecause)>, StoreError> {
        let Some(Read { kind, range, rows }) = read else {
            return Ok(None);
        };
        let kind = *kind;
        let last = range.version(&self.before, kind).filter(|last| last.rows > 0);
        if let Some(last) = last.filter(|_| rows.entries.is_empty()) {
            let why = if rows.is_blank() { KeptBecause::Empty } else { KeptBecause::NothingUsable };
            return Ok(Some((last.rows, why)));
        }
        let content = SnapshotContent::of(kind, &rows.entries)?;
        let same = self.before.of(kind).filter(|last| last.digest == content.digest);
        let version = if let Some(same) = same.filter(|last| self.broken != Some(last.id.as_str())) {
            SnapshotVersion { source: range.digest.clone(), ..same.clone() }
        } else {
            let revision = self.before.revision.saturating_add(1);
            self.loader.store.write_version(revision, &content, &range.digest).await?
        };
        self.next.set(kind, version);
        Ok(None)
    }

    /// Moves the pointer if anything is new, and lets what is no longer named expire. Answers whether it was moved, and
    /// where it is.
    async fn finish(mut self) -> Result<(bool, Pointer), StoreError> {
        if self.next == self.before {
            return Ok((false, self.next));
        }
        let store = &self.loader.store;
        self.next.revision = self.before.revision.saturating_add(1);
        let moved = store.move_pointer(self.before.revision, &self.next).await;
        if moved == Err(StoreError::ConditionFailed) {
            // Our own move may have succeeded with its answer lost: only the pointer knows what is in use.
            let now = store.load_pointer().await?;
            if now != self.next {
                self.retire(&self.next, &[&now, &self.before]).await;
                return Err(StoreError::ConditionFailed);
            }
        } else {
            moved?;
        }
        self.retire(&self.before, &[&self.next]).await;
        Ok((true, self.next))
    }

    /// Lets the versions of `old` that nobody in `in_use` names expire in a day, when every reader has moved on. Best
    /// effort: what stays by mistake costs a little storage.
    async fn retire(&self, old: &Pointer, in_use: &[&Pointer]) {
        let expires_at = self.loader.clock.now() + Duration::days(1);
        for kind in [SnapshotPart::Offices, SnapshotPart::Users] {
            let Some(version) = old.of(kind) else { continue };
            if in_use.iter().any(|pointer| pointer.of(kind).is_some_and(|used| used.id == version.id)) {
                continue;
            }
            if let Err(error) = self.loader.store.retire_version(kind, version, expires_at).await {
                tracing::warn!(%error, "superseded chunks of the directory stay");
            }
        }
    }
}
