//! Lists forms, calendar after calendar: in each, the forms of the people who have asked for one there.
//!
//! A page ends when it is full or when it has looked often enough, so that a request ends in time: most calendars and people
//! have nothing to show.

use super::bookmark::Bookmark;
use super::calendars::calendars;
use super::error::FormsError;
use super::shown::ShownForm;
use super::view::{FormToShow, show};
use crate::app::Moffman;
use crate::clock::Moment;
use crate::domain::email::PersonKey;
use crate::domain::form::{AskingEvent, FormKey, ShownState};
use crate::domain::office::Office;
use crate::google::Budget;
use crate::store::StoreError;
use crate::store::item::Kept;
use crate::store::open_record::OpenRecord;

/// How many forms a page has if nobody chose.
pub const DEFAULT_LIMIT: usize = 50;
/// How many forms a page has at most.
pub const MOST_ON_A_PAGE: usize = 200;
/// How often one page looks. Each calendar is one look, and each person in it is another.
const MOST_LOOKS: usize = 200;

/// Which forms to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only forms that an event of the office with this name asked for.
    pub office: Option<String>,
    /// Only forms in one of these states; in any, if none is named.
    pub states: Vec<ShownState>,
}

/// What to list, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListOrder {
    /// Which forms are listed.
    pub filter: Filter,
    /// Where the page begins: the `next` of an earlier page, or `None` for the first one.
    pub page: Option<String>,
    /// How many forms the page has at most, brought between 1 and [`MOST_ON_A_PAGE`].
    pub limit: usize,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// A part of a listing, in the order of the offices' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormsPage {
    /// At most as many as were asked for; fewer do not mean that there are no more.
    pub forms: Vec<ShownForm>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// Lists a page of forms.
///
/// What changes while somebody goes from page to page may be missed; what does not change is listed once.
pub async fn list(app: &Moffman, order: &ListOrder) -> Result<FormsPage, FormsError> {
    let from = order.page.as_deref().map(|page| Bookmark::read(page).ok_or(FormsError::NoSuchPage));
    let from = from.transpose()?.unwrap_or_default();
    let budget = Budget { deadline: order.deadline, ..Budget::default() };
    let named = match &order.filter.office {
        Some(name) => Some(app.directory.office(&budget, name).await?),
        None => None,
    };
    let roster = app.directory.roster(&budget).await?;
    let all = calendars(app, &roster).await?;
    let wanted = named.clone().map_or_else(|| all.clone(), |office| vec![office]);
    let mut page = PageUnderWay { app, order, all, is_all: named.is_none(), looks: 0, forms: Vec::new() };
    let mut next = None;
    for office in wanted.iter().filter(|office| office.name >= from.office) {
        let start = Bookmark { office: office.name.clone(), ..Bookmark::default() };
        let from = if from.office == office.name { &from } else { &start };
        next = page.add(office, from).await?;
        if next.is_some() {
            break;
        }
    }
    let forms = show(app, &roster, &page.forms).await?;
    Ok(FormsPage { forms, next: next.map(|bookmark| bookmark.write()) })
}

/// A page under way.
struct PageUnderWay<'a> {
    app: &'a Moffman,
    order: &'a ListOrder,
    /// All calendars, in the order of the listing.
    all: Vec<Office>,
    /// Whether all calendars are listed, and not only one office's.
    is_all: bool,
    looks: usize,
    forms: Vec<FormToShow>,
}

impl PageUnderWay<'_> {
    /// Adds the forms of a calendar after a place. Answers where the next page begins, if this one is at its end.
    async fn add(&mut self, office: &Office, from: &Bookmark) -> Result<Option<Bookmark>, FormsError> {
        if self.looks >= MOST_LOOKS {
            return Ok(Some(from.clone()));
        }
        self.looks += 1;
        let items = self.app.store.calendar(&office.calendar_id);
        let people = items.people().await?;
        let open = if people.is_empty() { Vec::new() } else { items.read().await?.open };
        for (digest, person) in people.range(from.person.clone()..) {
            let mut last = Bookmark { office: office.name.clone(), person: digest.clone(), days: None };
            if self.looks >= MOST_LOOKS {
                return Ok(Some(last));
            }
            self.looks += 1;
            let after = from.days.filter(|_| *digest == from.person);
            for shown in self.forms_of(office, person, &open).await? {
                if after.is_some_and(|after| shown.key.days <= after) {
                    continue;
                }
                // A form that was not sent yet names no events, so an earlier calendar may have listed it.
                if self.forms.iter().any(|listed| listed.key == shown.key) {
                    continue;
                }
                if self.forms.len() == self.order.limit.clamp(1, MOST_ON_A_PAGE) {
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
    ) -> Result<Vec<FormToShow>, StoreError> {
        let now = self.app.clock.now();
        let mut shown: Vec<FormToShow> = Vec::new();
        for form in self.app.store.person(person).forms(now).await? {
            shown.push(FormToShow { key: form.key.clone(), form: Some(form.form.clone()), asking: Vec::new() });
        }
        for record in open.iter().filter(|record| record.person == *person) {
            let event = AskingEvent { calendar: office.calendar_id.clone(), event: record.event.id.clone() };
            let key: FormKey = record.form();
            match shown.iter_mut().find(|shown| shown.key == key) {
                Some(shown) => shown.asking.push(event),
                None => shown.push(FormToShow { key, form: None, asking: vec![event] }),
            }
        }
        shown.retain(|shown| self.wants(shown.state(now)) && self.belongs_to(office, shown));
        shown.sort_by_key(|shown| shown.key.days);
        Ok(shown)
    }

    fn wants(&self, state: ShownState) -> bool {
        self.order.filter.states.is_empty() || self.order.filter.states.contains(&state)
    }

    /// A form is shown once: in the calendar that was asked for, or in the first one that has an event of it.
    fn belongs_to(&self, office: &Office, shown: &FormToShow) -> bool {
        let events = shown.events();
        let has_event = |calendar| events.iter().any(|event| event.calendar == calendar);
        if !self.is_all {
            return has_event(office.calendar_id.clone());
        }
        let first = self.all.iter().find(|office| has_event(office.calendar_id.clone()));
        first.is_some_and(|first| first.calendar_id == office.calendar_id)
    }
}
