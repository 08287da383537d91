//! Shows what an office's calendar has: reservations of callers, and days that manual users entered.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::agenda::{AgendaError, Eyes, Sight, Sighted};
use crate::app::Moffman;
use crate::clock::Moment;
use crate::domain::asked_days::AskedDays;
use crate::domain::attendance::{Attendance, Shown, show};
use crate::domain::bookmark;
use crate::domain::date_range::DateRange;
use crate::domain::ended::RememberedEnd;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::form::{FormId, FormKey, ShownState};
use crate::domain::office::Office;
use crate::domain::reservation::Status;
use crate::google::{Budget, GoogleError};
use crate::store::StoreError;

/// No calendar has more pages of Google's listing than this in three months, which are half a million events.
const MOST_PAGES: usize = 200;

/// What to list, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationsOrder {
    /// The name of the office.
    pub office: String,
    /// The days; what touches one of them is listed.
    pub days: AskedDays,
    /// Only those with this status.
    pub status: Option<Status>,
    /// Where the page begins: the `next` of an earlier page, or `None` for the first one.
    pub page: Option<String>,
    /// How many the page has at most.
    pub limit: usize,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// A part of a listing, by first day and id.
#[derive(Clone, Debug, Default)]
pub struct ReservationsPage {
    /// At most as many as were asked for; fewer do not mean that there are no more.
    pub reservations: Vec<ShownReservation>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
    /// How many events were left out because they cannot be understood.
    pub unreadable: usize,
}

/// Which one to look at, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationOrder {
    /// The name of the office.
    pub office: String,
    /// The id of the event.
    pub id: EventId,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// A reservation, or a day that was entered by hand, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownReservation {
    /// The name of the office.
    pub office_id: String,
    /// Who is in, and when.
    pub attendance: Attendance,
    /// The form of a day that was entered by hand, if anybody has sent it.
    pub form: Option<ReservationForm>,
}

/// What there is under an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundReservation {
    /// The calendar has it.
    Present(ShownReservation),
    /// It was ended over the API.
    Ended(EndedReservation),
}

/// A reservation that was ended over the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedReservation {
    /// The id of the event.
    pub id: EventId,
    /// The name of the office.
    pub office_id: String,
    /// How, when and why it was ended, and the days that it had.
    pub end: RememberedEnd,
}

/// A form in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationForm {
    /// Its id as callers know it.
    pub id: String,
    /// How far it has come.
    pub state: ShownState,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ListPlace {
    /// The days of the listing, which may depend on when it began.
    days: DateRange,
    /// The page of Google's listing.
    page: Option<String>,
    /// How many pages of Google's listing come before it.
    number: usize,
    /// The last one of it that was listed.
    after: Option<(NaiveDate, EventId)>,
}

/// Lists a page of what an office's calendar has on some days. Makes one call to Google at most.
pub async fn list(app: &Moffman, order: &ReservationsOrder) -> Result<ReservationsPage, AgendaError> {
    let budget = Budget { deadline: order.deadline, ..Budget::default() };
    let office = app.directory.office(&budget, &order.office).await?;
    let question = format!("reservations {:?} {:?} {:?}", office.name, order.days, order.status);
    let place = place(app, order, &question)?;
    let roster = app.directory.roster(&budget).await?;
    let rules = app.rules(&roster.users, app.clock.now());
    let sighted = see(app, Eyes { rules, deadline: order.deadline }, &office, &place).await?;
    let listed = pick(order, &sighted, &place);
    let is_first_part = place.after.is_none();
    let (page, rest) = listed.split_at(order.limit.min(listed.len()));
    let next = match (page.last(), rest.is_empty(), &sighted.next) {
        (Some(last), false, _) => Some(ListPlace { after: Some(position(last)), ..place.clone() }),
        (_, true, Some(next)) => {
            Some(ListPlace { page: Some(next.clone()), number: place.number + 1, after: None, ..place })
        }
        _ => None,
    };
    Ok(ReservationsPage {
        reservations: with_forms(app, &office, page.iter().copied().cloned().collect()).await?,
        next: next.map(|next| bookmark::write(&question, &next)),
        // Of a page of Google's that is answered in parts, the first part tells.
        unreadable: if is_first_part { sighted.unreadable } else { 0 },
    })
}

/// Looks at one reservation, or day that was entered by hand. Makes one call to Google.
pub async fn find(app: &Moffman, order: &ReservationOrder) -> Result<FoundReservation, AgendaError> {
    let budget = Budget { deadline: order.deadline, ..Budget::default() };
    let office = app.directory.office(&budget, &order.office).await?;
    let roster = app.directory.roster(&budget).await?;
    app.agenda.take(1).await?;
    let event = match app.agenda.look_at(&office.calendar_id, &order.id, order.deadline).await {
        Err(GoogleError::NotFound) => return find_ended(app, order, &office, None).await,
        event => event?,
    };
    if event.cancelled {
        return find_ended(app, order, &office, Some(&event)).await;
    }
    match show(&event, &app.rules(&roster.users, app.clock.now())) {
        Shown::Attendance(attendance) => {
            let shown = with_forms(app, &office, vec![*attendance]).await?;
            shown.into_iter().next().map(FoundReservation::Present).ok_or(AgendaError::NoSuchReservation)
        }
        Shown::Hidden => Err(AgendaError::NoSuchReservation),
        Shown::Unreadable => Err(GoogleError::OddEvent("it has no valid dates".to_owned()).into()),
    }
}

/// What is remembered of a reservation whose event is gone.
async fn find_ended(
    app: &Moffman,
    order: &ReservationOrder,
    office: &Office,
    event: Option<&Event>,
) -> Result<FoundReservation, AgendaError> {
    let memory = app.store.end_of(&office.calendar_id, &order.id);
    let end = memory.why_gone(event, app.clock.now()).await?.ok_or(AgendaError::NoSuchReservation)?;
    let (id, office_id) = (order.id.clone(), office.name.clone());
    Ok(FoundReservation::Ended(EndedReservation { id, office_id, end: (*end).clone() }))
}

/// Where the page begins. The days of a place are those that its question means when it was asked.
fn place(app: &Moffman, order: &ReservationsOrder, question: &str) -> Result<ListPlace, AgendaError> {
    let Some(page) = &order.page else {
        let days = order.days.of_list(app.clock.now().date_naive())?;
        return Ok(ListPlace { days, page: None, number: 0, after: None });
    };
    let place: Option<ListPlace> = bookmark::read(question, page);
    let place = place.filter(|place| order.days.of_list(place.days.start()) == Ok(place.days));
    place.ok_or(AgendaError::NoSuchPage)
}

/// The page of Google's listing that the place names.
async fn see(app: &Moffman, eyes: Eyes<'_>, office: &Office, place: &ListPlace) -> Result<Arc<Sighted>, AgendaError> {
    if place.number > MOST_PAGES {
        return Err(GoogleError::Unreadable.into());
    }
    let sight = Sight { calendar: office.calendar_id.clone(), days: place.days, page: place.page.clone() };
    match app.agenda.see(eyes, sight).await {
        // Google forgets the pages of a listing some time after it.
        Err(AgendaError::Google(GoogleError::Refused { .. })) if place.page.is_some() => Err(AgendaError::NoSuchPage),
        sighted => sighted,
    }
}

/// What is to be listed of a page of Google's listing, in order.
fn pick<'a>(order: &ReservationsOrder, sighted: &'a Sighted, place: &ListPlace) -> Vec<&'a Attendance> {
    let wanted = sighted.attendances.iter().filter(|one| order.status.is_none_or(|status| one.status == status));
    let left = wanted.filter(|one| place.after.as_ref().is_none_or(|after| position(one) > *after));
    let mut listed: Vec<&Attendance> = left.collect();
    listed.sort_by_cached_key(|one| position(one));
    listed
}

fn position(attendance: &Attendance) -> (NaiveDate, EventId) {
    (attendance.days.start(), attendance.id.clone())
}

/// Shows them with their forms.
async fn with_forms(
    app: &Moffman,
    office: &Office,
    attendances: Vec<Attendance>,
) -> Result<Vec<ShownReservation>, StoreError> {
    let now = app.clock.now();
    let mut keys: Vec<FormKey> = attendances.iter().filter_map(Attendance::form).collect();
    keys.sort();
    keys.dedup();
    let forms: HashMap<_, _> = if keys.is_empty() { HashMap::new() } else { app.store.forms(&keys, now).await? };
    let shown = attendances.into_iter().map(|attendance| {
        let form = attendance.form().and_then(|key| {
            let state = ShownState::of(Some(&forms.get(&key)?.form), now);
            Some(ReservationForm { id: FormId::of(&key).write(), state })
        });
        ShownReservation { office_id: office.name.clone(), attendance, form }
    });
    Ok(shown.collect())
}
