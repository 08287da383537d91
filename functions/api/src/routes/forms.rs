//! Shows approval forms: those that wait for a sweep or a person, and those that are settled.

pub(super) mod answer;
pub(super) mod settle;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use moffman::forms::{self, DEFAULT_LIMIT, Filter, ListOrder, MOST_ON_A_PAGE, ShownState};
use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use utoipa::ToSchema;

use self::answer::{FormListAnswer, ListedForm};
use crate::api::{ApiState, Lifetime};
use crate::documentation::problems;
use crate::error::{ApiError, DIRECTORY_UNAVAILABLE, INVALID, UNAVAILABLE, UNKNOWN_OFFICE};
use crate::mistake::RequestMistakes;
use crate::query::Parameters;

/// The parameters of a listing.
const PARAMETERS: [&str; 4] = ["office_id", "state", "page", "limit"];

/// Which forms to list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StateParameter {
    Open,
    Due,
    Sending,
    Waiting,
    InDoubt,
    Held,
    Issued,
    Discarded,
}

impl From<StateParameter> for Vec<ShownState> {
    fn from(state: StateParameter) -> Self {
        match state {
            StateParameter::Open => ShownState::OPEN.to_vec(),
            StateParameter::Due => vec![ShownState::Due],
            StateParameter::Sending => vec![ShownState::Sending],
            StateParameter::Waiting => vec![ShownState::Waiting],
            StateParameter::InDoubt => vec![ShownState::InDoubt],
            StateParameter::Held => vec![ShownState::Held],
            StateParameter::Issued => vec![ShownState::Issued],
            StateParameter::Discarded => vec![ShownState::Discarded],
        }
    }
}

fn states(text: &str) -> Result<Vec<ShownState>, &'static str> {
    let state = StateParameter::deserialize(text.into_deserializer()).map(Vec::from);
    state.map_err(
        |_: serde::de::value::Error| "must be open, due, sending, waiting, in_doubt, held, issued or discarded",
    )
}

problems! {
    /// How a listing fails.
    ListProblems: [INVALID, UNKNOWN_OFFICE, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// List approval forms
///
/// Those that wait for a sweep or a person, and those that were issued or discarded in the last 400 days. A form is for a
/// person and days, and listed once, under the first office that has one of its events. What changes while somebody goes
/// from page to page may be missed.
#[utoipa::path(
    get,
    tag = "forms",
    path = "/api/v1/forms",
    operation_id = "list_forms",
    params(
        ("office_id" = Option<String>, Query, description = "Only those that an event of this office asked for"),
        (
            "state" = inline(Option<StateParameter>),
            Query,
            description = "Only those in this state; `open` are all but issued and discarded ones"
        ),
        ("page" = Option<String>, Query, description = "`next` of an earlier answer"),
        ("limit" = Option<u32>, Query, description = "How many at most; 50 if it is not given", minimum = 1, maximum = 200),
    ),
    responses((status = 200, description = "A part of the listing", body = FormListAnswer), ListProblems)
)]
pub(crate) async fn list(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    RawQuery(query): RawQuery,
) -> Result<Json<FormListAnswer>, ApiError> {
    let mut mistakes = RequestMistakes::default();
    let parameters = Parameters::read(query.as_deref(), &PARAMETERS, &mut mistakes);
    let order = ListOrder {
        filter: Filter {
            office: parameters.text("office_id").map(str::to_owned),
            states: parameters.meaning("state", states, &mut mistakes).unwrap_or_default(),
        },
        page: parameters.page(),
        limit: parameters.limit(DEFAULT_LIMIT, MOST_ON_A_PAGE, &mut mistakes),
        deadline: api.deadline(lifetime),
    };
    mistakes.none()?;
    let page = forms::list(&api.app, &order).await?;
    Ok(Json(FormListAnswer { forms: page.forms.into_iter().map(ListedForm::from).collect(), next: page.next }))
}
