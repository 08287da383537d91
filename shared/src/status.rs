//! Says how the service is doing, by what the last scheduled sweeps and reloads noted. Calls nobody but the table.

use chrono::{DateTime, Utc};

use crate::app::Moffman;
use crate::domain::schedule::Ours;
use crate::store::StoreError;
use crate::store::brief::MOST_LISTED;
use crate::store::last_runs::LastRuns;
use crate::store::reload_run::ReloadRun;
use crate::store::shard_run::{LastingProblem, OpenForms, ShardRun};

/// How the service is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceStatus {
    /// The last sweep of each shard, in the order of their numbers.
    pub sweeps: Vec<ShardStatus>,
    /// The last reload; `None`: there is no spreadsheet, or it was not read on schedule yet.
    pub reload: Option<ReloadRun>,
    /// What is wrong in offices, in the order of their names: the first 100.
    pub problems: Vec<LastingProblem>,
    /// Offices that have problems and are not listed.
    pub problems_unlisted: usize,
    /// The forms of all shards. One that events in two shards ask for counts in both.
    pub forms: OpenForms,
    /// For how long the oldest of these forms is known, in seconds.
    pub oldest_open_seconds: Option<i64>,
}

/// The last sweep of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardStatus {
    /// Which shard of how many: `0-of-1`.
    pub shard: String,
    /// When it began.
    pub last: DateTime<Utc>,
    /// How it went.
    pub outcome: SweepOutcome,
    /// When the next one is to begin.
    pub next_due: DateTime<Utc>,
    /// How many calendars the shard has.
    pub offices: usize,
    /// How many of them could not be read.
    pub failed: usize,
}

/// How a sweep went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepOutcome {
    /// Every calendar was read.
    Ok,
    /// Some calendars could not be read.
    Partly,
    /// Nothing was swept.
    Failed,
}

/// Says how the service is doing.
pub async fn status(app: &Moffman) -> Result<ServiceStatus, StoreError> {
    let LastRuns { shards, reload } = app.store.last_runs().await?;
    let reload = reload.filter(|_| app.settings.has_sheet());
    Ok(summed(shards, reload, app.clock.now()))
}

fn summed(shards: Vec<ShardRun>, reload: Option<ReloadRun>, now: DateTime<Utc>) -> ServiceStatus {
    let mut status = ServiceStatus { reload, ..ServiceStatus::default() };
    for (shard, run) in present(shards) {
        status.sweeps.push(ShardStatus::of(shard, &run));
        status.problems.extend(run.problems);
        status.problems_unlisted += run.problems_unlisted;
        status.forms = status.forms.plus(run.forms);
    }
    status.problems.sort_by(|one, other| one.office.cmp(&other.office));
    status.problems_unlisted += status.problems.len().saturating_sub(MOST_LISTED);
    status.problems.truncate(MOST_LISTED);
    status.oldest_open_seconds = status.forms.oldest_at.map(|oldest| (now - oldest).num_seconds().max(0));
    status
}

/// The shards of the present count, which is that of the last sweep, in the order of their numbers.
fn present(runs: Vec<ShardRun>) -> Vec<(Shard, ShardRun)> {
    let mut shards: Vec<(Shard, ShardRun)> =
        runs.into_iter().filter_map(|run| Some((Shard::named(&run.schedule)?, run))).collect();
    let last = shards.iter().max_by_key(|(_, run)| run.ran_at);
    let count = last.map(|(shard, _)| shard.of);
    shards.retain(|(shard, _)| Some(shard.of) == count);
    shards.sort_by_key(|(shard, _)| shard.index);
    shards
}

/// A shard, by its number.
#[derive(Clone, Copy)]
struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    fn named(schedule: &str) -> Option<Self> {
        match Ours::parse(schedule)? {
            Ours::Sweep { shard, of } => Some(Self { index: shard, of }),
            Ours::Reload => None,
        }
    }
}

impl ShardStatus {
    fn of(shard: Shard, run: &ShardRun) -> Self {
        Self {
            shard: format!("{}-of-{}", shard.index, shard.of),
            last: run.ran_at,
            outcome: SweepOutcome::of(run),
            next_due: run.due_at,
            offices: run.offices,
            failed: run.offices_failed,
        }
    }
}

impl SweepOutcome {
    fn of(run: &ShardRun) -> Self {
        match run {
            ShardRun { failure: Some(_), .. } => Self::Failed,
            ShardRun { offices_failed: 0, .. } => Self::Ok,
            _ => Self::Partly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn swept(schedule: &str, seconds: i64) -> ShardRun {
        let (schedule, ran_at, due_at) = (schedule.to_owned(), at(seconds), at(seconds + 60));
        ShardRun { schedule, ran_at, due_at, offices: 2, ..ShardRun::default() }
    }

    fn shards(runs: Vec<ShardRun>) -> Vec<String> {
        summed(runs, None, at(1_000)).sweeps.into_iter().map(|sweep| sweep.shard).collect()
    }

    #[test]
    fn shards_of_another_count_are_not_shown() {
        let (old, young) = (swept("sweep-0-of-1", 0), [swept("sweep-2-of-3", 60), swept("sweep-0-of-3", 70)]);
        assert_eq!(shards(vec![old.clone()]), ["0-of-1"]);
        assert_eq!(shards([vec![old], young.to_vec()].concat()), ["0-of-3", "2-of-3"]);
        let again = swept("sweep-0-of-1", 80);
        assert_eq!(shards([vec![again], young.to_vec()].concat()), ["0-of-1"], "after shrinking");
        assert_eq!(shards(vec![swept("sweep-00-of-1", 0), swept("other", 0)]), [""; 0]);
        assert_eq!(summed(Vec::new(), None, at(0)), ServiceStatus::default());
    }

    #[test]
    fn shards_come_by_number() {
        let runs = [10, 9, 1].map(|shard| swept(&format!("sweep-{shard}-of-11"), 0));
        assert_eq!(shards(runs.to_vec()), ["1-of-11", "9-of-11", "10-of-11"]);
    }

    #[test]
    fn a_sweep_that_failed_is_told_from_one_of_which_some_offices_failed() {
        let partly = ShardRun { offices_failed: 1, ..swept("sweep-0-of-1", 0) };
        let failed = ShardRun { failure: Some("no office could be swept".to_owned()), ..partly.clone() };
        let outcomes = [swept("sweep-0-of-1", 0), partly, failed].map(|run| SweepOutcome::of(&run));
        assert_eq!(outcomes, [SweepOutcome::Ok, SweepOutcome::Partly, SweepOutcome::Failed]);
    }

    #[test]
    fn problems_of_all_shards_are_listed_by_office_and_cut() {
        let problem = |n: usize| LastingProblem { office: format!("{n:03}"), since: at(0), problem: "no".to_owned() };
        let run = |shard: usize| ShardRun {
            problems: (0..60).map(|n| problem(2 * n + shard)).collect(),
            problems_unlisted: 5,
            forms: OpenForms {
                open: 3,
                oldest_at: Some(at(900 + i64::try_from(shard).unwrap())),
                ..OpenForms::default()
            },
            ..swept(&format!("sweep-{shard}-of-2"), 0)
        };
        let status = summed(vec![run(0), run(1)], None, at(1_000));
        let offices: Vec<&str> = status.problems.iter().map(|problem| problem.office.as_str()).collect();
        assert_eq!((offices.len(), offices[0], offices[99]), (100, "000", "099"));
        assert_eq!((status.problems_unlisted, status.forms.open, status.oldest_open_seconds), (30, 6, Some(100)));
    }
}
