//! Sweeps now and answers the report.
//!
//! The report names the offices that failed; the request itself still succeeds. The next sweep does what is left when
//! the time is over.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use moffman::sweep::{self, FormCounts, SweepError, SweepOrder, SweepReport, SweepScope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{ApiState, Lifetime};
use crate::body::Body;
use crate::change::{FailedChange, NotedChange};
use crate::documentation::problems;
use crate::error::{DIRECTORY_UNAVAILABLE, OF_BODY, UNAVAILABLE, UNKNOWN_OFFICE};
use crate::member::{BodyContent, BodyMember};
use crate::mistake::RequestMistakes;

/// What to sweep.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepRequest {
    /// The name of the only office to sweep.
    #[schema(value_type = Option<String>, examples("Brno"))]
    office_id: BodyMember<Option<String>>,
    /// Answer what would be done and change nothing; not if it is not said.
    #[schema(value_type = Option<bool>, examples(true))]
    dry_run: BodyMember<Option<bool>>,
}

impl BodyContent for SweepRequest {
    // A misspelt `dry_run` must not sweep everything for real.
    const IS_STRICT: bool = true;
}

/// What a sweep did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SweepAnswer {
    /// Calendars that were swept.
    #[schema(examples(2))]
    offices_swept: usize,
    /// Calendars that failed; `problems` says why.
    #[schema(examples(0))]
    offices_failed: usize,
    /// Events that are approved now.
    #[schema(examples(3))]
    events_approved: usize,
    /// Events that are approved now on a form that was there before they asked for it; `remarks` says on which.
    #[schema(examples(0))]
    events_approved_on_earlier_form: usize,
    /// Open events that need nothing any more.
    #[schema(examples(0))]
    events_closed: usize,
    /// Events that Google does not let us approve; `problems` says why.
    #[schema(examples(0))]
    events_refused: usize,
    /// Events that cannot be read and are left alone until they change; `problems` says why.
    #[schema(examples(0))]
    events_unreadable: usize,
    /// What became of the forms.
    forms: FormAnswer,
    /// Events that still need work.
    #[schema(examples(1))]
    open: usize,
    /// How long the oldest open event has been known, in seconds.
    #[schema(required, examples(5400))]
    oldest_open_seconds: Option<i64>,
    /// What went wrong, by office.
    problems: Vec<OfficeProblem>,
    /// What else a person may want to know, by office.
    remarks: Vec<OfficeRemark>,
    /// What would be done: the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<PlanOfOffice>)]
    plans: Option<Vec<PlanOfOffice>>,
}

/// What became of the forms.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormAnswer {
    /// Forms that were issued.
    #[schema(examples(3))]
    issued: usize,
    /// Forms that the form service refused; they are tried again later.
    #[schema(examples(0))]
    refused: usize,
    /// Forms that were sent without a clear answer.
    #[schema(examples(0))]
    unknown: usize,
    /// Forms that wait for a person to decide.
    #[schema(examples(0))]
    held: usize,
    /// Forms that were not sent because the form service was not reached; they are tried again later.
    #[schema(examples(0))]
    not_reached: usize,
}

/// Something that went wrong in an office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficeProblem {
    /// The name of the office.
    #[schema(examples("Brno"))]
    office: String,
    /// What happened.
    #[schema(examples("there was no time left to read the calendar"))]
    problem: String,
}

/// Something that a person may want to know about an office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficeRemark {
    /// The name of the office.
    #[schema(examples("Brno"))]
    office: String,
    /// What the person may want to know.
    #[schema(examples(
        "event d62ledmiipeg0a3clkpneloopc was approved for 2026-06-18/2026-06-19 on its form that was issued on 2026-06-15"
    ))]
    remark: String,
}

/// What would be done in an office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanOfOffice {
    /// The name of the office.
    #[schema(examples("Brno"))]
    office: String,
    /// One line for each event to work on, and for each reason to leave others alone.
    plan: Vec<String>,
}

impl From<SweepReport> for SweepAnswer {
    fn from(report: SweepReport) -> Self {
        let problems = report.problems.into_iter();
        let remarks = report.remarks.into_iter();
        let plans = report.plans.map(Vec::into_iter);
        Self {
            offices_swept: report.offices_swept,
            offices_failed: report.offices_failed,
            events_approved: report.events_approved,
            events_approved_on_earlier_form: report.events_approved_on_earlier_form,
            events_closed: report.events_closed,
            events_refused: report.events_refused,
            events_unreadable: report.events_unreadable,
            forms: report.forms.into(),
            open: report.open,
            oldest_open_seconds: report.oldest_open_seconds,
            problems: problems.map(|one| OfficeProblem { office: one.office, problem: one.problem }).collect(),
            remarks: remarks.map(|one| OfficeRemark { office: one.office, remark: one.remark }).collect(),
            plans: plans.map(|plans| plans.map(|one| PlanOfOffice { office: one.office, plan: one.plan }).collect()),
        }
    }
}

impl From<FormCounts> for FormAnswer {
    fn from(forms: FormCounts) -> Self {
        let FormCounts { issued, refused, unknown, held, not_reached } = forms;
        Self { issued, refused, unknown, held, not_reached }
    }
}

problems! {
    /// How an ordered sweep fails.
    SweepProblems: OF_BODY, [UNKNOWN_OFFICE, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// Sweep now
///
/// Finds events that manual users made, has their forms issued and approves them. Answers 200 with the report also when
/// offices failed. Without a body, every office is swept; a member of another name is refused.
#[utoipa::path(
    post,
    tag = "sweeps",
    path = "/api/v1/sweeps",
    operation_id = "sweep",
    request_body = Option<SweepRequest>,
    responses((status = 200, description = "What was done and what is left", body = SweepAnswer), SweepProblems)
)]
pub(crate) async fn sweep(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    body: Body<Option<SweepRequest>>,
) -> Result<(Option<NotedChange>, Json<SweepAnswer>), FailedChange> {
    let mut mistakes = RequestMistakes::default();
    let SweepRequest { office_id, dry_run } = body.get(&mut mistakes).unwrap_or_default();
    let office = office_id.get("office_id", &mut mistakes);
    let dry_run = dry_run.get("dry_run", &mut mistakes).unwrap_or(false);
    mistakes.none()?;
    let change = (!dry_run).then(|| NotedChange::new("sweep", office.as_deref(), None));
    let scope = office.map_or(SweepScope::All, SweepScope::Office);
    let order = SweepOrder { scope, dry_run, deadline: api.sweep_deadline(lifetime), share: None };
    let report = match sweep::sweep(&api.app, &order).await {
        Ok(report) => report,
        Err(SweepError::NothingSwept(report)) => *report,
        Err(SweepError::Directory(error)) => return Err(FailedChange::new(change, error)),
    };
    Ok((change, Json(report.into())))
}
