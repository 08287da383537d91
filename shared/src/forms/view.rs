//! Shows forms as a person sees them: with the events that asked for them, and what became of those.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::calendars::offices;
use super::shown::{ShownEvent, ShownForm, ShownState, ShownStatus};
use crate::app::Moffman;
use crate::directory::Roster;
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::{AskingEvent, Form, FormId, FormKey, State};
use crate::store::StoreError;
use crate::store::events::EventItems;
use crate::store::open_record::OpenRecord;
use crate::store::seen::{How, Seen};

/// A form that is to be shown.
#[derive(Clone, Debug)]
pub(super) struct FormToShow {
    pub(super) key: FormKey,
    /// `None` before anybody sent it.
    pub(super) form: Option<Form>,
    /// Events that ask for it, besides those that it names.
    pub(super) asking: Vec<AskingEvent>,
}

impl FormToShow {
    /// All events that are known to have asked for it.
    pub(super) fn events(&self) -> Vec<AskingEvent> {
        let named = self.form.iter().flat_map(|form| &form.events);
        let mut events: Vec<AskingEvent> = named.cloned().collect();
        events.extend(self.asking.iter().filter(|event| !events.contains(event)).cloned().collect::<Vec<_>>());
        events
    }

    /// How far it has come by now.
    pub(super) fn state(&self, now: DateTime<Utc>) -> ShownState {
        let Some(form) = &self.form else { return ShownState::Due };
        match &form.state {
            State::Due => ShownState::Due,
            State::Sending(claim) if claim.runs(now) => ShownState::Sending,
            // Whoever was sending it never told.
            State::Sending(_) | State::InDoubt => ShownState::InDoubt,
            State::Waiting => ShownState::Waiting,
            State::Held => ShownState::Held,
            State::Issued { .. } => ShownState::Issued,
            State::Discarded { .. } => ShownState::Discarded,
        }
    }
}

/// Shows these forms.
pub(super) async fn show(app: &Moffman, roster: &Roster, forms: &[FormToShow]) -> Result<Vec<ShownForm>, StoreError> {
    let events: HashSet<AskingEvent> = forms.iter().flat_map(FormToShow::events).collect();
    let items = app.store.events(events.into_iter().collect(), app.clock.now()).await?;
    let offices = offices(roster).into_iter().map(|office| (office.calendar_id, office.name)).collect();
    let viewer = Viewer { roster, offices, items, now: app.clock.now() };
    Ok(forms.iter().map(|form| viewer.view(form)).collect())
}

/// What is needed to show forms.
struct Viewer<'a> {
    roster: &'a Roster,
    /// The names of the offices by their calendars.
    offices: HashMap<CalendarId, String>,
    /// What the table says of the events.
    items: HashMap<AskingEvent, EventItems>,
    now: DateTime<Utc>,
}

impl Viewer<'_> {
    fn view(&self, to_show: &FormToShow) -> ShownForm {
        let FormToShow { key, form, .. } = to_show;
        let user = self.roster.users.get(&key.person);
        ShownForm {
            id: FormId::of(key).write(),
            user_id: user.map_or_else(|| key.person.to_string(), |user| user.email.to_string()),
            days: key.days,
            failures: form.as_ref().and_then(|form| form.failures),
            mails: form.as_ref().map_or(0, |form| form.mails + form.copies),
            issued_at: form.as_ref().and_then(|form| match form.state {
                State::Issued { at } => Some(at),
                _ => None,
            }),
            events: to_show.events().into_iter().map(|event| self.view_event(event, key)).collect(),
            state: to_show.state(self.now),
        }
    }

    fn view_event(&self, event: AskingEvent, form: &FormKey) -> ShownEvent {
        let office_id = self.offices.get(&event.calendar).cloned();
        let found = self.items.get(&event);
        let open = found.and_then(|items| items.open.as_ref()).filter(|open| open.form() == *form);
        let seen = found.and_then(|items| items.seen.as_ref()).filter(|seen| seen.form() == *form);
        ShownEvent {
            status: status(open, seen, office_id.is_some()),
            office_id,
            found_at: open.map(|open| open.recorded_at),
            event_id: event.event,
        }
    }
}

/// What became of an event, from what the table says of it and the form.
fn status(open: Option<&OpenRecord>, seen: Option<&Seen>, has_office: bool) -> ShownStatus {
    match (open, seen) {
        (Some(open), _) if open.is_gone => ShownStatus::Gone,
        (Some(_), _) if !has_office => ShownStatus::Orphaned,
        (Some(_), _) => ShownStatus::Open,
        (None, Some(seen)) => match seen.how {
            How::Approved | How::ApprovedEarlier => ShownStatus::Approved,
            How::Refused => ShownStatus::Refused,
            How::NotRegistered => ShownStatus::NotRegistered,
            How::Gone | How::NeedsNothing => ShownStatus::Gone,
        },
        (None, None) => ShownStatus::Gone,
    }
}
