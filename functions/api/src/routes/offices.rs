//! Lists the offices that a reservation may name.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use moffman::directory::{KnownOffice, OfficeSource};
use moffman::offices::{self, DEFAULT_LIMIT, MOST_ON_A_PAGE, OfficesOrder, OfficesPage};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{ApiState, Lifetime};
use crate::documentation::problems;
use crate::error::{ApiError, DIRECTORY_UNAVAILABLE, INVALID, UNAVAILABLE};
use crate::mistake::RequestMistakes;
use crate::query::Parameters;

/// A part of the list of offices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficeListAnswer {
    /// The offices by name, in the order of code points.
    offices: Vec<ListedOffice>,
    /// What to send as `page` for the next part; null in the last one.
    #[schema(required, examples("WyI4MDRkYzgzNzgzNTkiLCJCcm5vIl0"))]
    next: Option<String>,
}

/// An office.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfficeItem)]
pub(crate) struct ListedOffice {
    /// What other requests take as `office_id`.
    #[schema(examples("Brno"))]
    office_id: String,
    /// Where it is entered.
    #[serde(with = "OfficeOrigin")]
    #[schema(value_type = OfficeOrigin)]
    source: OfficeSource,
}

/// Where an office is entered. What is in both is the configuration's.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "OfficeSource", rename_all = "snake_case")]
pub(crate) enum OfficeOrigin {
    Configuration,
    Spreadsheet,
}

impl From<OfficesPage> for OfficeListAnswer {
    fn from(page: OfficesPage) -> Self {
        let offices = page.offices.into_iter();
        let listed = |KnownOffice { office, source }| ListedOffice { office_id: office.name, source };
        Self { offices: offices.map(listed).collect(), next: page.next }
    }
}

problems! {
    /// How the list fails.
    OfficeListProblems: [INVALID, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// List offices
///
/// All that the configuration and the spreadsheet have, by name. Offices that share a calendar are listed each.
#[utoipa::path(
    get,
    tag = "offices",
    path = "/api/v1/offices",
    operation_id = "list_offices",
    params(
        ("limit" = Option<u32>, Query, description = "How many at most; 200 if it is not given", minimum = 1, maximum = 1000),
        ("page" = Option<String>, Query, description = "`next` of an earlier answer"),
    ),
    responses((status = 200, description = "A part of the list", body = OfficeListAnswer), OfficeListProblems)
)]
pub(crate) async fn list(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    RawQuery(query): RawQuery,
) -> Result<Json<OfficeListAnswer>, ApiError> {
    let mut mistakes = RequestMistakes::default();
    let parameters = Parameters::read(query.as_deref(), &["limit", "page"], &mut mistakes);
    let limit = parameters.limit(DEFAULT_LIMIT, MOST_ON_A_PAGE, &mut mistakes);
    mistakes.none()?;
    let order = OfficesOrder { page: parameters.page(), limit, deadline: api.deadline(lifetime) };
    let page = offices::list(&api.app, &order).await?;
    Ok(Json(page.into()))
}
