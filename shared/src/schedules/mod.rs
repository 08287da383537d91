//! Keeps the schedules equal to the configuration and the directory.
//!
//! An alignment computes the schedules that there should be, reads those that there are, and carries out the difference,
//! always as whole schedules. It may end anywhere or run twice at once: the next one does the rest.

mod diff;
mod report;
mod timetable;
mod wanted;

use aws_sdk_scheduler::Client;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use self::diff::{Change, diff};
pub use self::report::Alignment;
pub use self::timetable::Timetable;
use self::wanted::{Stack, WantedSchedule, wanted};
use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::DirectoryError;
use crate::domain::schedule::{Ours, Schedule};
use crate::scheduler::{Scheduler, SchedulerError};

/// How many schedules are read side by side; AWS allows many more.
const READS_AT_ONCE: usize = 8;

/// What to align, and until when.
#[derive(Clone, Debug)]
pub struct AlignOrder {
    /// The client of the Scheduler in which the schedules are.
    pub client: Client,
    /// The ARN of the function that the schedules call.
    pub function: String,
    /// Whether only the differences are answered, and nothing changed.
    pub dry_run: bool,
    /// From when on nothing more is changed. `None`: never.
    pub deadline: Option<Moment>,
}

/// Why nothing was aligned.
#[derive(Debug, thiserror::Error)]
pub enum AlignError {
    /// The offices are not known.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The schedules cannot be read.
    #[error("the schedules cannot be read: {0}")]
    Unreadable(#[from] SchedulerError),
    /// Every change failed; the report says how.
    #[error("no schedule could be changed: {}", .0.failures.join("; "))]
    NothingChanged(Box<Alignment>),
}

/// Makes the schedules of the stack's group the wanted ones, logs what was done, and leaves all others alone. Where the
/// stack or the offices are not known yet, the report says so.
pub async fn align(app: &Moffman, order: &AlignOrder) -> Result<Alignment, AlignError> {
    let outcome = compare_and_change(app, order).await;
    match &outcome {
        // A dry run has done nothing.
        _ if order.dry_run => {}
        Ok(alignment) => alignment.log(),
        Err(AlignError::NothingChanged(alignment)) => alignment.log(),
        Err(error) => Alignment::not(error).log(),
    }
    outcome
}

async fn compare_and_change(app: &Moffman, order: &AlignOrder) -> Result<Alignment, AlignError> {
    let stack = match Stack::of(&app.settings.aws, &order.function) {
        Ok(stack) => stack,
        Err(missing) => return Ok(Alignment::not(&missing)),
    };
    let Some(roster) = app.directory.known().await? else {
        return Ok(Alignment::not(&"the spreadsheet was never read"));
    };
    let scheduler = Scheduler::new(order.client.clone(), &stack.group);
    let timetable = Timetable::of(&app.settings);
    let wanted = wanted(timetable, &roster.offices, &stack);
    let warnings = timetable.warning(&roster.offices).into_iter().collect();
    let (ours, mut left_alone): (Vec<_>, Vec<_>) =
        scheduler.names().await?.into_iter().partition(|name| Ours::parse(name).is_some());
    left_alone.sort();
    let actual = read(&scheduler, &ours).await?;
    let sweeps = staying_sweeps(&actual, &wanted);
    let diff = diff(&actual, wanted, app.clock.now());
    let mut alignment = Alignment { unchanged: diff.unchanged, left_alone, warnings, sweeps, ..Alignment::default() };
    if order.dry_run {
        alignment.aligned = diff.changes.is_empty();
        alignment.changes = diff.changes.iter().map(ToString::to_string).collect();
        return Ok(alignment);
    }
    let is_over = || order.deadline.is_some_and(|deadline| app.clock.moment() >= deadline);
    apply(&scheduler, diff.changes, is_over, &mut alignment).await;
    if alignment.changes.is_empty() && !alignment.failures.is_empty() {
        return Err(AlignError::NothingChanged(Box::new(alignment)));
    }
    Ok(alignment)
}

fn staying_sweeps(actual: &[Schedule], wanted: &[WantedSchedule]) -> Vec<(String, DateTime<Utc>)> {
    let stays = |is: &&Schedule| wanted.iter().any(|wanted| wanted.schedule.name == is.name);
    let sweeps = actual.iter().filter(|is| matches!(Ours::parse(&is.name), Some(Ours::Sweep { .. })));
    sweeps.filter(stays).filter_map(|is| Some((is.name.clone(), is.start?))).collect()
}

/// Makes the changes, until the time `is_over`.
async fn apply(scheduler: &Scheduler, changes: Vec<Change>, is_over: impl Fn() -> bool, alignment: &mut Alignment) {
    for change in changes {
        // What is obsolete still does its work until everything that replaces it is there.
        let waits = matches!(change, Change::Delete(_)) && !alignment.failures.is_empty();
        if waits || is_over() {
            alignment.failures.push(format!("{change}: left to the next alignment"));
            continue;
        }
        match carry_out(scheduler, &change).await {
            Ok(()) => alignment.count(&change),
            Err(SchedulerError::Conflict) if is_made(scheduler, &change).await => alignment.unchanged += 1,
            Err(error) => alignment.failures.push(format!("{change}: {error}")),
        }
    }
    alignment.aligned = alignment.failures.is_empty();
}

async fn read(scheduler: &Scheduler, names: &[String]) -> Result<Vec<Schedule>, SchedulerError> {
    let reads = stream::iter(names).map(|name| scheduler.read(name)).buffered(READS_AT_ONCE);
    let found: Vec<Option<Schedule>> = reads.try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether another alignment, which was faster, has made the very change.
async fn is_made(scheduler: &Scheduler, change: &Change) -> bool {
    scheduler.read(change.name()).await.is_ok_and(|found| change.is_made(found.as_ref()))
}

async fn carry_out(scheduler: &Scheduler, change: &Change) -> Result<(), SchedulerError> {
    match change {
        Change::Create(schedule) => scheduler.create(schedule).await,
        Change::Update { to, .. } => scheduler.update(to).await,
        Change::Delete(name) => scheduler.delete(name).await,
    }
}
