//! Puts a reservation into its office's calendar. Payload and ids are upstream's.

pub(super) mod answer;
pub(super) mod decide;
pub(super) mod listing;
pub(super) mod single;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{Extensions, HeaderName};
use axum::response::AppendHeaders;
use lambda_http::RequestExt as _;
use moffman::domain::reservation::{RequestedReservation, Reservation, Status};
use moffman::reserve::{self, Placed, ReserveOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{ApiState, Lifetime};
use crate::body::Body;
use crate::change::{FailedChange, NotedChange};
use crate::documentation::problems;
use crate::error::{
    CONFLICT, DIRECTORY_UNAVAILABLE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, OF_BODY, RESERVATION_ENDED, UNAVAILABLE,
    UNKNOWN_OFFICE, UNUSABLE,
};
use crate::member::{BodyContent, BodyMember};
use crate::mistake::RequestMistakes;
use crate::uri::encoded;

/// A day or days in an office, registered or approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
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
    /// Bring the reservation back although it was rejected or cancelled over the API; not if it is not said.
    #[schema(value_type = Option<bool>, examples(false))]
    reopen: BodyMember<Option<bool>>,
}

/// The person of a reservation.
#[derive(Debug, Default, Deserialize, ToSchema)]
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

impl ReservationRequest {
    /// What was asked for, and whether it is to be reopened.
    fn read(self, mistakes: &mut RequestMistakes) -> (RequestedReservation, bool) {
        let reopen = self.reopen.get("reopen", mistakes).unwrap_or(false);
        let user = self.user.get("user", mistakes);
        let requested = RequestedReservation {
            name: user.name.get("user.name", mistakes),
            email: user.email.get("user.email", mistakes),
            approved: self.approved.get("approved", mistakes),
            start: self.start.get("start", mistakes),
            end: self.end.get("end", mistakes),
            request_dt: self.request_dt.get("request_dt", mistakes),
            office_id: self.office_id.get("office_id", mistakes),
        };
        (requested, reopen)
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
    #[schema(required, examples("https://www.google.com/calendar/event?eid=example"))]
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
        let Placed { id, office_id, status, days, url, is_new: _ } = placed;
        Self { id: id.into(), office_id, status, start: days.start().to_string(), end: days.end().to_string(), url }
    }
}

/// Where the reservation is, seen from the address that it was sent to: what stands before that, such as a stage, stays.
/// A gateway overlooks a slash at the end of the address, but whoever follows the location does not.
fn location(placed: &Placed, sent_to: &str) -> (HeaderName, String) {
    let step = if sent_to.ends_with('/') { "" } else { "reservations/" };
    (LOCATION, format!("{step}{}?office_id={}", placed.id, encoded(&placed.office_id)))
}

problems! {
    /// How a reservation fails.
    ReserveProblems: OF_BODY,
    [CONFLICT, UNUSABLE, RESERVATION_ENDED, UNKNOWN_OFFICE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, DIRECTORY_UNAVAILABLE, UNAVAILABLE]
}

/// Register or approve a reservation
///
/// Safe to repeat: the same reservation has one event. An approved reservation stays approved, and one that was rejected or
/// cancelled over the API stays so unless it is to be reopened.
#[utoipa::path(
    post,
    tag = "reservations",
    path = "/api/v1/reservations",
    operation_id = "place_reservation",
    request_body = ReservationRequest,
    responses(
        (
            status = 200,
            description = "The reservation as the calendar has it",
            body = ReservationAnswer,
            headers(("location" = String, description = "Where a new reservation is, relative to this address; absent otherwise"))
        ),
        ReserveProblems,
    )
)]
pub(crate) async fn place(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    extensions: Extensions,
    body: Body<ReservationRequest>,
) -> Result<(NotedChange, AppendHeaders<Option<(HeaderName, String)>>, Json<ReservationAnswer>), FailedChange> {
    let mut mistakes = RequestMistakes::default();
    let (requested, reopen) = body.get(&mut mistakes).read(&mut mistakes);
    let reservation = mistakes.settle(Reservation::new(requested))?;
    let order = ReserveOrder { reservation, reopen, deadline: api.deadline(lifetime) };
    let what = match order.reservation.status() {
        Status::Pending => "register",
        Status::Approved => "approve",
    };
    let change = NotedChange::new(what, Some(order.reservation.office_id()), Some(&order.reservation.event_id()));
    let (change, placed) = change.with(reserve::place(&api.app, &order).await)?;
    let location = placed.is_new.then(|| location(&placed, extensions.raw_http_path()));
    Ok((change.in_office(Some(&placed.office_id)), AppendHeaders(location), Json(placed.into())))
}
