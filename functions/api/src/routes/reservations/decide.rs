//! Approves, rejects or cancels a reservation by its id. Every decision is safe to repeat.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use moffman::clock::Moment;
use moffman::decide::{self, DecideOrder};
use moffman::domain::decision::{Choice, WantedDecision, WantedVersion};
use moffman::domain::ended::checked_reason;
use moffman::domain::etag::Etag;
use moffman::domain::event_id::EventId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::ReservationDecision;
use super::single::{event_id, needed_office};
use crate::api::{ApiState, Lifetime};
use crate::body::Body;
use crate::change::{FailedChange, NotedChange};
use crate::documentation::problems;
use crate::error::{
    ALREADY_APPROVED, DECISION_IN_PROGRESS, DIRECTORY_UNAVAILABLE, GOOGLE_REFUSED, GOOGLE_UNAVAILABLE, INVALID,
    NO_SUCH_RESERVATION, NOT_A_RESERVATION, OF_BODY, ProblemKind, RESERVATION_CHANGED, RESERVATION_ENDED,
    RESERVATION_IS_A_SERIES, UNAVAILABLE, UNKNOWN_OFFICE,
};
use crate::member::{BodyContent, BodyMember};
use crate::mistake::RequestMistakes;
use crate::query::Parameters;

/// Where the reservation is that is to be approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveRequest {
    /// The name of the office.
    #[schema(value_type = String, examples("Brno"))]
    office_id: BodyMember<String>,
}

impl BodyContent for ApproveRequest {
    const IS_STRICT: bool = true;
}

/// Where the reservation is that is to be rejected, and why.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectRequest {
    /// The name of the office.
    #[schema(value_type = String, examples("Brno"))]
    office_id: BodyMember<String>,
    /// Why, for whoever asks later. Without control characters but line ends.
    #[schema(
        value_type = Option<String>,
        max_length = 500,
        pattern = r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        examples("The office is being painted.")
    )]
    reason: BodyMember<Option<String>>,
}

impl BodyContent for RejectRequest {
    const IS_STRICT: bool = true;
}

/// Which reservation a request decides about, and about which version of it.
#[derive(Debug)]
pub(crate) struct DecisionTarget {
    id: EventId,
    /// What is wrong with the id.
    mistakes: RequestMistakes,
    version: WantedVersion,
    query: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for DecisionTarget {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let mut mistakes = RequestMistakes::default();
        let id = event_id(Path::from_request_parts(parts, state).await, &mut mistakes);
        Ok(Self { id, mistakes, version: wanted_version(&parts.headers), query: parts.uri.query().map(str::to_owned) })
    }
}

impl DecisionTarget {
    /// What the body holds, and what is wrong so far: with the id, with the body, with the query, which has no parameters.
    fn read<T>(&self, body: Body<T>) -> (T, RequestMistakes) {
        let mut mistakes = self.mistakes.clone();
        let wire = body.get(&mut mistakes);
        Parameters::read(self.query.as_deref(), &[], &mut mistakes);
        (wire, mistakes)
    }

    fn order(self, office: String, choice: Choice, deadline: Option<Moment>) -> DecideOrder {
        DecideOrder { office, id: self.id, wanted: WantedDecision { choice, version: self.version }, deadline }
    }
}

/// What `If-Match` names: <https://www.rfc-editor.org/rfc/rfc9110#field.if-match>. What it cannot name is no version.
fn wanted_version(headers: &HeaderMap) -> WantedVersion {
    let lines = headers.get_all(IF_MATCH).iter().map(|line| line.to_str().unwrap_or_default());
    let tags: Vec<Etag> = lines.flat_map(|line| line.split(',')).map(|tag| Etag::from(tag.trim())).collect();
    let is_any = tags.is_empty() || matches!(&*tags, [tag] if **tag == *"*");
    if is_any { WantedVersion::Any } else { WantedVersion::OneOf(tags) }
}

/// What was decided, and how the reservation is now.
type ChangedReservation = Result<(NotedChange, Json<ReservationDecision>), FailedChange>;

async fn answer(api: &ApiState, order: DecideOrder) -> ChangedReservation {
    let what = match order.wanted.choice {
        Choice::Approve => "approve",
        Choice::Reject { .. } => "reject",
        Choice::Cancel => "cancel",
    };
    let change = NotedChange::new(what, Some(&order.office), Some(&order.id));
    let (change, decided) = change.with(decide::decide(&api.app, &order).await)?;
    Ok((change.in_office(Some(&decided.office_id)), Json(decided.into())))
}

/// How each decision fails.
const OF_EACH: [ProblemKind; 10] = [
    NO_SUCH_RESERVATION,
    NOT_A_RESERVATION,
    RESERVATION_IS_A_SERIES,
    RESERVATION_ENDED,
    RESERVATION_CHANGED,
    UNKNOWN_OFFICE,
    GOOGLE_REFUSED,
    GOOGLE_UNAVAILABLE,
    DIRECTORY_UNAVAILABLE,
    UNAVAILABLE,
];

problems! {
    /// How approving a reservation fails.
    ApproveProblems: OF_BODY, OF_EACH
}

problems! {
    /// How rejecting a reservation fails.
    RejectProblems: OF_BODY, OF_EACH, [ALREADY_APPROVED, DECISION_IN_PROGRESS]
}

problems! {
    /// How cancelling a reservation fails.
    CancelProblems: [INVALID, DECISION_IN_PROGRESS], OF_EACH
}

/// Approve a reservation
///
/// A pending reservation is approved. Its days stay, and so does a title that a person gave. One that is approved stays so.
#[utoipa::path(
    post,
    tag = "reservations",
    path = "/api/v1/reservations/{id}/approve",
    operation_id = "approve_reservation",
    params(
        ("id" = String, Path, pattern = "^[A-Za-z0-9_]{1,1024}$", description = "The `id` of the reservation"),
        ("if-match" = Option<String>, Header, nullable = false, description = "Only if it is this version; `*` is any"),
    ),
    request_body = ApproveRequest,
    responses((status = 200, description = "The reservation as it is now", body = ReservationDecision), ApproveProblems)
)]
pub(crate) async fn approve(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    target: DecisionTarget,
    body: Body<ApproveRequest>,
) -> ChangedReservation {
    let (wire, mut mistakes) = target.read(body);
    let office = wire.office_id.get("office_id", &mut mistakes);
    mistakes.none()?;
    answer(&api, target.order(office, Choice::Approve, api.deadline(lifetime))).await
}

/// Reject a reservation
///
/// A pending reservation is ended: its event is deleted, and that is remembered for 400 days, so that a late repetition of
/// its request does not bring it back.
#[utoipa::path(
    post,
    tag = "reservations",
    path = "/api/v1/reservations/{id}/reject",
    operation_id = "reject_reservation",
    params(
        ("id" = String, Path, pattern = "^[A-Za-z0-9_]{1,1024}$", description = "The `id` of the reservation"),
        ("if-match" = Option<String>, Header, nullable = false, description = "Only if it is this version; `*` is any"),
    ),
    request_body = RejectRequest,
    responses((status = 200, description = "The reservation as it is now", body = ReservationDecision), RejectProblems)
)]
pub(crate) async fn reject(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    target: DecisionTarget,
    body: Body<RejectRequest>,
) -> ChangedReservation {
    let (wire, mut mistakes) = target.read(body);
    let reason = wire.reason.get("reason", &mut mistakes).map(checked_reason).transpose();
    let reason = mistakes.keep(reason).flatten();
    let office = wire.office_id.get("office_id", &mut mistakes);
    mistakes.none()?;
    answer(&api, target.order(office, Choice::Reject { reason }, api.deadline(lifetime))).await
}

/// Cancel a reservation
///
/// A reservation, approved or not, is ended: its event is deleted, and that is remembered for 400 days, so that a late
/// repetition of its request does not bring it back.
#[utoipa::path(
    delete,
    tag = "reservations",
    path = "/api/v1/reservations/{id}",
    operation_id = "cancel_reservation",
    params(
        ("id" = String, Path, pattern = "^[A-Za-z0-9_]{1,1024}$", description = "The `id` of the reservation"),
        ("office_id" = String, Query, description = "The name of the office", example = "Brno"),
        ("if-match" = Option<String>, Header, nullable = false, description = "Only if it is this version; `*` is any"),
    ),
    responses((status = 200, description = "The reservation as it is now", body = ReservationDecision), CancelProblems)
)]
pub(crate) async fn cancel(
    State(api): State<Arc<ApiState>>,
    lifetime: Lifetime,
    target: DecisionTarget,
) -> ChangedReservation {
    let mut mistakes = target.mistakes.clone();
    let office = needed_office(target.query.as_deref(), &mut mistakes);
    mistakes.none()?;
    answer(&api, target.order(office, Choice::Cancel, api.deadline(lifetime))).await
}
