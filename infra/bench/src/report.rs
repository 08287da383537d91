//! What was measured, as JSON for programs.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::machine::Machine;
use crate::measure::Growth;
use crate::row::Row;

/// Everything that was measured.
#[derive(Clone, Debug)]
pub struct Report {
    /// When it was measured.
    pub at: DateTime<Utc>,
    /// The machine that was measured on.
    pub machine: Machine,
    /// The measurements, with their budgets.
    pub rows: Vec<Row>,
    /// How the cost of a sweep grows with what has not changed.
    pub growth: Vec<Growth>,
}

impl Report {
    /// Whether anything costs more than it may.
    pub fn is_over(&self) -> bool {
        self.rows.iter().any(Row::is_over) || self.growth.iter().any(Growth::is_over)
    }

    /// The whole report, with the values of each run.
    pub fn to_json(&self) -> Value {
        json!({
            "at": self.at.to_rfc3339(),
            "machine": self.machine,
            "rows": self.rows.iter().map(Row::to_json).collect::<Vec<_>>(),
            "growth": self.growth.iter().map(Growth::to_json).collect::<Vec<_>>(),
        })
    }
}
