//! Shows one reservation, or one day that a manual user entered by hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use moffman::domain::event_id::EventId;
use moffman::reservations::{self, ReservationOrder};

use super::answer::ReservationItem;
use crate::api::{ApiState, Lifetime};
use crate::documentation::problems;
use crate::error::{
    ApiError, DIRECTORY_UNAVAILABLE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, INVALID, LOOKS_USED_UP, NO_SUCH_RESERVATION,
    UNAVAILABLE, UNKNOWN_OFFICE,
};
use crate::mistake::{MistakePlace, RequestMistake, RequestMistakes};
use crate::query::Parameters;

/// The longest id of an event, in characters.
const LONGEST_ID: usize = 1_024;

problems! {
    /// How looking at one fails.
    FindReservationProblems:
    [NO_SUCH_RESERVATION, INVALID, UNKNOWN_OFFICE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, LOOKS_USED_UP,
     DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// Show a reservation
///
/// A reservation, or a day that a manual user entered by hand, as Google has it now. A reservation that was rejected or
/// cancelled over the API in the last 400 days is answered from memory.
#[utoipa::path(
    get,
    tag = "reservations",
    path = "/api/v1/reservations/{id}",
    operation_id = "get_reservation",
    params(
        ("id" = String, Path, pattern = "^[A-Za-z0-9_]{1,1024}$", description = "The `id` of the reservation"),
        ("office_id" = String, Query, description = "The name of the office", example = "Brno"),
    ),
    responses(
        (
            status = 200,
            description = "The reservation",
            body = ReservationItem,
            headers(("etag" = String, description = "The version of the event"))
        ),
        FindReservationProblems
    )
)]
pub(crate) async fn find(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, ApiError> {
    let mut mistakes = RequestMistakes::default();
    let id = event_id(id, &mut mistakes);
    let office = needed_office(query.as_deref(), &mut mistakes);
    mistakes.none()?;
    let order = ReservationOrder { office, id, deadline: api.deadline(lifetime) };
    let item = ReservationItem::from(reservations::find(&api.app, &order).await?);
    let etag = item.etag.clone().map(|etag| [(ETAG, etag)]);
    Ok((etag, Json(item)))
}

/// The id in a path.
pub(super) fn event_id(id: Result<Path<String>, PathRejection>, mistakes: &mut RequestMistakes) -> EventId {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let is_of_ids = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(is_of_ids) {
        let what = "must be 1 to 1024 of the characters A-Z, a-z, 0-9 and _";
        mistakes.add(RequestMistake::unread(MistakePlace::parameter("id"), what));
    }
    id.into()
}

/// The only parameter of a query: the name of the office.
pub(super) fn needed_office(query: Option<&str>, mistakes: &mut RequestMistakes) -> String {
    Parameters::read(query, &["office_id"], mistakes).needed("office_id", mistakes)
}
