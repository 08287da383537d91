//! Mistakes in a configuration: where each was made, in which key, and what is allowed instead.

use std::fmt;
use std::sync::Arc;

use super::names;

/// Where a person reads what the keys mean.
const PAGE: &str = "infra/config/README.md";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A place in the file; line and column count from 1, and are 0 when the file as a whole is meant.
    File {
        /// The file as it was named.
        file: Arc<str>,
        /// Line, from 1.
        line: u64,
        /// Column in characters, from 1.
        column: u64,
    },
    /// An environment variable.
    Environment(Arc<str>),
    /// A command-line option.
    Option(Arc<str>),
    /// No source gives the key.
    Default,
}

impl Origin {
    /// This line and column of the same source; only a file has lines.
    pub(super) fn at(&self, line: u64, column: u64) -> Self {
        match self {
            Self::File { file, .. } => Self::File { file: Arc::clone(file), line, column },
            other => other.clone(),
        }
    }

    /// Orders mistakes as a person would look for them: through the file, then variables, then options.
    fn rank(&self) -> (u8, u64, u64) {
        match self {
            Self::File { line, column, .. } => (0, *line, *column),
            Self::Environment(_) => (1, 0, 0),
            Self::Option(_) => (2, 0, 0),
            Self::Default => (3, 0, 0),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line: 0, .. } => f.write_str(file),
            Self::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Option(name) => write!(f, "option {name}"),
            Self::Default => f.write_str("not given"),
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it was made.
    pub origin: Origin,
    /// The key as it was written, with dots; empty when the file as a whole is meant. A name that is no key is `…`.
    pub path: String,
    /// What is wrong and what is allowed. Never a secret, a name or an address.
    pub message: String,
}

impl Mistake {
    pub(super) fn new(origin: Origin, path: &str, message: impl Into<String>) -> Self {
        Self { origin, path: names::shown(path), message: message.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: {}", self.origin, self.message)
        } else {
            write!(f, "{}: {}: {}", self.origin, self.path, self.message)
        }
    }
}

/// Every mistake of a configuration, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    mistakes: Vec<Mistake>,
}

impl ConfigErrors {
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.origin.rank());
        Self { mistakes }
    }

    /// The mistakes, in the order of the sources.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistakes.len() {
            1 => f.write_str("the configuration has a mistake:")?,
            count => write!(f, "the configuration has {count} mistakes:")?,
        }
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))?;
        write!(f, "\n{PAGE} explains every key")
    }
}

impl std::error::Error for ConfigErrors {}
