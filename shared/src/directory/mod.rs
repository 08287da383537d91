//! Knows offices and manual users: the configuration's own entries and the last good content of the spreadsheet.
//!
//! The content is kept in memory and its pointer in DynamoDB is looked at once a minute at most, except for an office that
//! nobody knows: that forces a look, so that an office just loaded elsewhere is found at once.

use std::sync::Arc;

use derive_more::Debug;
use tokio::sync::{Mutex, MutexGuard};

use self::load::{Loaded, SheetLoader};
use self::memory::{Lookup, Memory, Steps};
use self::subscriptions::{Subscriber, Subscriptions};
use crate::clock::Clock;
use crate::domain::cell::plain;
use crate::domain::office::Office;
use crate::domain::quota::Share;
use crate::google::pace::Pace;
use crate::google::{Budget, GoogleClient};
use crate::store::Store;

mod error;
mod load;
mod memory;
mod offices;
mod roster;
mod sources;
mod subscriptions;

pub use self::error::DirectoryError;
pub use self::load::ReloadError;
pub(crate) use self::load::{LoadedRange, SheetLoad};
pub use self::offices::{KnownOffice, OfficeSource};
pub use self::roster::Roster;
pub(crate) use self::sources::Ranges;
pub use self::sources::{DirectorySources, Range};

/// Offices and manual users; clones share one memory. Entries stay out of logs.
#[derive(Clone, Debug)]
#[debug("Directory")]
pub struct Directory(Arc<DirectoryParts>);

/// What a directory consists of.
struct DirectoryParts {
    sources: Arc<DirectorySources>,
    steps: Steps,
    memory: Mutex<Memory>,
    loader: SheetLoader,
    subscriber: Subscriber,
}

impl Directory {
    /// The directory that is made of `sources`; calls nobody.
    pub fn new(sources: DirectorySources, store: Store, google: GoogleClient, clock: Clock) -> Self {
        let (sources, steps) = (Arc::new(sources), Steps::default());
        Self(Arc::new(DirectoryParts {
            memory: Mutex::new(Memory::new(sources.clone(), store.clone(), clock.clone(), steps.clone())),
            subscriber: Subscriber {
                sources: sources.clone(),
                store: store.clone(),
                google: google.clone(),
                clock: clock.clone(),
                pace: Pace::new(clock.clone(), Share::SUBSCRIPTIONS),
            },
            loader: SheetLoader { sources: sources.clone(), store, google, clock },
            sources,
            steps,
        }))
    }

    /// The office that callers know as `name`, compared without characters that cannot be seen.
    pub async fn office(&self, budget: &Budget, name: &str) -> Result<Office, DirectoryError> {
        let name = &plain(name);
        if let Some(office) = self.0.sources.offices.iter().find(|office| plain(&office.name) == *name) {
            return Ok(office.clone());
        }
        if self.0.sources.office_range.is_none() {
            return Err(DirectoryError::UnknownOffice);
        }
        let asked = self.0.steps.last();
        let mut memory = self.0.memory.lock().await;
        memory.look_if_due().await?;
        if let Lookup::Found(office) = memory.look_up(name).await? {
            return Ok(office);
        }
        if memory.look <= asked {
            memory.look().await?;
        }
        let mut found = memory.look_up(name).await?;
        if matches!(found, Lookup::NoSnapshot) {
            memory.share_failure(asked)?;
            self.first_load(&mut memory, budget, Ranges::Offices).await?;
            found = memory.look_up(name).await?;
        }
        match found {
            Lookup::Found(office) => Ok(office),
            Lookup::Unknown => Err(DirectoryError::UnknownOffice),
            Lookup::NoSnapshot => Err(DirectoryError::Unavailable { retry_after: None }),
        }
    }

    /// All offices by name, in the order of code points; reads only the sheet's offices if they were never read.
    pub async fn offices(&self, budget: &Budget) -> Result<Arc<[KnownOffice]>, DirectoryError> {
        let (mut memory, _) = self.filled(budget, Ranges::Offices).await?;
        memory.by_name().await?.ok_or(DirectoryError::Unavailable { retry_after: None })
    }

    /// All offices and manual users; reads the sheet if it was never read.
    pub async fn roster(&self, budget: &Budget) -> Result<Arc<Roster>, DirectoryError> {
        let (mut memory, is_loaded_now) = self.filled(budget, Ranges::All).await?;
        let roster = memory.assemble().await?;
        drop(memory);
        let roster = roster.ok_or(DirectoryError::Unavailable { retry_after: None })?;
        if is_loaded_now {
            self.0.subscriber.subscribe_some(budget, &roster.offices).await;
        }
        Ok(roster)
    }

    /// All offices and manual users as far as they are known, without reading the sheet; `None` when it was never read.
    pub async fn known(&self) -> Result<Option<Arc<Roster>>, DirectoryError> {
        let mut memory = self.0.memory.lock().await;
        if self.0.sources.has(Ranges::All) {
            memory.look_if_due().await?;
        }
        memory.assemble().await
    }

    /// Reads the spreadsheet and keeps what it holds; the next use of the directory sees it.
    pub(crate) async fn load(&self, budget: &Budget, load: SheetLoad<'_>) -> Result<Loaded, ReloadError> {
        let loaded = self.0.loader.load(budget, load).await?;
        self.0.memory.lock().await.expire();
        Ok(loaded)
    }

    /// Subscribes the calendars of the configuration and of `offices` that were not subscribed before.
    pub(crate) async fn subscribe(&self, budget: &Budget, offices: &[Office]) -> Subscriptions {
        self.0.subscriber.subscribe(budget, offices).await
    }

    /// The address of the account that offices share their calendars and spreadsheets with.
    pub(crate) fn service_account_email(&self) -> String {
        self.0.loader.google.service_account_email()
    }

    /// The memory with a recent snapshot of these ranges, and whether the sheet was loaded for it because there was none.
    async fn filled(&self, budget: &Budget, ranges: Ranges) -> Result<(MutexGuard<'_, Memory>, bool), DirectoryError> {
        let asked = self.0.steps.last();
        let mut memory = self.0.memory.lock().await;
        if self.0.sources.has(ranges) {
            memory.look_if_due().await?;
        }
        if memory.knows(ranges).await? {
            return Ok((memory, false));
        }
        if memory.look <= asked {
            memory.look().await?;
            if memory.knows(ranges).await? {
                return Ok((memory, false));
            }
        }
        memory.share_failure(asked)?;
        self.first_load(&mut memory, budget, ranges).await?;
        Ok((memory, true))
    }

    /// Loads the sheet, because there is no snapshot of it.
    async fn first_load(&self, memory: &mut Memory, budget: &Budget, ranges: Ranges) -> Result<(), DirectoryError> {
        let step = self.0.steps.start();
        let load = SheetLoad { ranges, broken: memory.broken.as_deref(), seen: memory.seen() };
        match Box::pin(self.0.loader.load(budget, load)).await {
            Ok(loaded) => {
                memory.broken = None;
                memory.adopt(loaded.pointer, self.0.loader.clock.stamp(), step);
                Ok(())
            }
            Err(ReloadError::Store(error)) => Err(error.into()),
            Err(ReloadError::SheetUnavailable(error)) => {
                let account = self.service_account_email();
                tracing::warn!(%error, account, "the spreadsheet cannot be read, and there is no snapshot of it");
                let retry_after = error.error.retry_after();
                memory.failed_load = Some((step, retry_after));
                Err(DirectoryError::Unavailable { retry_after })
            }
        }
    }
}
