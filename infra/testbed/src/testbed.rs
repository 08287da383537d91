//! Simulated services with a table and a folder for files, on which processes of the service run.

use std::error::Error;
use std::path::PathBuf;
use std::{fs, io};

use chrono::{DateTime, Utc};
use moffman::app::Surroundings;
use moffman::clock::{Clock, Randomness, TimeSource};
use moffman::config::{Sources, load};
use moffman::store::Store;
use moffman::transport::Transport;
use moffman_simulators::{DynamoDb, World};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::aws::{dynamodb, store};

/// What goes wrong while a test is set up. It says nothing about the service.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// What processes run on.
pub struct Testbed {
    /// The simulated services.
    pub world: World,
    /// The connections of the processes.
    pub transport: Transport,
    /// Where DynamoDB answers.
    pub dynamodb_url: String,
    /// The table.
    pub store: Store,
    /// Deleted with the testbed.
    pub folder: TempDir,
}

impl Testbed {
    /// Starts the services at this time, DynamoDB as one of them, and makes the table.
    pub async fn start(now: DateTime<Utc>) -> Result<Self, Trouble> {
        let world = World::start(now).await?;
        let dynamodb_url = world.serve_dynamodb().await?;
        Self::over(world, dynamodb_url, Transport::new()?)?.with_table().await
    }

    /// Starts the services at this time, DynamoDB apart from them, so that their log of calls has nothing of it; makes the
    /// table.
    pub async fn with_dynamodb_apart(now: DateTime<Utc>) -> Result<Self, Trouble> {
        let (world, dynamodb) = (World::start(now).await?, DynamoDb::start().await?);
        Self::over(world, dynamodb.url().to_owned(), Transport::new()?)?.with_table().await
    }

    async fn with_table(self) -> Result<Self, Trouble> {
        self.store.create_table().await?;
        Ok(self)
    }

    /// A testbed over these services and the DynamoDB at this URL. It does not make the table.
    pub fn over(world: World, dynamodb_url: String, transport: Transport) -> io::Result<Self> {
        let store = store(dynamodb(&dynamodb_url, &transport));
        Ok(Self { world, transport, dynamodb_url, store, folder: tempfile::tempdir()? })
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// What a process with this configuration starts with; its random numbers are always the same.
    pub fn surroundings(&self, sources: &Sources, time: impl TimeSource + 'static) -> Result<Surroundings, Trouble> {
        Ok(Surroundings {
            settings: load(sources)?,
            google_key: SecretString::from(self.world.service_account_key()).into(),
            forms_authorization: None,
            store: self.store.clone(),
            transport: self.transport.clone(),
            clock: Clock::new(time),
            randomness: Randomness::from_seed(1),
        })
    }
}
