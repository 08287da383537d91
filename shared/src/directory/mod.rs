//! Knows offices and manual users: the configuration's own entries and the last good content of the spreadsheet.
//!
//! The content is kept in memory and its pointer in DynamoDB is looked at once a minute at most, except for an office that
//! nobody knows: that forces a look, so that an office just loaded elsewhere is found at once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use self::memory::{Lookup, Memory};
use self::sources::Sources;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::cell::plain;
use crate::domain::office::Office;
use crate::domain::quota::Share;
use crate::google::pace::Pace;
use crate::google::{Budget, GoogleClient};
use crate::store::{Store, StoreError};

mod everything;
mod load;
mod memory;
mod sources;
mod subscriptions;

pub use self::everything::Everything;
pub use self::load::ReloadError;
pub(crate) use self::load::{LoadedRange, Scope, Wanted};

/// Offices and manual users; clones share one memory.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    sources: Sources,
    store: Store,
    clock: Clock,
    /// The pace of all subscribing of this process.
    subscribing: Pace,
    /// Counts looks at the pointer and loads of the sheet as they start: a caller that waited for the memory sees whether
    /// one started after it asked.
    steps: AtomicU64,
    memory: Mutex<Memory>,
}

/// Why the directory has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// Nobody has heard of an office of this name.
    #[error("there is no such office")]
    UnknownOffice,
    /// The spreadsheet has never been read and cannot be read now: whether the office exists cannot be known.
    #[error("the spreadsheet has never been read and cannot be read now")]
    Unavailable {
        /// When to try again, if Google said so.
        retry_after: Option<Duration>,
    },
    /// The snapshot cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Inner {
    fn next_step(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Directory {
    /// The directory that `settings` describes; calls nobody.
    pub fn new(settings: &Settings, store: Store, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            sources: Sources::new(settings),
            store,
            subscribing: Pace::new(clock.clone(), Share::SUBSCRIPTIONS),
            clock,
            steps: AtomicU64::new(0),
            memory: Mutex::default(),
        }))
    }

    /// The office that callers know as `name`: as it is spelled, but for what cannot be seen.
    pub async fn office(&self, google: &GoogleClient, budget: &Budget, name: &str) -> Result<Office, DirectoryError> {
        let name = &plain(name);
        if let Some(office) = self.0.sources.offices.iter().find(|office| plain(&office.name) == *name) {
            return Ok(office.clone());
        }
        if self.0.sources.office_range.is_none() {
            return Err(DirectoryError::UnknownOffice);
        }
        let asked = self.0.steps.load(Ordering::SeqCst);
        let mut memory = self.0.memory.lock().await;
        self.look_if_due(&mut memory).await?;
        if let Lookup::Found(office) = self.look_up(&mut memory, name).await? {
            return Ok(office);
        }
        if memory.look <= asked {
            self.look(&mut memory).await?;
        }
        let mut found = self.look_up(&mut memory, name).await?;
        if matches!(found, Lookup::NoSnapshot) {
            self.first_load(&mut memory, asked, google, budget, Scope::Offices).await?;
            found = self.look_up(&mut memory, name).await?;
        }
        match found {
            Lookup::Found(office) => Ok(office),
            Lookup::Unknown => Err(DirectoryError::UnknownOffice),
            Lookup::NoSnapshot => Err(DirectoryError::Unavailable { retry_after: None }),
        }
    }

    /// All offices and manual users, for a sweep.
    pub async fn everything(&self, google: &GoogleClient, budget: &Budget) -> Result<Arc<Everything>, DirectoryError> {
        let asked = self.0.steps.load(Ordering::SeqCst);
        let mut memory = self.0.memory.lock().await;
        if self.0.sources.has_sheet() {
            self.look_if_due(&mut memory).await?;
        }
        if let Some(everything) = self.assemble(&mut memory).await? {
            return Ok(everything);
        }
        if memory.look <= asked {
            self.look(&mut memory).await?;
            if let Some(everything) = self.assemble(&mut memory).await? {
                return Ok(everything);
            }
        }
        self.first_load(&mut memory, asked, google, budget, Scope::All).await?;
        let everything = self.assemble(&mut memory).await?;
        drop(memory);
        let everything = everything.ok_or(DirectoryError::Unavailable { retry_after: None })?;
        self.subscribe_some(google, budget, &everything.offices).await;
        Ok(everything)
    }

    /// All offices and manual users as far as they are known, without reading the sheet; `None` when it was never read.
    pub async fn known(&self) -> Result<Option<Arc<Everything>>, DirectoryError> {
        let mut memory = self.0.memory.lock().await;
        if self.0.sources.has_sheet() {
            self.look_if_due(&mut memory).await?;
        }
        self.assemble(&mut memory).await
    }

    /// The next use looks at the pointer: it was moved by this process.
    pub(crate) async fn forget_look(&self) {
        self.0.memory.lock().await.expire();
    }

    /// Loads the sheet, because there is no snapshot of it. Callers that waited for a load that failed share its failure.
    async fn first_load(
        &self,
        memory: &mut Memory,
        asked: u64,
        google: &GoogleClient,
        budget: &Budget,
        scope: Scope,
    ) -> Result<(), DirectoryError> {
        if let Some((_, retry_after)) = memory.failed_load.filter(|&(number, _)| number > asked) {
            return Err(DirectoryError::Unavailable { retry_after });
        }
        let number = self.0.next_step();
        let wanted = Wanted { scope, broken: memory.broken.as_deref(), seen: memory.seen() };
        match Box::pin(self.load(google, budget, wanted)).await {
            Ok(loaded) => {
                memory.broken = None;
                memory.adopt(loaded.pointer, self.0.clock.stamp(), number);
                Ok(())
            }
            Err(ReloadError::Store(error)) => Err(error.into()),
            Err(ReloadError::SheetUnavailable(error)) => {
                let account = google.service_account_email();
                tracing::warn!(%error, account, "the spreadsheet cannot be read, and there is no snapshot of it");
                let retry_after = error.error.retry_after();
                memory.failed_load = Some((number, retry_after));
                Err(DirectoryError::Unavailable { retry_after })
            }
        }
    }
}

/// Entries stay out of logs.
impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Directory")
    }
}
