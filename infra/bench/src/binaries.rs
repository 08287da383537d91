//! The programs that are measured.

use std::path::{Path, PathBuf};

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// The function behind the API.
    pub api: PathBuf,
    /// The function that sweeps.
    pub sweeper: PathBuf,
    /// An empty function, to compare with.
    pub empty: PathBuf,
    /// The local server.
    pub local: PathBuf,
}

impl Binaries {
    /// The programs in `folder`.
    pub fn of(folder: &Path) -> Self {
        Self {
            api: folder.join("api"),
            sweeper: folder.join("sweeper"),
            empty: folder.join("empty-function"),
            local: folder.join("moffman"),
        }
    }
}
