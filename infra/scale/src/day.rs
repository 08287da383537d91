//! One day, minute by minute: people add days by hand, and what is due is invoked.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::google::Budget;
use moffman::reload::{ReloadOrder, ReloadReport, reload};
use moffman::schedules::{AlignOrder, align};
use moffman::sweep::{self, sweep};
use moffman_simulators::{NewEvent, QUOTA_ALLOWED};
use moffman_sweeper::Task;
use serde_json::Value;

use crate::Trouble;
use crate::cost::Cost;
use crate::stage::{FUNCTION, GROUP, PERSON, Stage, calendar};

/// How long an invocation may take.
const TIMEOUT: Duration = Duration::from_mins(15);
/// The evening before, on which everything was deployed and read for the first time; it does not count.
const EVENING: i64 = 4 * 60;
const MINUTES: usize = 24 * 60;

/// What kind of day is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// How many offices there are.
    pub offices: usize,
    /// How many events people add by hand, spread over day and offices.
    pub events: usize,
}

impl Day {
    /// One event in every tenth office.
    pub fn usual(offices: usize) -> Self {
        Self { offices, events: offices.div_ceil(10) }
    }

    /// The offices in which somebody adds an event in this minute.
    fn added_in(&self, minute: usize) -> impl Iterator<Item = usize> {
        // Each in the middle of its part of the day, so that the last one is swept, too.
        let before = |minute: usize| (2 * self.events * minute + MINUTES) / (2 * MINUTES);
        let (from, to) = (before(minute), before(minute + 1));
        let (offices, events) = (self.offices, self.events.max(1));
        (from..to).map(move |event| event * offices / events)
    }
}

/// Plays a day of a service that was deployed the evening before.
pub async fn play(day: &Day) -> Result<Cost, Trouble> {
    let midnight: DateTime<Utc> = "2026-06-15T00:00:00Z".parse()?;
    let evening = midnight - TimeDelta::minutes(EVENING);
    let stage = Stage::set(evening - time_to_subscribe(day.offices), day.offices).await?;
    subscribe_all(&stage).await?;
    stage.world.set_now(evening);
    for minute in -EVENING..0 {
        play_minute(&stage, midnight + TimeDelta::minutes(minute), &mut Cost::new(day)).await?;
    }
    let mut cost = Cost::new(day);
    for (minute, after) in (0..MINUTES).zip(0..) {
        let now = midnight + TimeDelta::minutes(after);
        stage.world.set_now(now);
        add_events(&stage, day, minute, now);
        play_minute(&stage, now, &mut cost).await?;
    }
    stage.world.finish()?;
    if cost.busiest_minute() > QUOTA_ALLOWED {
        return Err(format!("more than Google allows in a minute: {cost:?}").into());
    }
    cost.schedules = stage.world.schedules(GROUP).len();
    Ok(cost)
}

async fn play_minute(stage: &Stage, now: DateTime<Utc>, cost: &mut Cost) -> Result<(), Trouble> {
    for firing in stage.world.firings(GROUP, now) {
        stage.world.set_now(now);
        invoke(stage, firing.input).await?;
        cost.add(now, stage.world.now(), stage.world.take_calls());
    }
    Ok(())
}

/// More than enough: some calendars are subscribed every minute.
fn time_to_subscribe(offices: usize) -> TimeDelta {
    i32::try_from(offices).map_or(TimeDelta::MAX, |offices| TimeDelta::minutes(10) + TimeDelta::minutes(1) * offices)
}

/// New calendars are subscribed some at a time, which is over after some days.
async fn subscribe_all(stage: &Stage) -> Result<(), Trouble> {
    let app = stage.process()?;
    while reload(&app, &ReloadOrder { deadline: None }).await?.subscribe_left > 0 {}
    Ok(())
}

fn add_events(stage: &Stage, day: &Day, minute: usize, now: DateTime<Utc>) {
    let start = (now + TimeDelta::days(2)).date_naive();
    for office in day.added_in(minute) {
        // Other days in each office: one person's form serves all events for the same ones.
        let Some(end) = start.iter_days().nth(1 + office) else { continue };
        let event = NewEvent::new(start.to_string().as_str(), end.to_string().as_str());
        stage.world.person_adds(&calendar(office), PERSON, event);
    }
}

/// What the function does with an event.
async fn invoke(stage: &Stage, event: Value) -> Result<(), Trouble> {
    let app = stage.process()?;
    let budget = Budget { deadline: Some(app.clock.moment() + TIMEOUT), pace: None };
    match Task::try_from(event)? {
        Task::Sweep { scope, dry_run, share } => {
            let report = sweep(&app, &sweep::SweepOrder { scope, dry_run, deadline: budget.deadline, share }).await?;
            if report.offices_failed > 0 || !report.problems.is_empty() {
                return Err(format!("a sweep had trouble: {report:?}").into());
            }
            return Ok(());
        }
        Task::Reload { .. } => {
            let _: ReloadReport = reload(&app, &ReloadOrder { deadline: budget.deadline }).await?;
        }
        Task::Maintain { .. } => {
            app.directory.everything(&app.google, &budget).await?;
        }
    }
    let (client, function) = (stage.scheduler.clone(), FUNCTION.to_owned());
    let order = AlignOrder { client, function, dry_run: false, deadline: budget.deadline };
    let alignment = align(&app, &order).await?;
    if alignment.aligned { Ok(()) } else { Err(format!("not aligned: {alignment:?}").into()) }
}
