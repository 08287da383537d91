//! Shows who is in which office on which day.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::agenda::{AgendaError, Eyes, Sight, Sighted};
use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::{KnownOffice, Roster};
use crate::domain::asked_days::AskedDays;
use crate::domain::attendance_day::{AttendanceDay, by_day};
use crate::domain::bookmark;
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::digest::digest;
use crate::domain::office::Office;
use crate::google::{Budget, GoogleError};

/// How many offices a page has at most.
const MOST_ON_A_PAGE: usize = 20;
/// No calendar has more pages of Google's listing than this in a month, which are fifty thousand events.
const MOST_PAGES: usize = 20;
/// How many calendars are read side by side.
const CALENDARS_AT_ONCE: usize = 6;

/// What to show, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttendanceOrder {
    /// Only the office of this name.
    pub office: Option<String>,
    /// The days.
    pub days: AskedDays,
    /// Where the page begins: the `next` of an earlier page, or `None` for the first one.
    pub page: Option<String>,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// Some offices, in the order of their names.
#[derive(Clone, Debug)]
pub struct AttendancePage {
    /// The days that are shown.
    pub days: DateRange,
    /// The offices.
    pub offices: Vec<AttendedOffice>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// Who is in an office.
#[derive(Clone, Debug)]
pub struct AttendedOffice {
    /// Its name.
    pub office_id: String,
    /// What its calendar has, or why nobody can tell.
    pub outcome: Result<Attended, String>,
}

/// What an office's calendar has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attended {
    /// What Google calls the calendar's zone.
    pub time_zone: Option<String>,
    /// Every day of the range.
    pub days: Vec<AttendanceDay>,
}

/// Where a page begins.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OfficePlace {
    /// The days, which may depend on when the first page was asked for.
    days: DateRange,
    /// The last office of the page before.
    after: Option<String>,
}

/// Shows a page of offices with every day and who is in. Makes one call to Google for each calendar, and one more for each
/// 2,500 events.
pub async fn attendance(app: &Moffman, order: &AttendanceOrder) -> Result<AttendancePage, AgendaError> {
    let budget = Budget { deadline: order.deadline, ..Budget::default() };
    let question = format!("attendance {:?} {:?}", order.office, order.days);
    let OfficePlace { days, after } = place(app, order, &question)?;
    let (offices, is_last) = match &order.office {
        Some(name) => (vec![app.directory.office(&budget, name).await?], true),
        None => page_of(&app.directory.offices(&budget).await?, after.as_ref()),
    };
    let last = offices.last().filter(|_| !is_last).map(|office| office.name.clone());
    let roster = app.directory.roster(&budget).await?;
    let viewer = Viewing { app, roster: &roster, days, deadline: order.deadline };
    Ok(AttendancePage {
        days,
        offices: viewer.view(offices).await?,
        next: last.map(|last| bookmark::write(&question, &OfficePlace { days, after: Some(last) })),
    })
}

/// Where the page begins. The days of a place are those that its question means when it was asked.
fn place(app: &Moffman, order: &AttendanceOrder, question: &str) -> Result<OfficePlace, AgendaError> {
    let Some(page) = &order.page else {
        return Ok(OfficePlace { days: order.days.of_attendance(app.clock.now().date_naive())?, after: None });
    };
    let place: Option<OfficePlace> = bookmark::read(question, page);
    let place = place.filter(|place| order.days.of_attendance(place.days.start()) == Ok(place.days));
    place.ok_or(AgendaError::NoSuchPage)
}

/// The offices of a page, and whether it is the last one.
fn page_of(offices: &[KnownOffice], after: Option<&String>) -> (Vec<Office>, bool) {
    let first = offices.partition_point(|known| after.is_some_and(|after| known.office.name <= *after));
    let left = offices.get(first..).unwrap_or_default();
    let page = left.iter().take(MOST_ON_A_PAGE).map(|known| known.office.clone()).collect();
    (page, left.len() <= MOST_ON_A_PAGE)
}

/// A calendar, and what it has or why nobody can tell.
type OfficeView = (CalendarId, Result<Attended, String>);

/// A page under way.
struct Viewing<'a> {
    app: &'a Moffman,
    roster: &'a Roster,
    days: DateRange,
    deadline: Option<Moment>,
}

impl Viewing<'_> {
    /// Takes the right to all first calls together, so that a page that cannot be finished takes nothing.
    async fn view(&self, offices: Vec<Office>) -> Result<Vec<AttendedOffice>, AgendaError> {
        let mut calendars = offices.clone();
        let mut seen = HashSet::new();
        calendars.retain(|office| seen.insert(office.calendar_id.clone()));
        let known: Vec<_> = calendars.iter().map(|office| self.app.agenda.recall(&self.sight(office, None))).collect();
        self.app.agenda.take(known.iter().filter(|known| known.is_none()).count()).await?;
        let views = calendars.into_iter().zip(known).map(|(office, known)| self.view_one(office, known));
        let views: Vec<_> = stream::iter(views).buffered(CALENDARS_AT_ONCE).collect().await;
        let views: HashMap<_, _> = views.into_iter().collect::<Result<_, _>>()?;
        let shown = offices.into_iter().filter_map(|office| {
            let outcome = views.get(&office.calendar_id)?.clone();
            Some(AttendedOffice { office_id: office.name, outcome })
        });
        Ok(shown.collect())
    }

    /// An office that cannot be read is shown as such; only what concerns all of them is an error.
    async fn view_one(&self, office: Office, known: Option<Arc<Sighted>>) -> Result<OfficeView, AgendaError> {
        let outcome = match self.read(&office, known).await {
            Ok(attended) => Ok(attended),
            Err(AgendaError::Google(error)) => Err(self.problem(&office, &error)),
            Err(error) => return Err(error),
        };
        Ok((office.calendar_id, outcome))
    }

    async fn read(&self, office: &Office, known: Option<Arc<Sighted>>) -> Result<Attended, AgendaError> {
        let rules = self.app.rules(&self.roster.users, self.app.clock.now());
        let eyes = Eyes { rules, deadline: self.deadline };
        let mut page = match known {
            Some(known) => known,
            None => self.app.agenda.read(eyes, self.sight(office, None)).await?,
        };
        let mut attendances = Vec::new();
        for _ in 0..MOST_PAGES {
            attendances.extend(page.attendances.iter().cloned());
            let Some(next) = &page.next else {
                let days = by_day(attendances, self.days);
                return Ok(Attended { time_zone: page.zone.clone(), days });
            };
            page = self.app.agenda.see(eyes, self.sight(office, Some(next.clone()))).await?;
        }
        Err(GoogleError::Unreadable.into())
    }

    fn sight(&self, office: &Office, page: Option<String>) -> Sight {
        Sight { calendar: office.calendar_id.clone(), days: self.days, page }
    }

    /// What is shown in place of the days.
    fn problem(&self, office: &Office, error: &GoogleError) -> String {
        let digest = digest(office.calendar_id.key());
        tracing::warn!(office.digest = digest, %error, "the attendance of the office cannot be read");
        if error.concerns_sharing() {
            return format!("its calendar is not shared with {}", self.app.google.service_account_email());
        }
        error.to_string()
    }
}
