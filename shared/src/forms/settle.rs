//! Settles a form as a person decided.
//!
//! A decision is safe to repeat: the answer to the first may have been lost.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::view::{Shown, show};
use super::{Form, FormsError, offices};
use crate::app::Moffman;
use crate::directory::Everything;
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::{After, AskingEvent, FormId, Happening, Outcome, Stays};
use crate::google::Budget;
use crate::store::copy_record::CopyRecord;
use crate::store::form::{FormItem, form_key};
use crate::store::item::{Kept, kept};
use crate::store::write::{Condition, Write, Written};

/// How often a form that changes meanwhile is read again.
const MOST_ROUNDS: usize = 4;

/// Has a form sent by the next sweep that is held, in doubt, or waits after a failure. With `again`, also a copy of one that
/// was issued or discarded.
pub async fn resend(
    app: &Moffman,
    id: &str,
    again: bool,
    deadline: Option<DateTime<Utc>>,
) -> Result<Form, FormsError> {
    let happening = if again { Happening::Again } else { Happening::Resend };
    settle(app, id, &happening, deadline).await
}

/// Ends a form: it arrived, or nobody wants it. The next sweep approves its events without sending it.
pub async fn discard(
    app: &Moffman,
    id: &str,
    outcome: Outcome,
    deadline: Option<DateTime<Utc>>,
) -> Result<Form, FormsError> {
    settle(app, id, &Happening::Discard(outcome), deadline).await
}

async fn settle(
    app: &Moffman,
    id: &str,
    happening: &Happening,
    deadline: Option<DateTime<Utc>>,
) -> Result<Form, FormsError> {
    let id = FormId::read(id).ok_or(FormsError::NoSuchForm)?;
    let everything = app.directory.everything(&app.google, &Budget { deadline, pace: None }).await?;
    let settling = Settling { app, everything, happening };
    for _ in 0..MOST_ROUNDS {
        let read = app.store.form_named(&id, app.clock.now()).await?.ok_or(FormsError::NoSuchForm)?;
        if let Some(form) = settling.attempt(&read).await? {
            let shown = Shown { key: read.key.clone(), form: Some(form), asking: Vec::new() };
            let form = show(app, &settling.everything, &[shown]).await?.into_iter().next();
            return form.ok_or(FormsError::NoSuchForm);
        }
    }
    Err(FormsError::Contended)
}

/// A decision about to be carried out.
struct Settling<'a> {
    app: &'a Moffman,
    everything: Arc<Everything>,
    happening: &'a Happening,
}

impl Settling<'_> {
    /// Carries the decision out on the form as it was read. Answers what it is now; `None` when it has changed meanwhile.
    async fn attempt(
        &self,
        read: &Kept<FormItem>,
    ) -> Result<Option<crate::domain::form::Form>, FormsError> {
        let now = self.app.clock.now();
        let is_registered = self.everything.users.contains_key(&read.key.person);
        let form = match crate::domain::form::Form::after(Some(&read.form), self.happening, now) {
            After::Stays(Stays::AsItIs) => return Ok(Some(read.form.clone())),
            After::Stays(Stays::BeingSent) => return Err(FormsError::InProgress),
            After::Stays(Stays::Issued) => return Err(FormsError::Issued),
            After::Stays(Stays::Discarded) => return Err(FormsError::Discarded),
            After::Stays(Stays::OutOfPlace) => return Err(FormsError::NoSuchForm),
            After::Becomes(_) if self.sends() && !is_registered => return Err(FormsError::NotRegistered),
            After::Becomes(form) => form,
        };
        let is_copy = form.copy.is_some() && read.form.copy.is_none();
        let also = match self.happening {
            Happening::Again if is_copy => vec![self.copy(read).await?],
            Happening::Again | Happening::Resend if !self.is_asked_for(read).await? => return Err(FormsError::NoEvent),
            _ => Vec::new(),
        };
        let key = read.key.clone();
        let place = form_key(&key);
        let item = kept(Some(read), FormItem { key, form: form.clone() }, self.app.randomness.id());
        let mut writes = vec![Write::put(place, &item, Condition::AsRead(read.revision.clone()))?];
        writes.extend(also);
        let written = self.app.store.write(&writes).await?;
        if !matches!(written, Written::Done) {
            return Ok(None);
        }
        tracing::info!(form.state = %form.state, decision = ?self.happening, "a person settled a form");
        Ok(Some(form))
    }

    /// Whether something is to be sent.
    fn sends(&self) -> bool {
        matches!(self.happening, Happening::Resend | Happening::Again)
    }

    /// Whether any event asks for the form now.
    async fn is_asked_for(&self, read: &Kept<FormItem>) -> Result<bool, FormsError> {
        let items = self.app.store.events(self.reachable(read)).await?;
        let asks = items.values().filter_map(|items| items.open.as_ref());
        Ok(asks.filter(|open| !open.is_gone).any(|open| open.form() == read.key))
    }

    /// The record of a copy, in the calendar of the last event that asked for the form.
    async fn copy(&self, read: &Kept<FormItem>) -> Result<Write, FormsError> {
        let last = self.reachable(read).pop().ok_or(FormsError::NoEvent)?;
        let record = CopyRecord { form: read.key.clone(), recorded_at: self.app.clock.now() };
        let record = kept(None, record, self.app.randomness.id());
        Ok(self.app.store.calendar(&last.calendar).put_copy(&record)?)
    }

    /// The events of calendars that are swept.
    fn reachable(&self, read: &Kept<FormItem>) -> Vec<AskingEvent> {
        let calendars: Vec<CalendarId> =
            offices(&self.everything).into_iter().map(|office| office.calendar_id).collect();
        read.form.events.iter().filter(|event| calendars.contains(&event.calendar)).cloned().collect()
    }
}
