//! Finds the events that people made by hand, has their forms issued and approves them.
//!
//! Each calendar is swept once and on its own: one that fails holds no other back. Events that need work are written
//! down before the calendar's cursor moves past them, so a sweep may end anywhere and the next one goes on.

mod approve;
mod backlog;
mod calendar;
mod copies;
mod decision;
mod left_behind;
mod plan;
mod record;
mod report;
mod send;
mod telling;
mod work;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::Mutex;

pub use report::{FormCounts, OfficePlan, Problem, Remark, SweepReport};

use crate::app::Moffman;
use crate::clock::Moment;
use crate::config::{OnChange, TimedEvents};
use crate::directory::{DirectoryError, Roster};
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::FormKey;
use crate::domain::office::Office;
use crate::domain::quota::Share;
use crate::domain::shard::shard;
use crate::domain::sweep_plan::{Rules, Window};
use crate::google::pace::Pace;
use crate::google::{Budget, GoogleCalendar};

/// How many calendars are read side by side.
const CALENDARS_AT_ONCE: usize = 6;
/// After how many forms in a row without an answer the form service is left alone for the rest of a sweep.
const MOST_SILENCES: u32 = 3;

/// What follows a form takes about this long.
const AFTER_A_FORM: std::time::Duration = std::time::Duration::from_secs(5);

/// What to sweep, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which calendars.
    pub scope: Scope,
    /// Answer the plan, change nothing.
    pub dry_run: bool,
    /// When the answer is due; work that does not fit stays open.
    pub deadline: Option<Moment>,
    /// What this sweep may take of Google's quota where others run beside it; `None`: the pace of the process.
    pub share: Option<Share>,
}

/// Which calendars to sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every office's.
    All,
    /// The calendar of the office with this name.
    Office(String),
    /// The calendars whose hash has this remainder.
    Shard {
        /// The remainder.
        index: u32,
        /// The number of shards.
        of: u32,
    },
}

/// Why nothing was swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The offices or the manual users are not known.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Every calendar failed; the report says how.
    #[error("no office could be swept")]
    NothingSwept(Box<SweepReport>),
}

/// Sweeps the calendars of `order`, and logs and measures it. A dry run has done nothing, so nobody is told of it.
pub async fn sweep(app: &Moffman, order: &Order) -> Result<SweepReport, SweepError> {
    let pace = order.share.map_or_else(|| app.pace.clone(), |share| Pace::new(app.clock.clone(), share));
    let budget = Budget { deadline: order.deadline, pace: Some(pace) };
    let everything = app.directory.roster(&budget).await?;
    let offices = match &order.scope {
        Scope::Office(name) => vec![app.directory.office(&budget, name).await?],
        Scope::All => everything.offices.clone(),
        Scope::Shard { index, of } => {
            everything.offices.iter().filter(|office| shard(&office.calendar_id, *of) == *index).cloned().collect()
        }
    };
    let (form_turn, planned) = (Mutex::new(0), Mutex::default());
    let sweep = Sweep { app, order, budget, everything, form_turn, planned, started: app.clock.now() };
    let mut report = sweep.run(distinct_calendars(offices)).await;
    report.end();
    if !order.dry_run {
        telling::tell(&report, app.clock.now());
    }
    if report.offices_swept == 0 && report.offices_failed > 0 {
        return Err(SweepError::NothingSwept(Box::new(report)));
    }
    Ok(report)
}

/// One sweep under way.
struct Sweep<'a> {
    app: &'a Moffman,
    order: &'a Order,
    budget: Budget,
    everything: Arc<Roster>,
    /// Held while a form is sent: one at a time. Counts the forms in a row that had no answer.
    form_turn: Mutex<u32>,
    /// The forms that a dry run says are sent.
    planned: Mutex<HashSet<FormKey>>,
    started: DateTime<Utc>,
}

impl Sweep<'_> {
    /// Reads a few calendars at a time; whatever one needs is worked on as soon as it is read. Neither slow work nor a
    /// slow calendar keeps another calendar waiting.
    async fn run(&self, offices: Vec<Office>) -> SweepReport {
        let count = offices.len().max(1);
        stream::iter(offices)
            .map(|office| self.read(office))
            .buffer_unordered(CALENDARS_AT_ONCE)
            .map(|(report, backlog)| self.work_off(report, backlog))
            .buffer_unordered(count)
            .fold(SweepReport::default(), |sum, one| async { sum.plus(one) })
            .await
    }

    fn google_calendar<'s>(&'s self, id: &'s CalendarId) -> GoogleCalendar<'s> {
        GoogleCalendar::new(&self.app.google, &self.budget, id)
    }

    fn rules(&self) -> Rules<'_> {
        let settings = &self.app.settings;
        Rules {
            users: &self.everything.users,
            window: self.window(),
            timed_events: settings.calendar.timed_events == TimedEvents::Accept,
            reissue: settings.manual_users.on_change == OnChange::Reissue,
        }
    }

    /// `calendar.checking_range` around today, 00:00 UTC.
    fn window(&self) -> Window {
        let range = &self.app.settings.calendar.checking_range;
        let today = self.started.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        Window {
            from: range.min.apply(today).unwrap_or(DateTime::<Utc>::MIN_UTC),
            to: range.max.apply(today).unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// Whether there is time for one more form and what follows it, and nobody wants the process to stop.
    fn has_time(&self) -> bool {
        let needed = self.app.settings.forms.timeout + AFTER_A_FORM;
        let in_time = self.order.deadline.is_none_or(|deadline| self.app.clock.until(deadline) >= needed);
        in_time && !self.app.stop.is_wanted()
    }
}

/// One office per calendar: the first that names it.
fn distinct_calendars(offices: Vec<Office>) -> Vec<Office> {
    let mut seen = HashSet::new();
    offices.into_iter().filter(|office| seen.insert(office.calendar_id.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_with_two_names_is_swept_once() {
        let office = |name: &str, calendar: &str| Office { name: name.into(), calendar_id: calendar.into() };
        let distinct = distinct_calendars(vec![office("a", "one"), office("b", "ONE"), office("c", "two")]);
        assert_eq!(distinct, [office("a", "one"), office("c", "two")]);
    }
}
