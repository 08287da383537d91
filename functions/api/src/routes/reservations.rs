//! Puts a reservation into its office's calendar. Payload and ids are upstream's.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use moffman::domain::reservation::{RequestedReservation, Reservation, Status};
use moffman::reserve::{self, Placed, ReserveOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{ApiState, Lifetime};
use crate::body::Body;
use crate::documentation::problems;
use crate::error::{
    ApiError, CONFLICT, DIRECTORY_UNAVAILABLE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, OF_BODY, UNAVAILABLE,
    UNKNOWN_OFFICE, UNUSABLE,
};
use crate::member::{BodyContent, BodyMember};

/// A day or days in an office, registered or approved.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReservationRequest {
    /// Who will be there.
    #[schema(value_type = Person)]
    user: BodyMember<Person>,
    /// Whether the attendance is approved; an approval is never taken back.
    #[schema(value_type = bool, examples(false))]
    approved: BodyMember<bool>,
    /// The first day.
    #[schema(value_type = String, format = Date, examples("2026-06-18"))]
    start: BodyMember<String>,
    /// The day after the last one. For a single day it may be that day itself.
    #[schema(value_type = String, format = Date, examples("2026-06-19"))]
    end: BodyMember<String>,
    /// When the request was made; any text. The same person, text and dates are the same reservation.
    #[schema(value_type = String, examples("11:38:00 2026/06/15"))]
    request_dt: BodyMember<String>,
    /// The name of the office.
    #[schema(value_type = String, examples("Brno"))]
    office_id: BodyMember<String>,
}

/// The person of a reservation.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Person {
    /// Becomes the title of the event; not blank, without control characters.
    #[schema(value_type = String, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$", examples("Eva Example"))]
    name: BodyMember<String>,
    /// Kept with the event.
    #[schema(value_type = Option<String>, examples("eva@example.com"))]
    email: BodyMember<Option<String>>,
}

impl BodyContent for ReservationRequest {}

impl BodyContent for Person {}

impl TryFrom<ReservationRequest> for RequestedReservation {
    type Error = ApiError;

    fn try_from(wire: ReservationRequest) -> Result<Self, ApiError> {
        let user = wire.user.get("user")?;
        Ok(Self {
            name: user.name.get("user.name")?,
            email: user.email.get("user.email")?,
            approved: wire.approved.get("approved")?,
            start: wire.start.get("start")?,
            end: wire.end.get("end")?,
            request_dt: wire.request_dt.get("request_dt")?,
            office_id: wire.office_id.get("office_id")?,
        })
    }
}

/// The reservation as the calendar has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservationAnswer {
    /// The id of the event.
    #[schema(examples("30f3552b9a2751e69401d63fca065a11"))]
    id: String,
    /// The name of the office.
    #[schema(examples("Brno"))]
    office_id: String,
    /// Whether it is approved.
    #[serde(with = "ReservationStatus")]
    #[schema(value_type = ReservationStatus)]
    status: Status,
    /// The first day; a person may have moved the event.
    #[schema(format = Date, examples("2026-06-18"))]
    start: String,
    /// The day after the last one.
    #[schema(format = Date, examples("2026-06-19"))]
    end: String,
    /// Where a person can look at the event.
    #[schema(examples("https://www.google.com/calendar/event?eid=example"))]
    url: Option<String>,
}

/// Whether a reservation is approved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "Status", rename_all = "snake_case")]
pub(crate) enum ReservationStatus {
    /// Registered, not approved.
    Pending,
    /// Approved.
    Approved,
}

impl From<Placed> for ReservationAnswer {
    fn from(placed: Placed) -> Self {
        let Placed { id, office_id, status, days, url } = placed;
        Self { id: id.into(), office_id, status, start: days.start().to_string(), end: days.end().to_string(), url }
    }
}

problems! {
    /// How a reservation fails.
    ReserveProblems: OF_BODY,
    [CONFLICT, UNUSABLE, UNKNOWN_OFFICE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// Register or approve a reservation
///
/// Safe to repeat: the same reservation has one event. An approved reservation stays approved.
#[utoipa::path(
    post,
    path = "/api/v1/reservations",
    operation_id = "reserve",
    request_body = ReservationRequest,
    responses((status = 200, description = "The reservation as the calendar has it", body = ReservationAnswer), ReserveProblems)
)]
pub(crate) async fn place(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    Body(wire): Body<ReservationRequest>,
) -> Result<Json<ReservationAnswer>, ApiError> {
    let reservation = Reservation::new(wire.try_into()?)?;
    let placed = reserve::place(&api.app, &ReserveOrder { reservation, deadline: api.deadline(lifetime) }).await?;
    Ok(Json(placed.into()))
}
