//! How a [`Store`] keeps what became of scheduled sweeps: an item for each shard, with its last sweep.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attributes::{Item, TTL, attributes, number};
use super::brief::{cut, keep_first};
use super::error::StoreError;
use super::key::{ItemKey, RUNS};
use super::write::Write;

const NAME: &str = "a sweep of a shard";
/// How long a shard is remembered that is not swept any more.
const KEPT_DAYS: i64 = 30;

/// The last sweep of a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardRun {
    /// The shard, as its schedule is called; the item's sort key.
    pub schedule: String,
    /// When it began.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub ran_at: DateTime<Utc>,
    /// When a sweep last read a calendar, be it this one or one before.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub swept_at: Option<DateTime<Utc>>,
    /// When the next sweep is to begin.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub due_at: DateTime<Utc>,
    /// Why it swept nothing; `None`: it swept.
    pub failure: Option<String>,
    /// How many calendars the shard has.
    #[serde(default)]
    pub offices: usize,
    /// How many of them could not be read.
    pub offices_failed: usize,
    /// What is wrong in offices, in the order of their names: the first 100.
    #[serde(default)]
    pub problems: Vec<LastingProblem>,
    /// Offices that have problems and are not listed.
    #[serde(default)]
    pub problems_unlisted: usize,
    /// The forms of the shard.
    #[serde(default)]
    pub forms: OpenForms,
}

/// What is wrong in an office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastingProblem {
    /// The office's name.
    pub office: String,
    /// When the first of the sweeps began that had problems in this office one after the other.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// What the last of them said.
    pub problem: String,
}

/// Forms that are neither issued nor discarded, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenForms {
    /// All of them.
    pub open: usize,
    /// Those that wait for a person.
    pub held: usize,
    /// Those that are sent again later, because the form service refused them or was not reached.
    pub waiting: usize,
    /// Those of which nobody knows whether they were issued.
    pub in_doubt: usize,
    /// Those that no event asks for any more.
    pub without_event: usize,
    /// When the oldest of them was found.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub oldest_at: Option<DateTime<Utc>>,
}

impl ShardRun {
    fn to_item(&self) -> Result<Item, StoreError> {
        let mut item = attributes(self, NAME)?;
        item.insert(TTL.to_owned(), number((self.due_at + TimeDelta::days(KEPT_DAYS)).timestamp()));
        Ok(item)
    }

    pub(super) fn from_item(item: Item) -> Option<Self> {
        serde_dynamo::from_item(item).ok()
    }

    /// What is kept of two sweeps of a shard, which may have overlapped: the one that began later.
    fn latest(self, other: Self) -> Self {
        let swept_at = self.swept_at.max(other.swept_at);
        let (later, earlier) = if other.ran_at > self.ran_at { (other, self) } else { (self, other) };
        let run = if later.failure.is_some() && later.offices == 0 {
            // It did not even learn its offices, so what the earlier one found is still all that is known.
            let Self { schedule, ran_at, due_at, failure, .. } = later;
            Self { schedule, ran_at, due_at, failure, ..earlier }
        } else {
            later.after(&earlier)
        };
        Self { swept_at, ..run }
    }

    /// A problem lasts for as long as every sweep finds one in the office.
    fn after(mut self, earlier: &Self) -> Self {
        for problem in &mut self.problems {
            let before = earlier.problems.iter().find(|before| before.office == problem.office);
            problem.since = before.map_or(problem.since, |before| before.since.min(problem.since));
        }
        self
    }

    /// The sweep as the item has room for it.
    fn brief(mut self) -> Self {
        self.failure.iter_mut().for_each(cut);
        self.problems.iter_mut().for_each(|problem| cut(&mut problem.problem));
        self.problems_unlisted +=
            keep_first(&mut self.problems, |problem| problem.office.len() + problem.problem.len());
        self
    }
}

impl OpenForms {
    /// The forms of two shards together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            held: self.held + other.held,
            waiting: self.waiting + other.waiting,
            in_doubt: self.in_doubt + other.in_doubt,
            without_event: self.without_event + other.without_event,
            oldest_at: [self.oldest_at, other.oldest_at].into_iter().flatten().min(),
        }
    }
}

impl Store {
    /// Keeps a sweep, unless one that began later is kept already, and when any of them swept.
    pub async fn keep_run(&self, run: ShardRun) -> Result<(), StoreError> {
        let key = ItemKey::new(RUNS, &run.schedule);
        let before = self.item(&key).await?.and_then(ShardRun::from_item);
        let run = before.into_iter().fold(run, ShardRun::latest).brief();
        self.write(&[Write::put_item(key, run.to_item()?)]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::instants;
    use crate::store::attributes::text;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn run(began: i64, swept: Option<i64>, failure: Option<&str>) -> ShardRun {
        ShardRun {
            schedule: "sweep-0-of-1".to_owned(),
            ran_at: at(began),
            swept_at: swept.map(at),
            due_at: at(began + 60),
            failure: failure.map(str::to_owned),
            ..ShardRun::default()
        }
    }

    fn with_problems(began: i64, offices: &[&str]) -> ShardRun {
        let problem = |office: &&str| LastingProblem {
            office: (*office).to_owned(),
            since: at(began),
            problem: format!("found at {began}"),
        };
        ShardRun { offices: 3, problems: offices.iter().map(problem).collect(), ..run(began, Some(began), None) }
    }

    #[test]
    fn a_slow_sweep_does_not_hide_the_one_that_began_after_it() {
        let (slow, next) = (run(0, None, Some("no time left")), run(60, Some(70), None));
        assert_eq!(slow.clone().latest(next.clone()), next);
        assert_eq!(next.clone().latest(slow), next);
        assert_eq!(run(120, None, Some("no")).latest(next).swept_at, run(0, Some(70), None).swept_at);
    }

    #[test]
    fn a_problem_is_as_old_as_the_first_sweep_in_a_row_that_found_one() {
        let told = |run: &ShardRun| -> Vec<(String, i64)> {
            let problems = run.problems.iter();
            problems.map(|problem| (problem.office.clone(), problem.since.timestamp())).collect()
        };
        let first = with_problems(0, &["Brno"]);
        let second = with_problems(60, &["Brno", "Prague"]).latest(first);
        assert_eq!(told(&second), [("Brno".to_owned(), 0), ("Prague".to_owned(), 60)]);
        assert_eq!(second.problems[0].problem, "found at 60", "the latest sentence");
        let third = with_problems(120, &["Prague"]).latest(second);
        let fourth = with_problems(180, &["Brno", "Prague"]).latest(third);
        assert_eq!(told(&fourth), [("Brno".to_owned(), 180), ("Prague".to_owned(), 60)]);
    }

    #[test]
    fn a_sweep_that_did_not_learn_its_offices_keeps_what_is_known_of_them() {
        let known = ShardRun { forms: OpenForms { held: 2, ..OpenForms::default() }, ..with_problems(0, &["Brno"]) };
        let failed = run(60, None, Some("the offices are not known")).latest(known.clone());
        assert_eq!((failed.ran_at, failed.due_at, failed.swept_at), (at(60), at(120), Some(at(0))));
        assert_eq!(failed.failure.as_deref(), Some("the offices are not known"));
        assert_eq!((failed.offices, failed.forms, failed.problems), (3, known.forms, known.problems));
    }

    #[test]
    fn a_shard_of_nothing_but_trouble_has_a_small_item() {
        let names: Vec<String> = (0..130).map(|n| format!("office-{n:03}")).collect();
        let mut run = with_problems(0, &names.iter().map(String::as_str).collect::<Vec<_>>());
        run.problems[0].problem = "ž".repeat(9_000);
        run.problems[1].office = "x".repeat(300_000);
        let brief = run.brief();
        assert_eq!((brief.problems.len(), brief.problems_unlisted), (100, 30));
        assert_eq!(brief.problems[1].office, "office-002", "a name that fills the item is not listed");
        let bytes: usize = brief.problems.iter().map(|problem| problem.office.len() + problem.problem.len()).sum();
        assert!(bytes < 200_000, "{bytes}");
    }

    #[test]
    fn items_of_other_versions_are_read() {
        let numbers = ["ran_at", "due_at", "offices_failed"].map(|name| (name.to_owned(), number(5)));
        let mut item = HashMap::from(numbers);
        item.insert("schedule".to_owned(), text("sweep-0-of-1"));
        item.insert("swept_at".to_owned(), number(5));
        item.insert("failure".to_owned(), text("no"));
        item.insert("troubled".to_owned(), serde_dynamo::to_attribute_value(["Brno"]).unwrap());
        item.insert("added".to_owned(), text("by a newer version"));
        let read = ShardRun::from_item(item).unwrap();
        assert_eq!((read.offices_failed, read.offices, read.forms), (5, 0, OpenForms::default()));
    }

    #[test]
    fn the_forms_of_shards_are_counted_together() {
        let forms = |oldest_at| OpenForms { open: 9, held: 1, waiting: 2, in_doubt: 3, without_event: 4, oldest_at };
        let both = OpenForms { open: 18, held: 2, waiting: 4, in_doubt: 6, without_event: 8, oldest_at: Some(at(5)) };
        assert_eq!(forms(Some(at(9))).plus(forms(Some(at(5)))), both);
        assert_eq!(forms(Some(at(5))).plus(forms(None)), both);
    }

    fn runs() -> impl Strategy<Value = ShardRun> {
        let times = (instants(), option::of(instants()), instants(), option::of(instants()));
        let texts = (option::of(".*"), vec((".*", instants(), ".*"), 0..3));
        (".*", times, texts, any::<[usize; 8]>()).prop_map(|(schedule, times, texts, counts)| {
            let (ran_at, swept_at, due_at, oldest_at) = times;
            let (failure, problems) = texts;
            let problem = |(office, since, problem)| LastingProblem { office, since, problem };
            let problems = problems.into_iter().map(problem).collect();
            let [offices, offices_failed, problems_unlisted, open, held, waiting, in_doubt, without_event] = counts;
            let forms = OpenForms { open, held, waiting, in_doubt, without_event, oldest_at };
            ShardRun {
                schedule,
                ran_at,
                swept_at,
                due_at,
                failure,
                offices,
                offices_failed,
                problems,
                problems_unlisted,
                forms,
            }
        })
    }

    proptest! {
        #[test]
        fn a_run_reads_back(run in runs()) {
            prop_assert_eq!(ShardRun::from_item(run.to_item().unwrap()), Some(run));
        }
    }
}
