//! Attendance as callers see it in JSON.

use moffman::attendance::{AttendancePage, Attended, AttendedOffice};
use moffman::domain::attendance::AttendanceKind;
use moffman::domain::attendance_day::{AttendanceDay, PersonIn};
use moffman::domain::reservation::Status;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::reservations::ReservationStatus;
use crate::routes::reservations::answer::ReservationKind;

/// Who is in some offices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttendanceAnswer {
    /// The first day.
    #[schema(format = Date, examples("2026-06-15"))]
    from: String,
    /// The last day.
    #[schema(format = Date, examples("2026-06-21"))]
    to: String,
    /// The offices, by name.
    offices: Vec<OfficeAttendance>,
    /// What to send as `page` for the next offices; null in the last part.
    #[schema(
        required,
        examples("WyI0NzQxZWViMDBiNDMiLHsiYWZ0ZXIiOiJCcm5vIiwiZGF5cyI6IjIwMjYtMDYtMTUvMjAyNi0wNi0yMiJ9XQ")
    )]
    next: Option<String>,
}

/// Who is in an office. It has either `days` or a `problem`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficeAttendance {
    /// The name of the office.
    #[schema(examples("Brno"))]
    office_id: String,
    /// The time zone of its calendar, which its days are of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, examples("Europe/Prague"))]
    time_zone: Option<String>,
    /// Every day of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<DayAttendance>)]
    days: Option<Vec<DayAttendance>>,
    /// Why its calendar cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, examples("there was no time left to read the calendar"))]
    problem: Option<String>,
}

/// A day in an office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayAttendance {
    /// The day.
    #[schema(format = Date, examples("2026-06-18"))]
    date: String,
    /// How many people are in for sure.
    #[schema(examples(1))]
    approved: usize,
    /// How many more will be if they are approved.
    #[schema(examples(0))]
    pending: usize,
    /// Who they are, each once, by name.
    people: Vec<PersonAttendance>,
}

/// A person who is in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonAttendance {
    /// The name, perhaps empty.
    #[schema(examples("Eva Example"))]
    name: String,
    /// Whether it is approved.
    #[serde(with = "ReservationStatus")]
    #[schema(value_type = ReservationStatus)]
    status: Status,
    /// Where it comes from.
    #[serde(with = "ReservationKind")]
    #[schema(value_type = ReservationKind)]
    kind: AttendanceKind,
}

impl From<AttendancePage> for AttendanceAnswer {
    fn from(page: AttendancePage) -> Self {
        let AttendancePage { days, offices, next } = page;
        Self {
            from: days.start().to_string(),
            to: days.last().to_string(),
            offices: offices.into_iter().map(OfficeAttendance::from).collect(),
            next,
        }
    }
}

impl From<AttendedOffice> for OfficeAttendance {
    fn from(office: AttendedOffice) -> Self {
        let AttendedOffice { office_id, outcome } = office;
        match outcome {
            Ok(Attended { time_zone, days }) => {
                let days = Some(days.into_iter().map(DayAttendance::from).collect());
                Self { office_id, time_zone, days, problem: None }
            }
            Err(problem) => Self { office_id, time_zone: None, days: None, problem: Some(problem) },
        }
    }
}

impl From<AttendanceDay> for DayAttendance {
    fn from(day: AttendanceDay) -> Self {
        let people = day.people.iter().cloned();
        Self {
            date: day.date.to_string(),
            approved: day.count(Status::Approved),
            pending: day.count(Status::Pending),
            people: people.map(|PersonIn { name, status, kind }| PersonAttendance { name, status, kind }).collect(),
        }
    }
}
