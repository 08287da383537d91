//! How a [`Store`] keeps what became of the last scheduled reload: one item.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attributes::{Item, TTL, attributes, number};
use super::brief::{cut, keep_first};
use super::error::StoreError;
use super::key::{ItemKey, RUNS};
use super::write::Write;

/// The sort key of the item.
pub(super) const RELOAD: &str = "reload";
const NAME: &str = "a reload";
/// How long a reload is remembered after which the next one did not come.
const KEPT_DAYS: i64 = 30;

/// The last scheduled reload of the spreadsheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadRun {
    /// When it began.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub ran_at: DateTime<Utc>,
    /// When the next one is to begin; `None`: nothing is scheduled.
    #[serde(default, with = "chrono::serde::ts_milliseconds_option")]
    pub due_at: Option<DateTime<Utc>>,
    /// Why nothing was read; `None`: the spreadsheet was read.
    #[serde(default)]
    pub failure: Option<String>,
    /// Ranges whose last good content stays in use.
    #[serde(default)]
    pub kept: Vec<KeptRange>,
    /// Rows that were left out, the first 100.
    #[serde(default)]
    pub problems: Vec<RowProblem>,
    /// Rows that were left out and are not listed.
    #[serde(default)]
    pub problems_unlisted: usize,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The range as configured.
    pub range: String,
    /// The row's number in the sheet, from 1.
    pub row: usize,
    /// What is wrong with it.
    pub what: String,
}

/// A range whose last good content stays in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRange {
    /// The range as configured.
    pub range: String,
    /// Why what it holds now is not used.
    pub why: String,
}

impl ReloadRun {
    fn to_item(&self) -> Result<Item, StoreError> {
        let mut item = attributes(self, NAME)?;
        let end = self.due_at.unwrap_or(self.ran_at) + TimeDelta::days(KEPT_DAYS);
        item.insert(TTL.to_owned(), number(end.timestamp()));
        Ok(item)
    }

    pub(super) fn from_item(item: Item) -> Option<Self> {
        serde_dynamo::from_item(item).ok()
    }

    /// The reload as the item has room for it.
    fn brief(mut self) -> Self {
        self.failure.iter_mut().for_each(cut);
        self.kept.iter_mut().for_each(|kept| cut(&mut kept.why));
        self.problems.iter_mut().for_each(|problem| cut(&mut problem.what));
        let size = |problem: &RowProblem| problem.range.len() + problem.what.len();
        self.problems_unlisted += keep_first(&mut self.problems, size);
        self
    }
}

impl Store {
    /// Keeps a reload in place of the one before.
    pub async fn keep_reload(&self, run: ReloadRun) -> Result<(), StoreError> {
        self.write(&[Write::put_item(ItemKey::new(RUNS, RELOAD), run.brief().to_item()?)]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::instants;
    use crate::store::attributes::text;

    fn run(rows: usize) -> ReloadRun {
        let problem = |row| RowProblem { range: "Offices!A2:B".to_owned(), row, what: "ž".repeat(2_000) };
        ReloadRun { problems: (2..rows + 2).map(problem).collect(), problems_unlisted: 3, ..ReloadRun::default() }
    }

    #[test]
    fn a_sheet_of_bad_rows_has_a_small_item() {
        let brief = run(1_000).brief();
        assert_eq!((brief.problems.len(), brief.problems_unlisted, brief.problems[99].row), (100, 903, 101));
        let bytes: usize = brief.problems.iter().map(|problem| problem.range.len() + problem.what.len()).sum();
        assert!(bytes < 200_000, "{bytes}");
        assert_eq!(run(3).brief().problems_unlisted, 3);
    }

    #[test]
    fn what_a_newer_version_adds_is_passed_over() {
        let mut item = run(1).to_item().unwrap();
        item.insert("added".to_owned(), text("by a newer version"));
        assert_eq!(ReloadRun::from_item(item), Some(run(1)));
    }

    proptest! {
        #[test]
        fn a_reload_reads_back(
            ran_at in instants(), due_at in option::of(instants()), failure in option::of(".*"),
            kept in vec((".*", ".*"), 0..3), problems in vec((".*", any::<usize>(), ".*"), 0..3),
            problems_unlisted: usize,
        ) {
            let kept = kept.into_iter().map(|(range, why)| KeptRange { range, why }).collect();
            let problems = problems.into_iter().map(|(range, row, what)| RowProblem { range, row, what }).collect();
            let run = ReloadRun { ran_at, due_at, failure, kept, problems, problems_unlisted };
            prop_assert_eq!(ReloadRun::from_item(run.to_item().unwrap()), Some(run));
        }
    }
}
