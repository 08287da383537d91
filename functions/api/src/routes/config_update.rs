//! Reloads offices and manual users from the spreadsheet. `GET` is for upstream's callers, `POST` for all others.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use moffman::reload::{self, Counted, KeptRange, ReloadOrder, ReloadReport};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{ApiState, Lifetime};
use crate::change::{FailedChange, NotedChange};
use crate::documentation::problems;
use crate::error::{GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, UNAVAILABLE};

/// What the spreadsheet has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfigUpdateAnswer {
    /// The offices' range; zeros where none is configured.
    offices: RangeCounts,
    /// The manual users' range; zeros where none is configured.
    users: RangeCounts,
    /// Rows that were left out, the first 1,000.
    problems: Vec<SheetRowProblem>,
    /// Rows that were left out and are not listed.
    #[schema(examples(0))]
    problems_unlisted: usize,
    /// Ranges whose last good content stays in use.
    kept: Vec<RangeKept>,
    /// Calendars that were subscribed now.
    #[schema(examples(1))]
    subscribed: usize,
    /// Calendars that could not be subscribed; the next reload tries again.
    #[schema(examples(0))]
    subscribe_failures: usize,
    /// Calendars whose subscription is left to the next reload.
    #[schema(examples(0))]
    subscribe_left: usize,
    /// Whether anything is different from before.
    #[schema(examples(true))]
    changed: bool,
}

/// Rows of one range.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RangeCounts {
    /// Rows read.
    #[schema(examples(3))]
    rows: usize,
    /// Entries of the sheet in use.
    #[schema(examples(2))]
    used: usize,
    /// Usable rows that an entry of the configuration overrides.
    #[schema(examples(1))]
    overridden: usize,
}

/// A row that was left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SheetRowProblem {
    /// The range as configured.
    #[schema(examples("Manual users!A2:D"))]
    range: String,
    /// The row's number in the sheet, from 1.
    #[schema(examples(7))]
    row: usize,
    /// What is wrong with it.
    #[schema(examples("the name is missing"))]
    what: String,
}

/// A range whose last good content stays in use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RangeKept {
    /// The range as configured.
    #[schema(examples("Offices!A2:B"))]
    range: String,
    /// Why what it holds now is not used.
    #[schema(examples("the range is empty"))]
    why: String,
}

impl From<ReloadReport> for ConfigUpdateAnswer {
    fn from(report: ReloadReport) -> Self {
        let problems = report.problems.into_iter();
        let kept = report.kept.into_iter();
        Self {
            offices: report.offices.into(),
            users: report.users.into(),
            problems: problems
                .map(|problem| SheetRowProblem { range: problem.range, row: problem.row, what: problem.what })
                .collect(),
            problems_unlisted: report.problems_unlisted,
            kept: kept.map(RangeKept::from).collect(),
            subscribed: report.subscribed,
            subscribe_failures: report.subscribe_failures,
            subscribe_left: report.subscribe_left,
            changed: report.changed,
        }
    }
}

impl From<KeptRange> for RangeKept {
    fn from(KeptRange { range, why }: KeptRange) -> Self {
        Self { range, why }
    }
}

impl From<Counted> for RangeCounts {
    fn from(counted: Counted) -> Self {
        Self { rows: counted.rows, used: counted.used, overridden: counted.overridden }
    }
}

problems! {
    /// How a reload fails. What was loaded before stays in use.
    ReloadProblems: [GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, UNAVAILABLE]
}

/// Reload offices and manual users
///
/// Changes the state of the service although it is a GET: kept for upstream's callers. A bad row is left out and
/// reported. When the sheet cannot be read, what was loaded before stays in use.
#[utoipa::path(
    get,
    tag = "configuration",
    path = "/api/v1/config_update",
    operation_id = "reload_by_get",
    responses((status = 200, description = "What the spreadsheet has", body = ConfigUpdateAnswer), ReloadProblems)
)]
pub(crate) async fn get(
    state: State<Arc<ApiState>>,
    lifetime: Lifetime,
) -> Result<(NotedChange, Json<ConfigUpdateAnswer>), FailedChange> {
    post(state, lifetime).await
}

/// Reload offices and manual users
///
/// A bad row is left out and reported. When the sheet cannot be read, what was loaded before stays in use.
#[utoipa::path(
    post,
    tag = "configuration",
    path = "/api/v1/config_update",
    operation_id = "reload",
    responses((status = 200, description = "What the spreadsheet has", body = ConfigUpdateAnswer), ReloadProblems)
)]
pub(crate) async fn post(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
) -> Result<(NotedChange, Json<ConfigUpdateAnswer>), FailedChange> {
    let order = ReloadOrder { deadline: api.deadline(lifetime) };
    let (change, report) = NotedChange::new("reload", None, None).with(reload::reload(&api.app, &order).await)?;
    Ok((change, Json(report.into())))
}
