//! Settles a form as a person decided.
//!
//! A decision is safe to repeat: the answer to the first may have been lost.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::calendars::calendars;
use super::error::FormsError;
use super::shown::ShownForm;
use super::view::{FormToShow, show};
use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::Roster;
use crate::domain::calendar_id::CalendarId;
use crate::domain::event_id::EventId;
use crate::domain::form::{After, AskingEvent, Form, FormId, FormKey, Happening, Outcome, Stays};
use crate::domain::office::Office;
use crate::domain::revision::Revision;
use crate::google::Budget;
use crate::store::StoreError;
use crate::store::copy_record::CopyRecord;
use crate::store::form::{FormItem, put_form};
use crate::store::item::{Kept, kept};
use crate::store::write::{Write, Written};

/// How many calendars are looked into side by side for a form that nobody has sent yet.
const CALENDARS_AT_ONCE: usize = 16;
/// How often a form that changes meanwhile is read again.
const MOST_ROUNDS: usize = 4;

/// Which form to send once more, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResendOrder {
    /// The form's id.
    pub id: String,
    /// Whether a copy is sent of a form that was issued or discarded.
    pub again: bool,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// Which form to end, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscardOrder {
    /// The form's id.
    pub id: String,
    /// Why it is ended.
    pub outcome: Outcome,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// Has the next sweep send a form that is held, in doubt, or waits after a failure; with `again`, also a copy of one that
/// was issued or discarded.
pub async fn resend(app: &Moffman, order: &ResendOrder) -> Result<ShownForm, FormsError> {
    let happening = if order.again { Happening::Again } else { Happening::Resend };
    settle(app, &order.id, &happening, order.deadline).await
}

/// Ends a form: it arrived, or nobody wants it. The next sweep approves its events without sending it.
pub async fn discard(app: &Moffman, order: &DiscardOrder) -> Result<ShownForm, FormsError> {
    settle(app, &order.id, &Happening::Discard(order.outcome), order.deadline).await
}

async fn settle(
    app: &Moffman,
    id: &str,
    happening: &Happening,
    deadline: Option<Moment>,
) -> Result<ShownForm, FormsError> {
    let id = FormId::read(id).ok_or(FormsError::NoSuchForm)?;
    let roster = app.directory.roster(&Budget { deadline, ..Budget::default() }).await?;
    let settling = Settling { app, roster, happening };
    for _ in 0..MOST_ROUNDS {
        let subject = match app.store.form_named(&id, app.clock.now()).await? {
            Some(form) => Subject { key: form.key.clone(), asking: Vec::new(), form: Some(form) },
            None => settling.unsent(&id).await?.ok_or(FormsError::NoSuchForm)?,
        };
        if let Some(form) = settling.attempt(&subject).await? {
            let shown = FormToShow { key: subject.key, form, asking: subject.asking };
            let form = show(app, &settling.roster, &[shown]).await?.into_iter().next();
            return form.ok_or(FormsError::NoSuchForm);
        }
    }
    Err(FormsError::Contended)
}

/// A decision about to be carried out.
struct Settling<'a> {
    app: &'a Moffman,
    roster: Arc<Roster>,
    happening: &'a Happening,
}

/// The form that a decision is about.
struct Subject {
    key: FormKey,
    /// `None` before anybody sent it.
    form: Option<Kept<FormItem>>,
    /// The events that ask for it before anybody sent it.
    asking: Vec<AskingEvent>,
}

impl Settling<'_> {
    /// Carries the decision out on the form as it was read. Answers what it is now; `None` when it has changed meanwhile.
    async fn attempt(&self, subject: &Subject) -> Result<Option<Option<Form>>, FormsError> {
        let now = self.app.clock.now();
        let read = subject.form.as_ref();
        let present = read.map(|item| &item.form);
        let is_registered = self.roster.users.contains_key(&subject.key.person);
        let mut form = match Form::after(present, self.happening, now) {
            After::Stays(Stays::AsItIs) => {
                self.take_up_copy(subject).await?;
                return Ok(Some(present.cloned()));
            }
            After::Stays(Stays::BeingSent) => return Err(FormsError::InProgress),
            After::Stays(Stays::Issued) => return Err(FormsError::Issued),
            After::Stays(Stays::Discarded) => return Err(FormsError::Discarded),
            After::Stays(Stays::OutOfPlace) => return Err(FormsError::NoSuchForm),
            After::Becomes(_) if self.sends() && !is_registered => return Err(FormsError::NotRegistered),
            After::Becomes(form) => form,
        };
        for event in &subject.asking {
            let asked = Happening::Asked(event.clone());
            form = Form::after(Some(&form), &asked, now).changed().unwrap_or(form);
        }
        let is_copy = form.copy.is_some() && present.is_some_and(|present| present.copy.is_none());
        let also = match self.happening {
            Happening::Again if is_copy => vec![self.copy(subject)?],
            Happening::Again | Happening::Resend if !self.is_asked_for(subject).await? => {
                return Err(FormsError::NoEvent);
            }
            _ => Vec::new(),
        };
        let item = FormItem { key: subject.key.clone(), form: form.clone() };
        let (put, _) = put_form(read, item, Revision(self.app.randomness.id()), now)?;
        let mut writes = vec![put];
        writes.extend(also);
        if !matches!(self.app.store.write(&writes).await?, Written::Done) {
            return Ok(None);
        }
        Ok(Some(Some(form)))
    }

    /// The form that an id names and nobody has sent yet: only the events that ask for it know of it.
    async fn unsent(&self, id: &FormId) -> Result<Option<Subject>, FormsError> {
        let mut people = self.roster.users.keys();
        let Some(person) = people.find(|person| person.digest() == id.person_digest) else { return Ok(None) };
        let key = FormKey { person: person.clone(), days: id.days };
        let asking: Vec<Vec<AskingEvent>> = stream::iter(calendars(self.app, &self.roster).await?)
            .map(|office| self.asking_in(office, key.clone()))
            .buffer_unordered(CALENDARS_AT_ONCE)
            .try_collect()
            .await?;
        let asking = asking.concat();
        Ok((!asking.is_empty()).then_some(Subject { key, form: None, asking }))
    }

    async fn asking_in(&self, office: Office, key: FormKey) -> Result<Vec<AskingEvent>, StoreError> {
        let open = self.app.store.calendar(&office.calendar_id).read().await?.open;
        let asking = open.iter().filter(|record| record.form() == key && !record.is_gone);
        let event = |id: &EventId| AskingEvent { calendar: office.calendar_id.clone(), event: id.clone() };
        Ok(asking.map(|record| event(&record.event.id)).collect())
    }

    /// Whether something is to be sent.
    fn sends(&self) -> bool {
        matches!(self.happening, Happening::Resend | Happening::Again)
    }

    /// Whether any event asks for the form now.
    async fn is_asked_for(&self, subject: &Subject) -> Result<bool, FormsError> {
        let items = self.app.store.events(self.reachable(subject), self.app.clock.now()).await?;
        let asks = items.values().filter_map(|items| items.open.as_ref());
        Ok(asks.filter(|open| !open.is_gone).any(|open| open.form() == subject.key))
    }

    /// A copy that is due already, and whose record lies in a calendar that nobody sweeps any more, gets another record.
    async fn take_up_copy(&self, subject: &Subject) -> Result<(), FormsError> {
        let is_due = subject.form.as_ref().is_some_and(|item| item.form.copy.is_some());
        if *self.happening != Happening::Again || !is_due {
            return Ok(());
        }
        for event in self.reachable(subject) {
            if self.app.store.calendar(&event.calendar).has_copy(&subject.key).await? {
                return Ok(());
            }
        }
        let write = self.copy(subject)?;
        self.app.store.write(&[write]).await?;
        Ok(())
    }

    /// The record of a copy, in the calendar of the last event that asked for the form.
    fn copy(&self, subject: &Subject) -> Result<Write, FormsError> {
        let last = self.reachable(subject).pop().ok_or(FormsError::NoEvent)?;
        let record = CopyRecord { form: subject.key.clone(), recorded_at: self.app.clock.now() };
        let record = kept(None, record, Revision(self.app.randomness.id()));
        Ok(self.app.store.calendar(&last.calendar).put_copy(&record)?)
    }

    /// The events of calendars that are swept.
    fn reachable(&self, subject: &Subject) -> Vec<AskingEvent> {
        let calendars: HashSet<CalendarId> =
            self.roster.offices.iter().map(|office| office.calendar_id.clone()).collect();
        let events = subject.form.iter().flat_map(|item| &item.form.events);
        events.filter(|event| calendars.contains(&event.calendar)).cloned().collect()
    }
}
