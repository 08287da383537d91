//! The embedded DynamoDB: a file beside the configured path, or memory.
//!
//! Only one process at a time may use the file. DynamoDB listens on a free loopback port for the AWS SDK, and only the
//! owner can read the file.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use dynoxide::actions::delete_table::DeleteTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::{Database, DynoxideError};
use moffman::store::is_disk_full;
use moffman::transport::Transport;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long closing connections may take. Whatever was answered is written already.
const CLOSING: Duration = Duration::from_secs(1);

/// Why the state cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process uses the state.
    #[error(
        "{} is in use by another running moffman; stop that one, or choose another general.storage_path",
        .0.display()
    )]
    InUse(PathBuf),
    /// The file cannot be read and written.
    #[error("{} cannot be opened: {source}; general.storage_path names it", file.display())]
    Inaccessible {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The disk is full.
    #[error("{place} cannot be written: the disk is full; make room, or choose another general.storage_path")]
    DiskFull {
        /// Where the state is.
        place: String,
    },
    /// The file is not a state that this version can read.
    #[error(
        "{} is damaged or no state of moffman: {reason}; move it away to begin without state, or choose another \
         general.storage_path",
        file.display()
    )]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the database says.
        reason: String,
    },
    /// There is no memory or no port for the embedded DynamoDB.
    #[error("the embedded DynamoDB cannot be started: {0}")]
    NotStarted(String),
}

/// A running DynamoDB.
pub(crate) struct Storage {
    /// The address for the AWS SDK.
    endpoint: String,
    file: Option<PathBuf>,
    database: Database,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), String>>,
    /// Held as long as the file is used.
    _lock: Option<File>,
}

impl Storage {
    /// Opens `<path>.sqlite3`, or memory without a path.
    pub(crate) async fn open(path: Option<&Path>) -> Result<Self, StorageError> {
        let file = path.map(|path| with_suffix(path, ".sqlite3"));
        let (database, lock) = match &file {
            Some(file) => {
                let lock = lock(file)?;
                (open_file(file)?, Some(lock))
            }
            None => (Database::memory().map_err(|error| not_started(&error))?, None),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| not_started(&error))?;
        let address = listener.local_addr().map_err(|error| not_started(&error))?;
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async move {
            // An error means that the storage was dropped, which stops the server, too.
            let _ = stopped.await;
        };
        Ok(Self {
            endpoint: format!("http://{address}"),
            file,
            server: tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database.clone(), until)),
            database,
            stop,
            _lock: lock,
        })
    }

    /// Where the state is, for people.
    pub(crate) fn place(&self) -> String {
        self.file.as_ref().map_or_else(|| "memory".to_owned(), |file| file.display().to_string())
    }

    /// A client of this DynamoDB, which takes any credentials.
    pub(crate) fn client(&self, transport: &Transport) -> Client {
        let config = Config::builder()
            .behavior_version_latest()
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .endpoint_url(&self.endpoint)
            .http_client(transport.aws())
            .timeout_config(Transport::aws_timeouts())
            .retry_config(Transport::aws_retries())
            .build();
        Client::from_conf(config)
    }

    /// Whether there is a table of this name.
    pub(crate) fn has_table(&self, name: &str) -> Result<bool, StorageError> {
        match self.database.describe_table(DescribeTableRequest { table_name: name.to_owned() }) {
            Ok(_) => Ok(true),
            Err(DynoxideError::ResourceNotFoundException(_)) => Ok(false),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    /// Deletes expired items, because the embedded DynamoDB does not do it by itself.
    pub(crate) fn delete_expired(&self) -> Result<usize, StorageError> {
        self.database.sweep_ttl().map_err(|error| self.unreadable(&error))
    }

    /// Deletes the tables whose names have this prefix.
    pub(crate) fn drop_tables(&self, prefix: &str) -> Result<(), StorageError> {
        loop {
            let tables = self.database.list_tables(ListTablesRequest::default());
            let tables = tables.map_err(|error| self.unreadable(&error))?.table_names;
            let Some(table_name) = tables.into_iter().find(|name| name.starts_with(prefix)) else {
                return Ok(());
            };
            let deleted = self.database.delete_table(DeleteTableRequest { table_name });
            deleted.map_err(|error| self.unreadable(&error))?;
        }
    }

    /// Stops DynamoDB after the requests under way.
    pub(crate) async fn close(self) {
        // An error means that the server has ended already.
        let _ = self.stop.send(());
        if tokio::time::timeout(CLOSING, self.server).await.is_err() {
            tracing::debug!("a connection to the embedded DynamoDB was left open");
        }
    }

    fn unreadable(&self, error: &DynoxideError) -> StorageError {
        unreadable(self.file.as_deref(), error)
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").field("file", &self.file).finish_non_exhaustive()
    }
}

fn unreadable(file: Option<&Path>, error: &DynoxideError) -> StorageError {
    match file {
        Some(file) if is_disk_full(Some(&error.to_string())) => {
            StorageError::DiskFull { place: file.display().to_string() }
        }
        Some(file) => StorageError::Unreadable { file: file.to_owned(), reason: error.to_string() },
        None => not_started(error),
    }
}

fn not_started(error: &impl ToString) -> StorageError {
    StorageError::NotStarted(error.to_string())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Takes the file for this process. The lock is on a second file, because `SQLite` locks the first in its own way.
fn lock(file: &Path) -> Result<File, StorageError> {
    let lock_file = with_suffix(file, ".lock");
    let lock = open(&lock_file)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse(file.to_owned())),
        Err(TryLockError::Error(source)) => Err(StorageError::Inaccessible { file: lock_file, source }),
    }
}

fn open_file(file: &Path) -> Result<Database, StorageError> {
    open(file)?;
    let Some(name) = file.to_str() else {
        let source = io::Error::new(io::ErrorKind::InvalidFilename, "its name is not Unicode");
        return Err(StorageError::Inaccessible { file: file.to_owned(), source });
    };
    Database::new(name).map_err(|error| unreadable(Some(file), &error))
}

/// Opens or makes a file that only its owner may read and write, because the state has access tokens and names.
fn open(file: &Path) -> Result<File, StorageError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|source| StorageError::Inaccessible { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_called_that() {
        let told = |text: &str| {
            unreadable(Some(Path::new("state.sqlite3")), &DynoxideError::InternalServerError(text.to_owned()))
                .to_string()
        };
        for text in ["database or disk is full", "Error code 13: Insertion failed because database is full"] {
            assert!(told(text).starts_with("state.sqlite3 cannot be written: the disk is full; "), "{}", told(text));
        }
        assert!(told("file is not a database").contains("is damaged or no state of moffman"));
    }
}
