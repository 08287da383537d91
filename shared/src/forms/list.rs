//! Lists forms, calendar after calendar.
//!
//! A page ends when it is full or has looked into enough calendars: most have nothing to show, and a request has its
//! time.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::stream::TryStreamExt;

use super::id::Place;
use super::{Filter, Form, FormsError, MOST_ON_A_PAGE, Page, State, offices};
use crate::app::Moffman;
use crate::directory::Everything;
use crate::domain::office::Office;
use crate::google::Budget;
use crate::store::StoreError;
use crate::store::form_list::{FormContent, FormItem, ItemRange};

/// Into how many calendars one page looks.
const CALENDARS_PER_PAGE: usize = 100;

/// Lists the forms that `filter` wants, from `page` on, the `next` of an earlier page; `limit` is brought between 1 and
/// [`MOST_ON_A_PAGE`].
///
/// What changes while somebody goes from page to page may be missed; what does not change is listed once.
pub async fn list(
    app: &Moffman,
    filter: &Filter,
    page: Option<&str>,
    limit: usize,
    deadline: Option<DateTime<Utc>>,
) -> Result<Page, FormsError> {
    let from = page.map(|page| Place::read(page).ok_or(FormsError::NoSuchPage)).transpose()?.unwrap_or_default();
    let budget = Budget { deadline, pace: None };
    let named = match &filter.office {
        Some(name) => Some(app.directory.office(&app.google, &budget, name).await?),
        None => None,
    };
    let everything = app.directory.everything(&app.google, &budget).await?;
    let offices = named.map_or_else(|| offices(&everything), |office| vec![office]);
    let mut listing = Listing {
        app,
        everything,
        state: filter.state,
        limit: limit.clamp(1, MOST_ON_A_PAGE),
        forms: Vec::new(),
        last: Place::default(),
    };
    for (looked_into, office) in offices.iter().filter(|office| office.name >= from.office).enumerate() {
        let start = Place { office: office.name.clone(), ..Place::default() };
        if looked_into == CALENDARS_PER_PAGE {
            return Ok(Page { forms: listing.forms, next: Some(start.write()) });
        }
        let from = if from.office == office.name { &from } else { &start };
        if listing.add(office, from).await? {
            return Ok(Page { next: Some(listing.last.write()), forms: listing.forms });
        }
    }
    Ok(Page { forms: listing.forms, next: None })
}

/// A page under way.
struct Listing<'a> {
    app: &'a Moffman,
    everything: Arc<Everything>,
    state: Option<State>,
    limit: usize,
    forms: Vec<Form>,
    /// Where the last form of the page is.
    last: Place,
}

impl Listing<'_> {
    /// Adds the forms of a calendar after a place. Answers whether there is one that does not fit.
    async fn add(&mut self, office: &Office, from: &Place) -> Result<bool, FormsError> {
        let range = ItemRange {
            from: &from.key,
            with_done: self.wants(State::Done),
            held_only: self.state == Some(State::Held),
            expected: self.limit + 1,
        };
        let mut items = pin!(self.app.store.form_items(&office.calendar_id, &range));
        while let Some(item) = items.try_next().await? {
            for form in self.forms_of(office, &item).await? {
                let place = Place { office: office.name.clone(), key: item.key.clone(), days: Some(form.days) };
                if !self.wants(form.state) || (&place.key, place.days) <= (&from.key, from.days) {
                    continue;
                }
                if self.forms.len() == self.limit {
                    return Ok(true);
                }
                self.forms.push(form);
                self.last = place;
            }
        }
        Ok(false)
    }

    fn wants(&self, state: State) -> bool {
        self.state.is_none_or(|wanted| wanted == state)
    }

    /// The forms of an item, in the order of their days. What an open record and the memory both say is told by the
    /// memory.
    async fn forms_of(&self, office: &Office, item: &FormItem) -> Result<Vec<Form>, StoreError> {
        let FormItem { event, content, .. } = item;
        let record = match content {
            FormContent::Done(days) => return Ok(days.iter().map(|days| Form::done(office, event, *days)).collect()),
            FormContent::Open(record) => record,
        };
        let mut days: BTreeSet<_> = record.issued.iter().copied().chain([record.days]).collect();
        if !record.issued.is_empty() && self.wants(State::Done) {
            let done = self.app.store.read_done(&office.calendar_id, event).await?;
            days.retain(|days| !(record.issued.contains(days) && done.contains(days)));
        }
        Ok(days.into_iter().map(|days| Form::of_record(office, event, days, record, &self.everything)).collect())
    }
}
