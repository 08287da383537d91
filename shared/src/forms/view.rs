//! Shows forms as a person sees them: with the events that asked for them, and what became of those.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{Event, Form, State, Status};
use crate::app::Moffman;
use crate::directory::Roster;
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::{self, AskingEvent, FormId, FormKey};
use crate::domain::office::Office;
use crate::store::StoreError;
use crate::store::events::EventItems;
use crate::store::open_record::OpenRecord;
use crate::store::seen::How;

/// A form that is to be shown.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) key: FormKey,
    /// `None` before anybody sent it.
    pub(super) form: Option<form::Form>,
    /// Events that ask for it, besides those that it names.
    pub(super) asking: Vec<AskingEvent>,
}

impl Shown {
    /// All events that are known to have asked for it.
    pub(super) fn events(&self) -> Vec<AskingEvent> {
        let named = self.form.iter().flat_map(|form| &form.events);
        let mut events: Vec<AskingEvent> = named.cloned().collect();
        events.extend(self.asking.iter().filter(|event| !events.contains(event)).cloned().collect::<Vec<_>>());
        events
    }

    /// How far it has come by now.
    pub(super) fn state(&self, now: DateTime<Utc>) -> State {
        let Some(form) = &self.form else { return State::Due };
        match &form.state {
            form::State::Due => State::Due,
            form::State::Sending(claim) if claim.runs(now) => State::Sending,
            // Whoever was sending it never told.
            form::State::Sending(_) | form::State::InDoubt => State::InDoubt,
            form::State::Waiting => State::Waiting,
            form::State::Held => State::Held,
            form::State::Issued { .. } => State::Issued,
            form::State::Discarded { .. } => State::Discarded,
        }
    }
}

/// Shows these forms.
pub(super) async fn show(app: &Moffman, everything: &Roster, forms: &[Shown]) -> Result<Vec<Form>, StoreError> {
    let events: HashSet<AskingEvent> = forms.iter().flat_map(Shown::events).collect();
    let items = app.store.events(events.into_iter().collect(), app.clock.now()).await?;
    let offices = super::offices(everything);
    let names: BTreeMap<&CalendarId, &Office> = offices.iter().map(|office| (&office.calendar_id, office)).collect();
    let now = app.clock.now();
    Ok(forms.iter().map(|shown| view(shown, everything, &names, &items, now)).collect())
}

fn view(
    shown: &Shown,
    everything: &Roster,
    offices: &BTreeMap<&CalendarId, &Office>,
    items: &HashMap<AskingEvent, EventItems>,
    now: DateTime<Utc>,
) -> Form {
    let Shown { key, form, .. } = shown;
    let user = everything.users.get(&key.person);
    let events = shown.events().into_iter().map(|event| {
        let office = offices.get(&event.calendar);
        let found = items.get(&event);
        let open = found.and_then(|items| items.open.as_ref()).filter(|open| open.form() == *key);
        Event {
            office_id: office.map(|office| office.name.clone()),
            status: status(found, open, key, office.is_some()),
            found_at: open.map(|open| open.recorded_at),
            event_id: event.event,
        }
    });
    let state = shown.state(now);
    Form {
        id: FormId::of(key).write(),
        user_id: user.map_or_else(|| key.person.to_string(), |user| user.email.to_string()),
        days: key.days,
        failures: form.as_ref().and_then(|form| form.failures),
        mails: form.as_ref().map_or(0, |form| form.mails + form.copies),
        issued_at: form.as_ref().and_then(|form| match form.state {
            form::State::Issued { at } => Some(at),
            _ => None,
        }),
        events: events.collect(),
        state,
    }
}

fn status(items: Option<&EventItems>, open: Option<&OpenRecord>, key: &FormKey, has_office: bool) -> Status {
    match (open, items.and_then(|items| items.seen.as_ref())) {
        (Some(open), _) if open.is_gone => Status::Gone,
        (Some(_), _) if !has_office => Status::Orphaned,
        (Some(_), _) => Status::Open,
        (None, Some(seen)) if seen.person == key.person && seen.days == key.days => match seen.how {
            How::Approved | How::ApprovedEarlier => Status::Approved,
            How::Refused => Status::Refused,
            How::NotRegistered => Status::NotRegistered,
            How::Gone | How::Left => Status::Gone,
        },
        _ => Status::Gone,
    }
}
