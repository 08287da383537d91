//! One day, minute by minute: people add days by hand, and what is due is invoked.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::app::Moffman;
use moffman::clock::Moment;
use moffman::domain::appointment::Appointment;
use moffman::google::Budget;
use moffman::orphans::{self, TendOrder};
use moffman::reload::{ReloadOrder, ReloadReport, ScheduledReloadOrder, reload, reload_on_schedule};
use moffman::schedules::{AlignOrder, Alignment, align};
use moffman::shards::{MeasureOrder, NoteOrder, measure_ages, note_run};
use moffman::sweep::{SweepOrder, sweep};
use moffman_simulators::{NewEvent, QUOTA_ALLOWED};
use moffman_sweeper::{Task, shard_run};
use moffman_testbed::Trouble;
use serde_json::Value;

use super::cost::DayCost;
use super::deployment::{Deployment, FUNCTION, GROUP, PERSON, calendar};
use super::kind::{Day, MINUTES};

/// How long an invocation may take.
const TIMEOUT: Duration = Duration::from_mins(15);
/// The minutes before midnight in which everything is read for the first time. They do not count.
const EVENING: i64 = 4 * 60;

/// Plays a day of a service that was deployed the evening before.
pub async fn play_day(day: &Day) -> Result<DayCost, Trouble> {
    let midnight: DateTime<Utc> = "2026-06-15T00:00:00Z".parse()?;
    let evening = midnight - TimeDelta::minutes(EVENING);
    let deployment = Deployment::new(evening - time_to_subscribe(day.offices), day.offices).await?;
    subscribe_all(&deployment).await?;
    deployment.world.set_now(evening);
    for minute in -EVENING..0 {
        play_minute(&deployment, midnight + TimeDelta::minutes(minute), &mut DayCost::new(day)).await?;
    }
    let mut cost = DayCost::new(day);
    for (minute, after) in (0..MINUTES).zip(0..) {
        let now = midnight + TimeDelta::minutes(after);
        deployment.world.set_now(now);
        add_events(&deployment, day, minute, now);
        play_minute(&deployment, now, &mut cost).await?;
    }
    deployment.world.finish()?;
    if cost.busiest_minute() > QUOTA_ALLOWED {
        return Err(format!("more than Google allows in a minute: {cost:?}").into());
    }
    cost.schedules = deployment.world.schedules(GROUP).len();
    Ok(cost)
}

async fn play_minute(deployment: &Deployment, now: DateTime<Utc>, cost: &mut DayCost) -> Result<(), Trouble> {
    for firing in deployment.world.firings(GROUP, now) {
        deployment.world.set_now(now);
        invoke(deployment, firing.input).await?;
        cost.add(now, deployment.world.now(), &deployment.world.take_calls());
    }
    Ok(())
}

/// More time than subscribing all calendars takes, because each minute allows only some of them.
fn time_to_subscribe(offices: usize) -> TimeDelta {
    i32::try_from(offices).map_or(TimeDelta::MAX, |offices| TimeDelta::minutes(10) + TimeDelta::minutes(1) * offices)
}

/// Subscribes all calendars, a few of them in each reload, until none is left.
async fn subscribe_all(deployment: &Deployment) -> Result<(), Trouble> {
    let app = deployment.process()?;
    while reload(&app, &ReloadOrder { deadline: None }).await?.subscribe_left > 0 {}
    Ok(())
}

fn add_events(deployment: &Deployment, day: &Day, minute: usize, now: DateTime<Utc>) {
    let start = (now + TimeDelta::days(2)).date_naive();
    for office in day.added_in(minute) {
        // Each office gets other days, because a person's form serves all events for the same days.
        let Some(end) = start.iter_days().nth(1 + office) else { continue };
        let event = NewEvent::new(start.to_string().as_str(), end.to_string().as_str());
        deployment.world.person_adds(&calendar(office), PERSON, event);
    }
}

/// Has the function carry out an event.
async fn invoke(deployment: &Deployment, event: Value) -> Result<(), Trouble> {
    let app = deployment.process()?;
    let deadline = Some(app.clock.moment() + TIMEOUT);
    match Task::try_from(event)? {
        Task::Sweep { scope, dry_run, share, appointment } => {
            let end = appointment.as_ref().map(|appointment| app.clock.moment_of(appointment.end(app.clock.now())));
            let deadline = deadline.into_iter().chain(end).min();
            sweep_and_note(&app, &SweepOrder { scope, dry_run, deadline, share }, appointment.as_ref()).await
        }
        Task::Reload { appointment, .. } => {
            let due_at = appointment.map(|appointment| appointment.next(app.clock.now()));
            let _: ReloadReport = reload_on_schedule(&app, &ScheduledReloadOrder { deadline, due_at }).await?;
            align_schedules(deployment, &app, deadline).await.map(drop)
        }
        Task::Maintain { .. } => {
            app.directory.roster(&Budget { deadline, ..Budget::default() }).await?;
            let alignment = align_schedules(deployment, &app, deadline).await?;
            orphans::tend(&app, &TendOrder { deadline }).await?;
            measure_ages(&app, &MeasureOrder { schedules: &alignment.sweeps }).await?;
            Ok(())
        }
    }
}

async fn sweep_and_note(app: &Moffman, order: &SweepOrder, appointment: Option<&Appointment>) -> Result<(), Trouble> {
    let began = app.clock.now();
    let outcome = sweep(app, order).await;
    if let Some(run) = shard_run(&order.scope, appointment, began, &outcome) {
        note_run(app, &NoteOrder { run }).await;
    }
    let report = outcome?;
    if report.offices_failed > 0 || !report.problems.is_empty() {
        return Err(format!("a sweep had trouble: {report:?}").into());
    }
    Ok(())
}

async fn align_schedules(
    deployment: &Deployment,
    app: &Moffman,
    deadline: Option<Moment>,
) -> Result<Alignment, Trouble> {
    let (client, function) = (deployment.scheduler.clone(), FUNCTION.to_owned());
    let alignment = align(app, &AlignOrder { client, function, dry_run: false, deadline }).await?;
    if alignment.aligned { Ok(alignment) } else { Err(format!("not aligned: {alignment:?}").into()) }
}
