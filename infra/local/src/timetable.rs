//! When the service works unasked: it reloads the directory and sweeps the calendars, each at its interval.
//!
//! A job never overlaps itself: its interval counts from beginning to beginning, and a late run begins at once. What becomes
//! of it is noted, as that of a schedule is on AWS.

use std::time::Duration;

use moffman::app::Moffman;
use moffman::clock::Clock;
use moffman::config::Settings;
use moffman::domain::schedule::Ours;
use moffman::orphans::{self, TendOrder};
use moffman::reload::{self, ScheduledReloadOrder};
use moffman::schedules::Timetable;
use moffman::shards::{self, NoteOrder};
use moffman::sweep::{self, SweepError, SweepOrder, SweepScope};
use tokio::sync::watch;

/// How long a reload may take.
const RELOAD: Duration = Duration::from_mins(1);
/// How long a sweep may work before it begins its last form, so that a hanging one does not hold back the next. Reading
/// ten thousand calendars takes half of that time.
const SWEEP: Duration = Duration::from_hours(1);

/// What the service does unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Reload,
    Sweep,
}

/// A job that is repeated, and when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RepeatedJob {
    job: Job,
    /// The time from the start of the service to the first run.
    first: Duration,
    /// The time between two beginnings.
    every: Duration,
}

/// Works by the timetable until a stop is wanted, and finishes what it has begun. A sheet is read before the first
/// sweep, because it may have changed while the service was down.
pub(crate) async fn keep(app: Moffman, stopping: watch::Receiver<bool>) {
    let [reloads, sweeps] = entries(&app.settings);
    if app.settings.has_sheet() {
        reload(&app, reloads.map(|reloads| reloads.every)).await;
    }
    tokio::join!(repeat(&app, reloads, stopping.clone()), repeat(&app, sweeps, stopping.clone()));
}

/// The jobs that schedules start on AWS; `None` is for one that runs only when ordered. Here intervals are not rounded,
/// and one process needs no shards.
fn entries(settings: &Settings) -> [Option<RepeatedJob>; 2] {
    let Timetable { sweeps, reloads } = Timetable::of(settings);
    let reloads = reloads.map(|every| RepeatedJob { job: Job::Reload, first: every, every });
    let sweeps = sweeps.map(|every| RepeatedJob { job: Job::Sweep, first: Duration::ZERO, every });
    [reloads, sweeps]
}

async fn repeat(app: &Moffman, entry: Option<RepeatedJob>, mut stopping: watch::Receiver<bool>) {
    let Some(RepeatedJob { job, first, every }) = entry else {
        return;
    };
    let mut wait = first;
    loop {
        tokio::select! {
            biased;
            // An error means that the process ends, which is a stop, too.
            _ = stopping.wait_for(|is_wanted| *is_wanted) => return,
            () = app.clock.pause(wait) => {}
        }
        let began = app.clock.moment();
        match job {
            Job::Reload => reload(app, Some(every)).await,
            Job::Sweep => sweep(app, every).await,
        }
        wait = every.saturating_sub(app.clock.moment().since(began));
    }
}

async fn sweep(app: &Moffman, every: Duration) {
    let began = app.clock.now();
    let outcome = sweep::sweep(app, &order(&app.clock, app.settings.forms.timeout)).await;
    let schedule = Ours::Sweep { shard: 0, of: 1 }.name();
    let run = sweep::shard_run(schedule, began, began + every, &outcome);
    shards::note_run(app, &NoteOrder { run }).await;
    match outcome {
        Ok(_) => {}
        Err(SweepError::NothingSwept(_)) => tracing::error!("no office could be swept"),
        Err(error) => tracing::error!(%error, "the sweep failed"),
    }
    if let Err(error) = orphans::tend(app, &TendOrder { deadline: None }).await {
        tracing::warn!(%error, "what is open in calendars of no office is not known");
    }
}

fn order(clock: &Clock, form: Duration) -> SweepOrder {
    SweepOrder { scope: SweepScope::All, dry_run: false, deadline: Some(clock.moment() + SWEEP + form), share: None }
}

async fn reload(app: &Moffman, every: Option<Duration>) {
    let due_at = every.map(|every| app.clock.now() + every);
    let order = ScheduledReloadOrder { deadline: Some(app.clock.moment() + RELOAD), due_at };
    if let Err(error) = reload::reload_on_schedule(app, &order).await {
        tracing::warn!(%error, "the reload failed; what was loaded before stays in use");
    }
}

#[cfg(test)]
mod tests {
    use moffman::config::{Place, Sources, load};

    use super::*;

    fn settings(options: &[(&str, &str)]) -> Settings {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load(&Sources { file: None, environment: Vec::new(), options: options.collect(), place: Place::Local }).unwrap()
    }

    #[test]
    fn sweeps_begin_at_once_and_reloads_follow_the_smaller_interval() {
        let settings = settings(&[
            ("--general--manual-calendar-check-interval", "7200"),
            ("--offices--google-config--sheet-id", "sheet"),
            ("--offices--google-config--update-interval", "90"),
            ("--manual-users--google-config--sheet-id", "sheet"),
            ("--manual-users--google-config--update-interval", "60.5"),
        ]);
        let minute = Duration::from_millis(60_500);
        let reloads = RepeatedJob { job: Job::Reload, first: minute, every: minute };
        let sweeps = RepeatedJob { job: Job::Sweep, first: Duration::ZERO, every: Duration::from_hours(2) };
        assert_eq!(entries(&settings), [Some(reloads), Some(sweeps)]);
    }

    #[test]
    fn a_sweep_ends_within_an_hour_and_a_form() {
        let clock = Clock::system();
        let left = clock.until(order(&clock, Duration::from_mins(5)).deadline.unwrap());
        assert!(left <= Duration::from_mins(65) && left > Duration::from_mins(64), "{left:?}");
    }

    #[test]
    fn without_intervals_nothing_is_done_unasked() {
        let settings = settings(&[
            ("--general--manual-calendar-check-interval", "null"),
            ("--offices--google-config--sheet-id", "sheet"),
        ]);
        assert_eq!(entries(&settings), [None, None]);
    }
}
