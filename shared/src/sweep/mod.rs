//! Finds the events that people made by hand, has their forms issued and approves them.
//!
//! Each calendar is swept once and on its own: one that fails holds no other back. Events that need work are written
//! down before the calendar's cursor moves past them, so a sweep may end anywhere and the next one goes on.

mod approve;
mod backlog;
mod calendar;
mod copies;
mod decision;
mod error;
mod left_behind;
mod list;
mod met;
mod order;
mod plan;
mod plan_forms;
mod read;
mod record;
mod report;
mod send;
mod shard_run;
mod sweeping;
mod telling;
mod work;

use std::collections::HashSet;

use tokio::sync::Mutex;

pub use error::SweepError;
pub use order::{SweepOrder, SweepScope};
pub use report::{FormCounts, OfficePlan, Remark, SweepProblem, SweepReport};
pub use shard_run::shard_run;

use self::sweeping::Sweep;
use crate::app::Moffman;
use crate::domain::office::Office;
use crate::domain::shard::shard;
use crate::google::Budget;
use crate::google::pace::Pace;

/// Sweeps the calendars of `order`, and logs and measures it. A dry run has done nothing, so nobody is told of it.
pub async fn sweep(app: &Moffman, order: &SweepOrder) -> Result<SweepReport, SweepError> {
    let calls_before = app.google.calls();
    let pace = order.share.map_or_else(|| app.pace.clone(), |share| Pace::new(app.clock.clone(), share));
    let budget = Budget { deadline: order.deadline, pace: Some(pace), ..Budget::default() };
    let roster = app.directory.roster(&budget).await?;
    let offices = match &order.scope {
        SweepScope::Office(name) => vec![app.directory.office(&budget, name).await?],
        SweepScope::All => roster.offices.clone(),
        SweepScope::Shard { index, of } => {
            roster.offices.iter().filter(|office| shard(&office.calendar_id, *of) == *index).cloned().collect()
        }
    };
    let (form_turn, planned) = (Mutex::new(0), Mutex::default());
    let sweep = Sweep { app, order, budget, roster, form_turn, planned, started: app.clock.now() };
    let mut report = sweep.run(distinct_calendars(offices)).await;
    report.end();
    report.google = app.google.calls().since(calls_before);
    if !order.dry_run {
        telling::tell(&report, app.clock.now());
    }
    if report.offices_swept == 0 && report.offices_failed > 0 {
        return Err(SweepError::NothingSwept(Box::new(report)));
    }
    Ok(report)
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
