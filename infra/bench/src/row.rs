//! One line of the table: what was measured, in each run, and its budget.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// The unit of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// 1,048,576 bytes, as memory is counted.
    Mebibytes,
    /// 1,000,000 bytes, as files are counted.
    Megabytes,
    /// Calls or requests.
    Calls,
    /// Per second; more is better.
    PerSecond,
    /// A multiple of something else.
    Times,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Mebibytes => "MiB",
            Self::Megabytes => "MB",
            Self::Calls => "calls",
            Self::PerSecond => "/s",
            Self::Times => "times",
        }
    }

    fn decimals(self) -> usize {
        match self {
            Self::Milliseconds => 3,
            Self::Mebibytes => 1,
            Self::Megabytes | Self::Calls | Self::Times => 2,
            Self::PerSecond => 0,
        }
    }

    fn show(self, value: f64) -> String {
        format!("{value:.*}", self.decimals())
    }
}

/// A measurement and its budget.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What the numbers are.
    pub unit: Unit,
    /// The most that it may be. A rate has none: there more is better.
    pub budget: Option<f64>,
    /// One value per run.
    pub samples: Vec<f64>,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, unit: Unit) -> Self {
        Self { what: what.into(), unit, budget: None, samples: Vec::new() }
    }

    pub(crate) fn within(self, budget: f64) -> Self {
        Self { budget: Some(budget), ..self }
    }

    pub(crate) fn of(self, samples: Vec<f64>) -> Self {
        Self { samples, ..self }
    }

    /// The best run.
    pub fn best(&self) -> f64 {
        self.sorted_best_first().first().copied().unwrap_or(f64::NAN)
    }

    /// The middle run, or the worse of two middle ones.
    pub fn median(&self) -> f64 {
        let sorted = self.sorted_best_first();
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The worst run.
    pub fn worst(&self) -> f64 {
        self.sorted_best_first().last().copied().unwrap_or(f64::NAN)
    }

    /// Whether it costs more than it may, or was not measured. Other work on the machine only makes times longer, so
    /// the best run is the one that tells; of everything else, no run may be over.
    pub fn is_over(&self) -> bool {
        let judged = if self.unit == Unit::Milliseconds { self.best() } else { self.worst() };
        self.budget.is_some_and(|budget| judged.is_nan() || judged > budget)
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "what": self.what,
            "unit": self.unit.name(),
            "budget": self.budget,
            "best": self.best(),
            "median": self.median(),
            "worst": self.worst(),
            "over": self.is_over(),
            "samples": self.samples,
        })
    }

    fn sorted_best_first(&self) -> Vec<f64> {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        if self.unit == Unit::PerSecond {
            sorted.reverse();
        }
        sorted
    }
}

/// A line of the table.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [best, median, worst] = [self.best(), self.median(), self.worst()].map(|value| self.unit.show(value));
        let budget = self.budget.map_or_else(|| "-".to_owned(), |budget| format!("{budget}"));
        let verdict = match self.budget {
            None => "",
            Some(_) if self.is_over() => "over",
            Some(_) => "ok",
        };
        let unit = self.unit.name();
        let line = format!("{:<58} {unit:<5} {budget:>7} {best:>9} {median:>9} {worst:>9}  {verdict}", self.what);
        f.write_str(line.trim_end())
    }
}

/// The heading of the table.
pub(crate) fn heading() -> String {
    format!("{:<58} {:<5} {:>7} {:>9} {:>9} {:>9}", "", "unit", "budget", "best", "median", "worst")
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The milliseconds of one of `count` equal things.
pub(crate) fn milliseconds_each(duration: Duration, count: usize) -> f64 {
    milliseconds(duration) / number(count)
}

/// The middle duration, in milliseconds.
pub(crate) fn median(durations: &[Duration]) -> f64 {
    Row::new("", Unit::Milliseconds).of(durations.iter().copied().map(milliseconds).collect()).median()
}

pub(crate) fn mebibytes(bytes: u64) -> f64 {
    long(bytes) / 1_048_576.0
}

pub(crate) fn megabytes(bytes: u64) -> f64 {
    long(bytes) / 1_000_000.0
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
fn long(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_judged_by_its_best_run() {
        let row = Row::new("own CPU per POST", Unit::Milliseconds).within(0.35).of(vec![0.9, 0.35, 0.36]);
        assert_eq!((row.best(), row.median(), row.worst(), row.is_over()), (0.35, 0.36, 0.9, false));
        assert_eq!(
            row.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
            "own CPU per POST ms 0.35 0.350 0.360 0.900 ok"
        );
        assert!(row.clone().of(vec![0.9, 0.36]).is_over());
        assert!(row.clone().of(Vec::new()).is_over());
        assert!(!Row { budget: None, ..row }.of(vec![9.0]).is_over());
    }

    #[test]
    fn a_count_is_judged_by_its_worst_run() {
        let row = Row::new("Google calls", Unit::Calls).within(2.0);
        assert!(!row.clone().of(vec![2.0, 2.0]).is_over());
        assert!(row.of(vec![2.0, 2.1]).is_over());
    }

    #[test]
    fn of_what_should_be_high_the_lowest_is_the_worst() {
        let row = Row::new("requests", Unit::PerSecond).of(vec![3.0, 1.0, 2.0]);
        assert_eq!((row.best(), row.median(), row.worst()), (3.0, 2.0, 1.0));
    }
}
