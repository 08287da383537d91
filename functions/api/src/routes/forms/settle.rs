//! Lets a person settle a form that the sweeps leave open. Every decision is safe to repeat.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use moffman::domain::form::Outcome;
use moffman::forms::{self, DiscardOrder, FormsError, ResendOrder, ShownForm};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::ListedForm;
use crate::api::{ApiState, Lifetime};
use crate::body::Body;
use crate::change::{FailedChange, NotedChange};
use crate::documentation::problems;
use crate::error::{
    ApiError, DIRECTORY_UNAVAILABLE, FORM_DISCARDED, FORM_IN_PROGRESS, FORM_ISSUED, NO_EVENT, NO_SUCH_FORM,
    NOT_REGISTERED, OF_BODY, ProblemKind, UNAVAILABLE,
};
use crate::member::{BodyContent, BodyMember, TEXT};
use crate::mistake::RequestMistakes;

/// How to send a form again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendRequest {
    /// Send a copy of a form that was issued or discarded; not if it is not said. The form itself stays what it is.
    #[schema(value_type = Option<bool>, examples(false))]
    again: BodyMember<Option<bool>>,
}

impl BodyContent for ResendRequest {
    const IS_STRICT: bool = true;
}

/// Why a form is discarded.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscardRequest {
    /// How it ended; `arrived` if it is not said.
    #[schema(value_type = Option<FormOutcome>)]
    outcome: BodyMember<Option<FormOutcome>>,
}

impl BodyContent for DiscardRequest {
    const IS_STRICT: bool = true;
}

/// How a form ended. `arrived`: it counts as issued for every event that asks for it. `not_wanted`: the events that
/// have asked for it are approved without it, and it is sent when another event asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FormOutcome {
    Arrived,
    NotWanted,
}

impl BodyContent for FormOutcome {
    const KIND: &str = TEXT;
}

impl From<FormOutcome> for Outcome {
    fn from(outcome: FormOutcome) -> Self {
        match outcome {
            FormOutcome::Arrived => Self::Arrived,
            FormOutcome::NotWanted => Self::NotWanted,
        }
    }
}

/// How both decisions fail.
const OF_BOTH: [ProblemKind; 6] =
    [NO_SUCH_FORM, FORM_IN_PROGRESS, FORM_ISSUED, FORM_DISCARDED, DIRECTORY_UNAVAILABLE, UNAVAILABLE];

problems! {
    /// How sending a form again fails.
    ResendProblems: OF_BODY, OF_BOTH, [NOT_REGISTERED, NO_EVENT]
}

problems! {
    /// How discarding a form fails.
    DiscardProblems: OF_BODY, OF_BOTH
}

/// What was decided, and how the form is now.
type Settled = Result<(NotedChange, Json<ListedForm>), FailedChange>;

/// Only a form that is found tells its office.
fn settled(what: &'static str, id: &str, outcome: Result<ShownForm, FormsError>) -> Settled {
    let (change, form) = NotedChange::new(what, None, Some(id)).with(outcome)?;
    let office = form.events.iter().find_map(|event| event.office_id.as_deref());
    Ok((change.in_office(office), Json(form.into())))
}

/// Send a form again
///
/// A form that waits, is in doubt or is held is due at once: the next sweep sends it, once. If it was sent before without a
/// clear answer, two mails are possible. With `again`, a form that was issued or discarded stays so, and the next sweep
/// sends one copy of it.
#[utoipa::path(
    post,
    tag = "forms",
    path = "/api/v1/forms/{form_id}/resend",
    operation_id = "resend_form",
    params(("form_id" = String, Path, description = "The `id` of the form")),
    request_body = Option<ResendRequest>,
    responses((status = 200, description = "The form as it is now", body = ListedForm), ResendProblems)
)]
pub(crate) async fn resend(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    form_id: Result<Path<String>, PathRejection>,
    body: Body<Option<ResendRequest>>,
) -> Settled {
    let mut mistakes = RequestMistakes::default();
    let wire = body.get(&mut mistakes).unwrap_or_default();
    let again = wire.again.get("again", &mut mistakes).unwrap_or(false);
    mistakes.none()?;
    let order = ResendOrder { id: known(form_id)?, again, deadline: api.deadline(lifetime) };
    let what = if again { "copy" } else { "resend" };
    settled(what, &order.id, forms::resend(&api.app, &order).await)
}

/// Discard a form
///
/// The form arrived, or is not wanted: it is not sent any more, and the next sweep approves its events.
#[utoipa::path(
    post,
    tag = "forms",
    path = "/api/v1/forms/{form_id}/discard",
    operation_id = "discard_form",
    params(("form_id" = String, Path, description = "The `id` of the form")),
    request_body = Option<DiscardRequest>,
    responses((status = 200, description = "The form as it is now", body = ListedForm), DiscardProblems)
)]
pub(crate) async fn discard(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    form_id: Result<Path<String>, PathRejection>,
    body: Body<Option<DiscardRequest>>,
) -> Settled {
    let mut mistakes = RequestMistakes::default();
    let wire = body.get(&mut mistakes).unwrap_or_default();
    let outcome = wire.outcome.get("outcome", &mut mistakes).map_or(Outcome::Arrived, Outcome::from);
    mistakes.none()?;
    let order = DiscardOrder { id: known(form_id)?, outcome, deadline: api.deadline(lifetime) };
    settled("discard", &order.id, forms::discard(&api.app, &order).await)
}

/// The form's id as text; anything else is the id of no form.
fn known(form_id: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    form_id.map(|Path(form_id)| form_id).map_err(|_| FormsError::NoSuchForm.into())
}
