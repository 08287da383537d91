//! What the settings are read from.

use std::env;
use std::path::PathBuf;

/// Where a function's configuration layer puts the file.
const LAYER: &str = "/opt/moffman.yaml";

/// Where the process runs; some settings apply in one place only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One process on one machine.
    Local,
    /// A Lambda function.
    Aws,
}

/// What the settings are read from, weakest first.
#[derive(Clone, Debug)]
pub struct Sources {
    /// A YAML or JSON file.
    pub file: Option<PathBuf>,
    /// The whole environment; variables that are not `MOFFMAN_SECTION__KEY` are passed over.
    pub environment: Vec<(String, String)>,
    /// Command-line options and their values, such as `--general--log-level` and `DEBUG`.
    pub options: Vec<(String, String)>,
    /// Where the process runs.
    pub place: Place,
}

impl Sources {
    /// The sources of a Lambda function: the configuration layer's file, or the one that `MOFFMAN_CONFIG` names, and
    /// the environment.
    pub fn of_function() -> Self {
        let named = env::var_os("MOFFMAN_CONFIG").map(PathBuf::from);
        let file = named.or_else(|| Some(PathBuf::from(LAYER)).filter(|file| file.exists()));
        let environment = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, environment, options: Vec::new(), place: Place::Aws }
    }
}
