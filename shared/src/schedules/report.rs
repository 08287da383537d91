//! What an alignment found and did. It has no names of offices, so that it may be logged.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::diff::Change;

/// What an alignment found and did; in a dry run, what it would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Alignment {
    /// Whether the schedules are now what the configuration asks for.
    pub aligned: bool,
    /// Why nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What was done, one line per schedule.
    pub changes: Vec<String>,
    /// Schedules that were right already.
    pub unchanged: usize,
    /// Schedules of the group that are not ours to change.
    pub left_alone: Vec<String>,
    /// What differs from what was asked for, and why.
    pub warnings: Vec<String>,
    /// What could not be done; the next alignment tries again.
    pub failures: Vec<String>,
    /// The schedules of sweeps that were there already and stay, and when each first fires.
    #[serde(skip)]
    pub sweeps: Vec<(String, DateTime<Utc>)>,
    #[serde(skip)]
    pub(super) created: usize,
    #[serde(skip)]
    pub(super) updated: usize,
    #[serde(skip)]
    pub(super) deleted: usize,
}

impl Alignment {
    /// Nothing was compared.
    pub fn not(because: &dyn Display) -> Self {
        Self { because: Some(because.to_string()), ..Self::default() }
    }

    /// Notes a change that was made.
    pub(super) fn count(&mut self, change: &Change) {
        match change {
            Change::Create(_) => self.created += 1,
            Change::Update { .. } => self.updated += 1,
            Change::Delete(_) => self.deleted += 1,
        }
        self.changes.push(change.to_string());
    }

    /// Logs it: one line, and one for everything that a person should look at.
    pub fn log(&self) {
        tracing::info!(
            aligned = self.aligned,
            created = self.created,
            updated = self.updated,
            deleted = self.deleted,
            unchanged = self.unchanged,
            left_alone = self.left_alone.len(),
            failed = self.failures.len(),
            "schedules"
        );
        if let Some(because) = &self.because {
            tracing::warn!(because, "the schedules are not aligned");
        }
        for failure in &self.failures {
            tracing::warn!(failure, "a schedule is not aligned");
        }
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
    }
}
