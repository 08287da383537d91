//! Lists forms, calendar after calendar: those of the people who have asked for one there.
//!
//! A page ends when it is full or has looked often enough: most calendars and people have nothing to show, and a request has
//! its time.

use std::sync::Arc;

use super::place::Place;
use super::view::{Shown, show};
use super::{Filter, FormsError, MOST_ON_A_PAGE, Page, calendars};
use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::Roster;
use crate::domain::email::PersonKey;
use crate::domain::form::{AskingEvent, FormKey};
use crate::domain::office::Office;
use crate::google::Budget;
use crate::store::StoreError;
use crate::store::item::Kept;
use crate::store::open_record::OpenRecord;

/// How often one page looks: once into each calendar, and once for each person.
const MOST_LOOKS: usize = 200;

/// Lists the forms that `filter` wants, from `page` on, the `next` of an earlier page; `limit` is brought between 1 and
/// [`MOST_ON_A_PAGE`].
///
/// What changes while somebody goes from page to page may be missed; what does not change is listed once.
pub async fn list(
    app: &Moffman,
    filter: &Filter,
    page: Option<&str>,
    limit: usize,
    deadline: Option<Moment>,
) -> Result<Page, FormsError> {
    let from = page.map(|page| Place::read(page).ok_or(FormsError::NoSuchPage)).transpose()?.unwrap_or_default();
    let budget = Budget { deadline, pace: None };
    let named = match &filter.office {
        Some(name) => Some(app.directory.office(&budget, name).await?),
        None => None,
    };
    let everything = app.directory.roster(&budget).await?;
    let all = calendars(app, &everything).await?;
    let wanted = named.clone().map_or_else(|| all.clone(), |office| vec![office]);
    let limit = limit.clamp(1, MOST_ON_A_PAGE);
    let is_all = named.is_none();
    let mut listing = Listing { app, filter, all, is_all, limit, looks: 0, forms: Vec::new() };
    let mut next = None;
    for office in wanted.iter().filter(|office| office.name >= from.office) {
        let start = Place { office: office.name.clone(), ..Place::default() };
        let from = if from.office == office.name { &from } else { &start };
        next = listing.add(office, from).await?;
        if next.is_some() {
            break;
        }
    }
    page_of(listing, everything, next).await
}

async fn page_of(listing: Listing<'_>, everything: Arc<Roster>, next: Option<Place>) -> Result<Page, FormsError> {
    let forms = show(listing.app, &everything, &listing.forms).await?;
    Ok(Page { forms, next: next.map(|place| place.write()) })
}

/// A page under way.
struct Listing<'a> {
    app: &'a Moffman,
    filter: &'a Filter,
    /// All calendars, in the order of the listing.
    all: Vec<Office>,
    /// Whether the listing goes through all of them.
    is_all: bool,
    limit: usize,
    looks: usize,
    forms: Vec<Shown>,
}

impl Listing<'_> {
    /// Adds the forms of a calendar after a place. Answers where the next page begins, if this one is at its end.
    async fn add(&mut self, office: &Office, from: &Place) -> Result<Option<Place>, FormsError> {
        if self.looks >= MOST_LOOKS {
            return Ok(Some(from.clone()));
        }
        self.looks += 1;
        let items = self.app.store.calendar(&office.calendar_id);
        let people = items.people().await?;
        let open = if people.is_empty() { Vec::new() } else { items.read().await?.open };
        for (digest, person) in people.range(from.person.clone()..) {
            let mut last = Place { office: office.name.clone(), person: digest.clone(), days: None };
            if self.looks >= MOST_LOOKS {
                return Ok(Some(last));
            }
            self.looks += 1;
            let after = from.days.filter(|_| *digest == from.person);
            for shown in self.forms_of(office, person, &open).await? {
                if after.is_some_and(|after| shown.key.days <= after) {
                    continue;
                }
                // Nobody has sent it yet, so it does not say which events ask for it: those of an earlier calendar did.
                if self.forms.iter().any(|listed| listed.key == shown.key) {
                    continue;
                }
                if self.forms.len() == self.limit {
                    return Ok(Some(last));
                }
                last.days = Some(shown.key.days);
                self.forms.push(shown);
            }
        }
        Ok(None)
    }

    /// The wanted forms of a person that are shown in this calendar, in the order of their days.
    async fn forms_of(
        &self,
        office: &Office,
        person: &PersonKey,
        open: &[Kept<OpenRecord>],
    ) -> Result<Vec<Shown>, StoreError> {
        let now = self.app.clock.now();
        let mut shown: Vec<Shown> = Vec::new();
        for form in self.app.store.forms_of(person, now).await? {
            shown.push(Shown { key: form.key.clone(), form: Some(form.form.clone()), asking: Vec::new() });
        }
        for record in open.iter().filter(|record| record.person == *person) {
            let event = AskingEvent { calendar: office.calendar_id.clone(), event: record.event.id.clone() };
            let key: FormKey = record.form();
            match shown.iter_mut().find(|shown| shown.key == key) {
                Some(shown) => shown.asking.push(event),
                None => shown.push(Shown { key, form: None, asking: vec![event] }),
            }
        }
        shown.retain(|shown| self.wants(shown.state(now)) && self.belongs_to(office, shown));
        shown.sort_by_key(|shown| shown.key.days);
        Ok(shown)
    }

    fn wants(&self, state: super::State) -> bool {
        self.filter.states.is_empty() || self.filter.states.contains(&state)
    }

    /// A form is shown once: in the first of the calendars of its events; or in the one that was asked for.
    fn belongs_to(&self, office: &Office, shown: &Shown) -> bool {
        let events = shown.events();
        let has_event = |calendar| events.iter().any(|event| event.calendar == calendar);
        if !self.is_all {
            return has_event(office.calendar_id.clone());
        }
        let first = self.all.iter().find(|office| has_event(office.calendar_id.clone()));
        first.is_some_and(|first| first.calendar_id == office.calendar_id)
    }
}
