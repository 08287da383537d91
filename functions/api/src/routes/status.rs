//! Says how the service is doing, by what scheduled sweeps and reloads noted last. Google is not asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, RawQuery, State};
use moffman::domain::role::Role;
use moffman::reload::RowProblem;
use moffman::status::{self, ServiceStatus, ShardStatus, SweepOutcome};
use moffman::store::reload_run::ReloadRun;
use moffman::store::shard_run::LastingProblem;
use serde::Serialize;
use utoipa::ToSchema;

use super::config_update::RangeKept;
use crate::api::ApiState;
use crate::documentation::problems;
use crate::error::{ApiError, INVALID, UNAVAILABLE};
use crate::instant::instant;
use crate::mistake::RequestMistakes;
use crate::query::Parameters;

/// How the service is doing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusAnswer {
    /// What the key that asks may do.
    #[serde(with = "RoleName")]
    #[schema(value_type = RoleName)]
    role: Role,
    /// The last scheduled sweep of each shard; empty before the first one.
    sweeps: Vec<LastSweep>,
    /// The last scheduled reload.
    reload: LastReload,
    /// What is wrong in offices.
    offices: OfficesInTrouble,
    /// The approval forms that are neither issued nor discarded.
    forms: FormNumbers,
}

/// What a key may do. `reader`: read offices, reservations, attendance and the status. `workflow`: also register reservations
/// and decide about them. `operator`: everything.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "Role", rename_all = "snake_case")]
pub(crate) enum RoleName {
    Reader,
    Workflow,
    Operator,
}

/// The last scheduled sweep of a shard.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastSweep {
    /// Which shard of how many, counted from 0.
    #[schema(examples("0-of-1"))]
    shard: String,
    /// When it began.
    #[schema(format = DateTime, examples("2026-06-15T08:00:00Z"))]
    last: String,
    /// How it went.
    #[serde(with = "SweepOutcomeName")]
    #[schema(value_type = SweepOutcomeName)]
    outcome: SweepOutcome,
    /// When the next one is to begin.
    #[schema(format = DateTime, examples("2026-06-15T10:00:00Z"))]
    next_due: String,
    /// Calendars in the shard.
    #[schema(examples(2))]
    offices: usize,
    /// Those of them that could not be read.
    #[schema(examples(0))]
    failed: usize,
}

/// How a sweep went. `ok`: every calendar was read. `partly`: some could not be read. `failed`: nothing was swept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "SweepOutcome", rename_all = "snake_case")]
pub(crate) enum SweepOutcomeName {
    Ok,
    Partly,
    Failed,
}

/// The last scheduled reload; all is null or empty where there is no spreadsheet, and before the first one.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct LastReload {
    /// When it began.
    #[schema(required, format = DateTime, examples("2026-06-15T08:00:00Z"))]
    last: Option<String>,
    /// Whether the spreadsheet was read, whatever its rows are like.
    #[schema(required)]
    outcome: Option<ReloadOutcome>,
    /// When the next one is to begin; null also where reloads are only ordered.
    #[schema(required, format = DateTime, examples("2026-06-15T08:05:00Z"))]
    next_due: Option<String>,
    /// Ranges whose last good content stays in use.
    kept: Vec<RangeKept>,
    /// Rows that were left out, the first 100.
    problems: Vec<RowLeftOut>,
    /// Rows that were left out and are not listed.
    #[schema(examples(0))]
    problems_unlisted: usize,
}

/// How a reload went. `ok`: the spreadsheet was read. `failed`: it could not be read, and what was read before stays in use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReloadOutcome {
    Ok,
    Failed,
}

/// A row that was left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowLeftOut {
    /// The range as configured.
    #[schema(examples("Offices!A2:B"))]
    range: String,
    /// The row's number in the sheet, from 1.
    #[schema(examples(7))]
    row: usize,
    /// What is wrong with it.
    #[schema(examples("the name is missing"))]
    problem: String,
}

/// What is wrong in offices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficesInTrouble {
    /// One for each office, in the order of their names: the first 100.
    problems: Vec<OfficeInTrouble>,
    /// Offices that have problems and are not listed.
    #[schema(examples(0))]
    problems_unlisted: usize,
}

/// What is wrong in an office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficeInTrouble {
    /// The name of the office.
    #[schema(examples("Brno"))]
    office_id: String,
    /// When the first of the sweeps began that had problems in this office one after the other.
    #[schema(format = DateTime, examples("2026-06-15T06:00:00Z"))]
    since: String,
    /// What the last of them said.
    #[schema(examples("there was no time left to read the calendar"))]
    problem: String,
}

/// The approval forms that are neither issued nor discarded, as the last sweeps left them. One that events in two shards
/// ask for counts in both.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormNumbers {
    /// All of them.
    #[schema(examples(3))]
    open: usize,
    /// Those that wait for a person.
    #[schema(examples(1))]
    held: usize,
    /// Those that are sent again later, because the form service refused them or was not reached.
    #[schema(examples(1))]
    waiting: usize,
    /// Those of which nobody knows whether they were issued.
    #[schema(examples(0))]
    in_doubt: usize,
    /// Those that no event asks for any more.
    #[schema(examples(0))]
    without_event: usize,
    /// How long ago the oldest of them was found, in seconds.
    #[schema(required, examples(5400))]
    oldest_open_seconds: Option<i64>,
}

impl StatusAnswer {
    fn new(role: Role, status: ServiceStatus) -> Self {
        let ServiceStatus { sweeps, reload, problems, problems_unlisted, forms, oldest_open_seconds } = status;
        Self {
            role,
            sweeps: sweeps.into_iter().map(LastSweep::from).collect(),
            reload: reload.map(LastReload::from).unwrap_or_default(),
            offices: OfficesInTrouble {
                problems: problems.into_iter().map(OfficeInTrouble::from).collect(),
                problems_unlisted,
            },
            forms: FormNumbers {
                open: forms.open,
                held: forms.held,
                waiting: forms.waiting,
                in_doubt: forms.in_doubt,
                without_event: forms.without_event,
                oldest_open_seconds,
            },
        }
    }
}

impl From<ShardStatus> for LastSweep {
    fn from(sweep: ShardStatus) -> Self {
        let ShardStatus { shard, last, outcome, next_due, offices, failed } = sweep;
        Self { shard, last: instant(last), outcome, next_due: instant(next_due), offices, failed }
    }
}

impl From<ReloadRun> for LastReload {
    fn from(run: ReloadRun) -> Self {
        let outcome = if run.failure.is_none() { ReloadOutcome::Ok } else { ReloadOutcome::Failed };
        Self {
            last: Some(instant(run.ran_at)),
            outcome: Some(outcome),
            next_due: run.due_at.map(instant),
            kept: run.kept.into_iter().map(RangeKept::from).collect(),
            problems: run.problems.into_iter().map(RowLeftOut::from).collect(),
            problems_unlisted: run.problems_unlisted,
        }
    }
}

impl From<RowProblem> for RowLeftOut {
    fn from(RowProblem { range, row, what }: RowProblem) -> Self {
        Self { range, row, problem: what }
    }
}

impl From<LastingProblem> for OfficeInTrouble {
    fn from(LastingProblem { office, since, problem }: LastingProblem) -> Self {
        Self { office_id: office, since: instant(since), problem }
    }
}

problems! {
    /// How the status cannot be told.
    StatusProblems: [INVALID, UNAVAILABLE]
}

/// How the service is doing
///
/// What the last scheduled sweeps and reloads noted; what somebody ordered changes nothing of it. A sweep or reload whose
/// `next_due` is long past has stopped.
#[utoipa::path(
    get,
    tag = "service",
    path = "/api/v1/status",
    operation_id = "get_status",
    responses((status = 200, description = "What was noted last", body = StatusAnswer), StatusProblems)
)]
pub(crate) async fn status(
    State(api): State<Arc<ApiState>>,
    Extension(role): Extension<Role>,
    RawQuery(query): RawQuery,
) -> Result<Json<StatusAnswer>, ApiError> {
    let mut mistakes = RequestMistakes::default();
    Parameters::read(query.as_deref(), &[], &mut mistakes);
    mistakes.none()?;
    Ok(Json(StatusAnswer::new(role, status::status(&api.app).await?)))
}
