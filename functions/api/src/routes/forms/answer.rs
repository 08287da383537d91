//! A form and its events as callers see them.

use moffman::forms::{ShownEvent, ShownForm, ShownState, ShownStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::instant::instant;

/// A part of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormListAnswer {
    /// The forms, office after office; fewer than `limit` do not mean that there are no more.
    pub(super) forms: Vec<ListedForm>,
    /// What to send as `page` for the next part; null in the last one.
    #[schema(
        required,
        examples(
            "WyI4YmVjODc1N2Y2NjIiLHsiZGF5cyI6IjIwMjYtMDYtMTgvMjAyNi0wNi0xOSIsIm9mZmljZSI6IkJybm8iLCJwZXJzb24iOiJjZmMzYTc0MWNkMjQwZmM3OGYyMzZlZGZmMGQ3ZjVmOTgzMTliZjk5MjIyOWRjMTkxOTgzM2ZiZGIyZThjYzU1In1d"
        )
    )]
    pub(super) next: Option<String>,
}

/// An approval form: for a person and days, whatever events ask for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormItem)]
pub(crate) struct ListedForm {
    /// Opaque; the same for as long as the form is known.
    #[schema(examples(
        "Y2ZjM2E3NDFjZDI0MGZjNzhmMjM2ZWRmZjBkN2Y1Zjk4MzE5YmY5OTIyMjlkYzE5MTk4MzNmYmRiMmU4Y2M1NS8yMDI2LTA2LTE4LzIwMjYtMDYtMTk"
    ))]
    id: String,
    /// How far it has come.
    #[serde(with = "FormState")]
    #[schema(value_type = FormState)]
    state: ShownState,
    /// The address of its person as the list of manual users has it; in one plain spelling when it is not there any more.
    #[schema(examples("eva@example.com"))]
    user_id: String,
    /// The first day.
    #[schema(format = Date, examples("2026-06-18"))]
    start: String,
    /// The day after the last one.
    #[schema(format = Date, examples("2026-06-19"))]
    end: String,
    /// How many attempts failed since it was asked for, or since a person had it sent again.
    #[schema(examples(3))]
    failures: u32,
    /// When the first failed attempt failed.
    #[schema(required, format = DateTime, examples("2026-06-15T08:00:00Z"))]
    failing_since: Option<String>,
    /// Sweeps do not try again before this instant; only while the form is `waiting` or `in_doubt`.
    #[schema(required, format = DateTime, examples("2026-06-15T09:00:00Z"))]
    next_try_at: Option<String>,
    /// How many mails may have gone out, with copies; a mail that was refused is none.
    #[schema(examples(1))]
    mails: u32,
    /// When it was issued.
    #[schema(required, format = DateTime, examples("2026-06-15T10:00:00Z"))]
    issued_at: Option<String>,
    /// The last 50 events that asked for it.
    events: Vec<FormEvent>,
}

/// An event that asked for a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormEvent {
    /// The name of its office; null when no office has its calendar any more.
    #[schema(required, examples("Brno"))]
    office_id: Option<String>,
    /// Its id in the calendar.
    #[schema(examples("d62ledmiipeg0a3clkpneloopc"))]
    event_id: String,
    /// What became of it.
    #[serde(with = "EventStatus")]
    #[schema(value_type = EventStatus)]
    status: ShownStatus,
    /// When it was found; null once it needs nothing any more.
    #[schema(required, format = DateTime, examples("2026-06-15T08:00:00Z"))]
    found_at: Option<String>,
}

/// How far a form has come. `due`: the next sweep sends it. `sending`: it is being sent now. `waiting`: it was refused,
/// or the form service was not reached. `in_doubt`: nobody knows whether it was issued. Sweeps try `waiting` and
/// `in_doubt` ones again, or leave them to a person. `held`: it waits for a person. `issued`: it was issued.
/// `discarded`: a person ended it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "ShownState", rename_all = "snake_case")]
pub(crate) enum FormState {
    Due,
    Sending,
    Waiting,
    InDoubt,
    Held,
    Issued,
    Discarded,
}

/// What became of an event that asked for a form. `open`: it is to be approved. `approved`: it is approved. `refused`:
/// Google does not let it be changed. `gone`: it was deleted, moved to other days, or is nothing to approve any more.
/// `not_registered`: its person is no manual user. `orphaned`: it is open in a calendar that no office has any more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(remote = "ShownStatus", rename_all = "snake_case")]
pub(crate) enum EventStatus {
    Open,
    Approved,
    Refused,
    Gone,
    NotRegistered,
    Orphaned,
}

impl From<ShownForm> for ListedForm {
    fn from(form: ShownForm) -> Self {
        let is_tried_again = matches!(form.state, ShownState::Waiting | ShownState::InDoubt);
        let next_try_at = form.failures.filter(|_| is_tried_again).map(|failures| failures.next_try_at);
        Self {
            id: form.id,
            state: form.state,
            user_id: form.user_id,
            start: form.days.start().to_string(),
            end: form.days.end().to_string(),
            failures: form.failures.map_or(0, |failures| failures.count),
            failing_since: form.failures.map(|failures| instant(failures.since)),
            next_try_at: next_try_at.map(instant),
            mails: form.mails,
            issued_at: form.issued_at.map(instant),
            events: form.events.into_iter().map(FormEvent::from).collect(),
        }
    }
}

impl From<ShownEvent> for FormEvent {
    fn from(event: ShownEvent) -> Self {
        let ShownEvent { office_id, event_id, status, found_at } = event;
        Self { office_id, event_id: event_id.into(), status, found_at: found_at.map(instant) }
    }
}
