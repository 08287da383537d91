//! Lists what an office's calendar has: reservations, and days that manual users entered by hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use moffman::domain::reservation::Status;
use moffman::reservations::{self, ReservationsOrder};

use super::ReservationStatus;
use super::answer::ReservationListAnswer;
use crate::api::{ApiState, Lifetime};
use crate::documentation::problems;
use crate::error::{
    ApiError, DIRECTORY_UNAVAILABLE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, INVALID, LOOKS_USED_UP, UNAVAILABLE,
    UNKNOWN_OFFICE,
};
use crate::mistake::RequestMistakes;
use crate::query::Parameters;

/// The parameters of a listing.
const PARAMETERS: [&str; 6] = ["office_id", "from", "to", "status", "limit", "page"];
/// How many a page has if nobody chose, and at most.
const LIMITS: (usize, usize) = (250, 1_000);

problems! {
    /// How a listing fails.
    ListReservationsProblems:
    [INVALID, UNKNOWN_OFFICE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, LOOKS_USED_UP, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// List reservations
///
/// What the office's calendar has on some days: reservations of callers, and days that manual users entered by hand and
/// that a sweep has approved or would approve. Other events are not shown. At most 30 seconds old.
#[utoipa::path(
    get,
    tag = "reservations",
    path = "/api/v1/reservations",
    operation_id = "list_reservations",
    params(
        ("office_id" = String, Query, description = "The name of the office", example = "Brno"),
        ("from" = Option<String>, Query, format = Date, description = "The first day; today in UTC if it is not given"),
        (
            "to" = Option<String>,
            Query,
            format = Date,
            description = "The last day, at most 91 days after the first; 14 days after it if it is not given"
        ),
        ("status" = inline(Option<ReservationStatus>), Query, description = "Only those with this status"),
        ("page" = Option<String>, Query, description = "`next` of an earlier answer"),
        ("limit" = Option<u32>, Query, description = "How many at most; 250 if it is not given", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "A part of the listing", body = ReservationListAnswer), ListReservationsProblems
    )
)]
pub(crate) async fn list(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    RawQuery(query): RawQuery,
) -> Result<Json<ReservationListAnswer>, ApiError> {
    let mut mistakes = RequestMistakes::default();
    let parameters = Parameters::read(query.as_deref(), &PARAMETERS, &mut mistakes);
    let order = ReservationsOrder {
        office: parameters.needed("office_id", &mut mistakes),
        days: parameters.days(&mut mistakes),
        status: parameters.meaning("status", status, &mut mistakes),
        page: parameters.page(),
        limit: parameters.limit(LIMITS.0, LIMITS.1, &mut mistakes),
        deadline: api.deadline(lifetime),
    };
    parameters.compare(order.days, |days| days.of_list(api.today()), &mut mistakes);
    mistakes.none()?;
    Ok(Json(reservations::list(&api.app, &order).await?.into()))
}

fn status(text: &str) -> Result<Status, &'static str> {
    match text {
        "pending" => Ok(Status::Pending),
        "approved" => Ok(Status::Approved),
        _ => Err("must be pending or approved"),
    }
}
