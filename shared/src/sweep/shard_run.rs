//! What is noted of a scheduled sweep.

use chrono::{DateTime, Utc};

use super::error::SweepError;
use super::report::{SweepProblem, SweepReport};
use crate::store::shard_run::{LastingProblem, ShardRun};

/// What is noted of a sweep of the schedule with this name, which began then, and of which the next one is due then.
pub fn shard_run(
    schedule: String,
    ran_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    outcome: &Result<SweepReport, SweepError>,
) -> ShardRun {
    let run = ShardRun { schedule, ran_at, due_at, ..ShardRun::default() };
    let (run, report) = match outcome {
        Ok(report) => (ShardRun { swept_at: Some(ran_at), ..run }, Some(report)),
        Err(error) => (ShardRun { failure: Some(error.to_string()), ..run }, error.report()),
    };
    let Some(report) = report else { return run };
    // The problems of a report come office by office.
    let offices = report.problems.chunk_by(|one, next| one.office == next.office);
    ShardRun {
        offices: report.offices_swept + report.offices_failed,
        offices_failed: report.offices_failed,
        problems: offices.filter_map(|problems| lasting(problems, ran_at)).collect(),
        forms: report.open_forms,
        ..run
    }
}

/// The problems of one office as one.
fn lasting(problems: &[SweepProblem], since: DateTime<Utc>) -> Option<LastingProblem> {
    let office = problems.first()?.office.clone();
    let problems: Vec<&str> = problems.iter().map(|problem| problem.problem.as_str()).collect();
    Some(LastingProblem { office, since, problem: problems.join("; ") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::DirectoryError;

    fn report() -> SweepReport {
        let problem = |office: &str, problem: &str| SweepProblem { office: office.into(), problem: problem.into() };
        SweepReport {
            offices_swept: 2,
            offices_failed: 1,
            problems: vec![problem("Brno", "one"), problem("Brno", "two"), problem("Prague", "three")],
            ..SweepReport::default()
        }
    }

    fn noted(outcome: &Result<SweepReport, SweepError>) -> ShardRun {
        shard_run("sweep-0-of-1".to_owned(), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH, outcome)
    }

    #[test]
    fn an_office_has_one_problem_however_much_went_wrong() {
        let run = noted(&Ok(report()));
        let told: Vec<_> = run.problems.iter().map(|one| (one.office.as_str(), one.problem.as_str())).collect();
        assert_eq!(told, [("Brno", "one; two"), ("Prague", "three")]);
        assert_eq!((run.offices, run.offices_failed, run.failure), (3, 1, None));
        assert_eq!(run.swept_at, Some(run.ran_at));
    }

    #[test]
    fn a_sweep_that_failed_says_why_and_what_it_knows() {
        let nothing = noted(&Err(SweepError::NothingSwept(Box::new(report()))));
        assert_eq!((nothing.failure.as_deref(), nothing.problems.len()), (Some("no office could be swept"), 2));
        let unknown = noted(&Err(DirectoryError::Unavailable { retry_after: None }.into()));
        assert_eq!((unknown.swept_at, unknown.offices), (None, 0));
        assert!(unknown.failure.is_some());
    }
}
