//! Settles a form as a person decided.
//!
//! A decision is safe to repeat: the answer to the first may have been lost, also between DynamoDB and us.

use chrono::{DateTime, Utc};

use super::id::FormId;
use super::{Form, FormsError, State, offices};
use crate::app::Moffman;
use crate::google::Budget;
use crate::store::form_list::Decision;
use crate::store::open_record::OpenRecord;
use crate::telemetry::digest;

/// How often a record that changes meanwhile is read again.
const MOST_ROUNDS: usize = 4;

/// Makes a form due at once that is held, or waits after a failure: the next sweep sends it.
pub async fn resend(app: &Moffman, id: &str, deadline: Option<DateTime<Utc>>) -> Result<Form, FormsError> {
    settle(app, id, Decision::Resend, deadline).await
}

/// Notes that a form is not to be sent, because it arrived or is not wanted: the next sweep approves its event without.
pub async fn discard(app: &Moffman, id: &str, deadline: Option<DateTime<Utc>>) -> Result<Form, FormsError> {
    settle(app, id, Decision::Discard, deadline).await
}

async fn settle(
    app: &Moffman,
    id: &str,
    decision: Decision,
    deadline: Option<DateTime<Utc>>,
) -> Result<Form, FormsError> {
    let FormId { calendar, event, days } = FormId::read(id).ok_or(FormsError::NoSuchForm)?;
    let everything = app.directory.everything(&app.google, &Budget { deadline, pace: None }).await?;
    let office = offices(&everything).into_iter().find(|office| digest(office.calendar_id.key()) == calendar);
    let office = office.ok_or(FormsError::NoSuchForm)?;
    let calendar_id = &office.calendar_id;
    let mut is_decided = false;
    for _ in 0..MOST_ROUNDS {
        let record = app.store.read_open(calendar_id, &event).await?;
        let Some(record) = record.filter(|record| record.days == days || record.issued.contains(&days)) else {
            let is_done = app.store.read_done(calendar_id, &event).await?.contains(&days);
            return match (is_done, is_decided) {
                (true, true) => Ok(Form::done(&office, &event, days)),
                (true, false) => Err(FormsError::Done),
                (false, _) => Err(FormsError::NoSuchForm),
            };
        };
        let form = Form::of_record(&office, &event, days, &record, &everything);
        match form.state {
            State::Done if is_decided => return Ok(form),
            State::Done => return Err(FormsError::Done),
            State::Open | State::Held if record.is_claimed(app.clock.now()) => return Err(FormsError::InProgress),
            State::Open if decision == Decision::Resend && is_due(&record) => return Ok(form),
            State::Open | State::Held => {}
        }
        is_decided = true;
        if let Some(record) = app.store.decide(calendar_id, &record, decision, app.clock.now()).await? {
            tracing::info!(office.digest = calendar, decision = ?decision, "a person settled a form");
            return Ok(Form::of_record(&office, &event, days, &record, &everything));
        }
    }
    Err(FormsError::Contended)
}

/// Whether the next sweep sends the form anyway.
fn is_due(record: &OpenRecord) -> bool {
    record.current_failures().is_none() && !record.unsettled.contains(&record.days)
}
