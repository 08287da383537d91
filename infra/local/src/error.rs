//! Why the service does not start, said to the person who started it.

use std::io;

use moffman::config::ConfigErrors;
use moffman::store::StoreError;
use moffman::transport::TransportError;

use crate::storage::StorageError;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LocalStartError {
    /// The configuration has mistakes; the message names them all.
    #[error(transparent)]
    Configuration(#[from] ConfigErrors),
    /// A Google endpoint is configured without a key to use there.
    #[error(
        "google_api.endpoint is set, but no key: google_api.service_account_key_path must name the key file, or both be \
         left out, and Google is simulated"
    )]
    EndpointWithoutKey,
    /// The state cannot be opened.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The state was opened and cannot be used.
    #[error("the state in {place} cannot be used: {source}; move it away to begin without state")]
    State {
        /// Where the state is.
        place: String,
        /// What is wrong.
        source: StoreError,
    },
    /// The address or port cannot be had.
    #[error("cannot listen on {address}: {source}; rest_api.addr and rest_api.port choose another address")]
    Address {
        /// Host and port as configured.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// The library cannot be put together.
    #[error(transparent)]
    Library(#[from] moffman::app::AssemblyError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The simulated services cannot be started.
    #[error("the simulated services cannot be started: {0}")]
    Demo(#[source] io::Error),
}
