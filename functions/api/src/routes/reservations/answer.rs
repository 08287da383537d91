//! Reservations and days entered by hand as callers see them.

use moffman::domain::attendance::AttendanceKind;
use moffman::domain::ended::HowEnded;
use moffman::domain::form::ShownState;
use moffman::domain::reservation::Status;
use moffman::reservations::{EndedReservation, FoundReservation, ReservationForm, ReservationsPage, ShownReservation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::instant::instant;
use crate::routes::forms::answer::FormState;

/// A part of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservationListAnswer {
    /// By first day, then by id; fewer than `limit` do not mean that there are no more.
    reservations: Vec<ReservationItem>,
    /// What to send as `page` for the next part; null in the last one.
    #[schema(
        required,
        examples(
            "WyIzOGZmZjM1NTQyODQiLHsiYWZ0ZXIiOlsiMjAyNi0wNi0xOCIsIjMwZjM1NTJiOWEyNzUxZTY5NDAxZDYzZmNhMDY1YTExIl0sImRheXMiOiIyMDI2LTA2LTE1LzIwMjYtMDYtMzAiLCJudW1iZXIiOjAsInBhZ2UiOm51bGx9XQ"
        )
    )]
    next: Option<String>,
    /// How many events were left out because they cannot be understood.
    #[schema(examples(0))]
    unreadable: usize,
}

/// A reservation, or a day that a manual user entered by hand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservationItem {
    /// The id of the event.
    #[schema(examples("30f3552b9a2751e69401d63fca065a11"))]
    id: String,
    /// The name of the office.
    #[schema(examples("Brno"))]
    office_id: String,
    /// Where it comes from.
    #[serde(with = "ReservationKind")]
    #[schema(value_type = ReservationKind)]
    kind: AttendanceKind,
    /// What it is. Lists have only pending and approved ones.
    status: ItemStatus,
    /// The person's name, perhaps empty; of a day entered by hand as the list of manual users has it; null once it is ended.
    #[schema(required, examples("Eva Example"))]
    name: Option<String>,
    /// The first day.
    #[schema(format = Date, examples("2026-06-18"))]
    start: String,
    /// The day after the last one.
    #[schema(format = Date, examples("2026-06-19"))]
    end: String,
    /// Where a person can look at the event.
    #[schema(required, examples("https://www.google.com/calendar/event?eid=example"))]
    url: Option<String>,
    /// When the event last changed.
    #[schema(required, format = DateTime, examples("2026-06-15T08:30:00Z"))]
    updated: Option<String>,
    /// The version of the event.
    #[schema(required, examples("\"3563208000000000\""))]
    pub(super) etag: Option<String>,
    /// The approval form of a day entered by hand; null of reservations, and while nobody has sent it.
    #[schema(required)]
    form: Option<ReservationFormItem>,
    /// When it was rejected or cancelled over the API; null while it is not.
    #[schema(required, format = DateTime, examples("2026-06-15T09:30:00Z"))]
    ended: Option<String>,
    /// Why it was rejected, if anybody has said it.
    #[schema(required, examples("The office is being painted."))]
    reason: Option<String>,
}

/// What a reservation, or a day entered by hand, is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ItemStatus {
    /// Not approved yet.
    Pending,
    /// Approved.
    Approved,
    /// Ended over the API before it was approved.
    Rejected,
    /// Ended over the API.
    Cancelled,
}

/// An approval form in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservationFormItem {
    /// Its id in `/forms`.
    #[schema(examples(
        "Y2ZjM2E3NDFjZDI0MGZjNzhmMjM2ZWRmZjBkN2Y1Zjk4MzE5YmY5OTIyMjlkYzE5MTk4MzNmYmRiMmU4Y2M1NS8yMDI2LTA2LTE4LzIwMjYtMDYtMTk"
    ))]
    id: String,
    /// How far it has come.
    #[serde(with = "FormState")]
    #[schema(value_type = FormState)]
    state: ShownState,
}

/// Where somebody's days come from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "AttendanceKind", rename_all = "snake_case")]
pub(crate) enum ReservationKind {
    /// A caller registered them.
    Reservation,
    /// A manual user entered them by hand.
    Manual,
}

impl From<ReservationsPage> for ReservationListAnswer {
    fn from(page: ReservationsPage) -> Self {
        let ReservationsPage { reservations, next, unreadable } = page;
        Self { reservations: reservations.into_iter().map(ReservationItem::from).collect(), next, unreadable }
    }
}

impl From<ShownReservation> for ReservationItem {
    fn from(shown: ShownReservation) -> Self {
        let ShownReservation { office_id, attendance, form } = shown;
        Self {
            id: attendance.id.into(),
            office_id,
            kind: attendance.kind,
            status: match attendance.status {
                Status::Pending => ItemStatus::Pending,
                Status::Approved => ItemStatus::Approved,
            },
            name: Some(attendance.name),
            start: attendance.days.start().to_string(),
            end: attendance.days.end().to_string(),
            url: attendance.url,
            updated: attendance.updated.map(instant),
            etag: Some(attendance.etag.to_string()).filter(|etag| !etag.is_empty()),
            form: form.map(|ReservationForm { id, state }| ReservationFormItem { id, state }),
            ended: None,
            reason: None,
        }
    }
}

impl From<EndedReservation> for ReservationItem {
    fn from(ended: EndedReservation) -> Self {
        let EndedReservation { id, office_id, end } = ended;
        Self {
            id: id.into(),
            office_id,
            kind: AttendanceKind::Reservation,
            status: match end.how {
                HowEnded::Rejected => ItemStatus::Rejected,
                HowEnded::Cancelled => ItemStatus::Cancelled,
            },
            name: None,
            start: end.days.start().to_string(),
            end: end.days.end().to_string(),
            url: None,
            updated: None,
            etag: None,
            form: None,
            ended: Some(instant(end.at)),
            reason: end.reason,
        }
    }
}

impl From<FoundReservation> for ReservationItem {
    fn from(found: FoundReservation) -> Self {
        match found {
            FoundReservation::Present(shown) => shown.into(),
            FoundReservation::Ended(ended) => ended.into(),
        }
    }
}
