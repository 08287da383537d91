//! Counts the breaches of many schedules.

use std::fmt;

use crate::ledger::Breach;
use crate::schedule::ScheduleOutcome;

/// What came of the schedules so far.
#[derive(Debug, Default)]
pub struct Tally {
    schedules: usize,
    lost: usize,
    duplicated: usize,
    stuck: usize,
    unknown: usize,
    /// Each breach, with the seed.
    lines: Vec<String>,
}

impl Tally {
    /// Counts one more schedule.
    pub fn add(&mut self, outcome: &ScheduleOutcome) {
        self.schedules += 1;
        self.unknown += outcome.unknown;
        for breach in &outcome.breaches {
            match breach {
                Breach::Lost(_) => self.lost += 1,
                Breach::Duplicated(_) => self.duplicated += 1,
                Breach::Stuck(_) => self.stuck += 1,
            }
            self.lines.push(format!("make simulate SEED={}: {breach:?}", outcome.seed));
        }
    }

    /// Whether there was no breach.
    pub fn is_clean(&self) -> bool {
        self.lines.is_empty()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        let Self { schedules, lost, duplicated, stuck, unknown, .. } = self;
        write!(
            f,
            "{schedules} schedules, {lost} lost, {duplicated} duplicated, {stuck} stuck, {unknown} unknown outcomes"
        )
    }
}
