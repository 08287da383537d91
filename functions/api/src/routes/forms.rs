//! Shows approval forms that wait, fail or are done, and lets a person settle one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use chrono::{DateTime, SecondsFormat, Utc};
use moffman::forms::{self, Filter, Form, FormsError};
use serde::Serialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use crate::error::{
    ApiError, DIRECTORY_UNAVAILABLE, FORM_DONE, FORM_IN_PROGRESS, INTERNAL, INVALID, NO_SUCH_FORM, TOO_MANY_REQUESTS,
    UNAVAILABLE, UNKNOWN_OFFICE, WRONG_KEY,
};
use crate::query::{Parameters, invalid};
use crate::requests::Lifetime;
use crate::{Api, documentation};

/// The parameters of a listing.
const PARAMETERS: [&str; 4] = ["office_id", "state", "page", "limit"];

/// A part of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormListAnswer {
    /// The forms, office after office; fewer than `limit` do not mean that there are no more.
    forms: Vec<FormItem>,
    /// What to send as `page` for the next part; absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("WyJCcm5vIiwib3BlbiNlMSIsIjIwMjYtMDYtMTgvMjAyNi0wNi0xOSJd"))]
    next: Option<String>,
}

/// An approval form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormItem {
    /// Opaque; the same for as long as the form is known.
    #[schema(examples("YzJiZWYyZTlhYmMwLzIwMjYtMDYtMTgvMjAyNi0wNi0xOS9lMQ"))]
    id: String,
    /// The name of the office.
    #[schema(examples("Brno"))]
    office_id: String,
    /// How far it has come.
    state: FormState,
    /// The first day.
    #[schema(format = Date, examples("2026-06-18"))]
    start: String,
    /// The day after the last one.
    #[schema(format = Date, examples("2026-06-19"))]
    end: String,
    /// The address of the person whose event it is; not known once the event is approved.
    #[schema(examples("eva@example.com"))]
    user_id: Option<String>,
    /// When its event was found; not known once the event is approved.
    #[schema(format = DateTime, examples("2026-06-15T08:00:00Z"))]
    found_at: Option<String>,
    /// How many attempts failed.
    #[schema(examples(3))]
    failures: u32,
    /// When the first of them failed.
    #[schema(format = DateTime, examples("2026-06-15T08:00:00Z"))]
    failing_since: Option<String>,
    /// Before this instant sweeps do not try again.
    #[schema(format = DateTime, examples("2026-06-15T09:00:00Z"))]
    next_try_at: Option<String>,
}

/// How far a form has come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FormState {
    /// It is still to be issued: new, under way, or tried again later.
    Open,
    /// It waits for a person.
    Held,
    /// It needs nothing any more: issued, discarded, or approved without it.
    Done,
}

impl From<Form> for FormItem {
    fn from(form: Form) -> Self {
        let state = match form.state {
            forms::State::Open => FormState::Open,
            forms::State::Held => FormState::Held,
            forms::State::Done => FormState::Done,
        };
        Self {
            id: form.id,
            office_id: form.office_id,
            state,
            start: form.days.start().to_string(),
            end: form.days.end().to_string(),
            user_id: form.user_id,
            found_at: form.found_at.map(instant),
            failures: form.failures.map_or(0, |failures| failures.count),
            failing_since: form.failures.map(|failures| instant(failures.since)),
            next_try_at: form.failures.and_then(|failures| failures.next_try_at).map(instant),
        }
    }
}

fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn filter(parameters: &Parameters) -> Result<Filter, ApiError> {
    let state = match parameters.text("state") {
        None => None,
        Some("open") => Some(forms::State::Open),
        Some("held") => Some(forms::State::Held),
        Some("done") => Some(forms::State::Done),
        Some(_) => return Err(invalid("state", "must be open, held or done")),
    };
    Ok(Filter { office: parameters.text("office_id").map(str::to_owned), state })
}

fn limit(parameters: &Parameters) -> Result<usize, ApiError> {
    let Some(text) = parameters.text("limit") else {
        return Ok(forms::DEFAULT_LIMIT);
    };
    let limit = text.parse().ok().filter(|limit| (1..=forms::MOST_ON_A_PAGE).contains(limit));
    limit.ok_or_else(|| invalid("limit", format!("must be a whole number from 1 to {}", forms::MOST_ON_A_PAGE)))
}

/// How a listing fails.
pub(crate) struct ListProblems;

impl IntoResponses for ListProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documentation::problems(&[
            WRONG_KEY,
            INVALID,
            UNKNOWN_OFFICE,
            TOO_MANY_REQUESTS,
            INTERNAL,
            DIRECTORY_UNAVAILABLE,
            UNAVAILABLE,
        ])
    }
}

/// How settling a form fails.
pub(crate) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documentation::problems(&[
            WRONG_KEY,
            NO_SUCH_FORM,
            FORM_IN_PROGRESS,
            FORM_DONE,
            TOO_MANY_REQUESTS,
            INTERNAL,
            DIRECTORY_UNAVAILABLE,
            UNAVAILABLE,
        ])
    }
}

/// List approval forms
///
/// Those that wait, fail or are held, and those that were done in the last 400 days. What changes while somebody goes
/// from page to page may be missed.
#[utoipa::path(
    get,
    path = "/api/v1/forms",
    operation_id = "list_forms",
    params(
        ("office_id" = Option<String>, Query, description = "Only those of this office"),
        ("state" = Option<FormState>, Query, description = "Only those that have come this far"),
        ("page" = Option<String>, Query, description = "`next` of an earlier answer"),
        ("limit" = Option<u32>, Query, description = "How many at most; 50 if it is not given", minimum = 1, maximum = 200),
    ),
    responses((status = 200, description = "A part of the listing", body = FormListAnswer), ListProblems)
)]
pub(crate) async fn list(
    State(api): State<Arc<Api>>,
    lifetime: Lifetime,
    RawQuery(query): RawQuery,
) -> Result<Json<FormListAnswer>, ApiError> {
    let parameters = Parameters::read(query.as_deref(), &PARAMETERS)?;
    let (filter, limit) = (filter(&parameters)?, limit(&parameters)?);
    let page = forms::list(&api.app, &filter, parameters.text("page"), limit, api.deadline(lifetime)).await?;
    Ok(Json(FormListAnswer { forms: page.forms.into_iter().map(FormItem::from).collect(), next: page.next }))
}

/// Send a form again
///
/// A form that is held, or waits after a failure, is sent by the next sweep. If it was sent before without a clear answer,
/// two mails are possible.
#[utoipa::path(
    post,
    path = "/api/v1/forms/{form_id}/resend",
    operation_id = "resend_form",
    params(("form_id" = String, Path, description = "The `id` of the form")),
    responses((status = 200, description = "The form as it is now", body = FormItem), Problems)
)]
pub(crate) async fn resend(
    State(api): State<Arc<Api>>,
    lifetime: Lifetime,
    form_id: Result<Path<String>, PathRejection>,
) -> Result<Json<FormItem>, ApiError> {
    let form = forms::resend(&api.app, &known(form_id)?, api.deadline(lifetime)).await?;
    Ok(Json(form.into()))
}

/// Discard a form
///
/// The form arrived, or is not wanted: it is not sent any more, and the next sweep approves its event.
#[utoipa::path(
    post,
    path = "/api/v1/forms/{form_id}/discard",
    operation_id = "discard_form",
    params(("form_id" = String, Path, description = "The `id` of the form")),
    responses((status = 200, description = "The form as it is now", body = FormItem), Problems)
)]
pub(crate) async fn discard(
    State(api): State<Arc<Api>>,
    lifetime: Lifetime,
    form_id: Result<Path<String>, PathRejection>,
) -> Result<Json<FormItem>, ApiError> {
    let form = forms::discard(&api.app, &known(form_id)?, api.deadline(lifetime)).await?;
    Ok(Json(form.into()))
}

/// What is no text is the id of no form.
fn known(form_id: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    form_id.map(|Path(form_id)| form_id).map_err(|_| FormsError::NoSuchForm.into())
}
