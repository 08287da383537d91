//! Reloads the directory from the spreadsheet and subscribes new calendars.
//!
//! The report has row numbers and reasons, never names or addresses.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::Moffman;
use crate::clock::Moment;
pub use crate::directory::ReloadError;
use crate::directory::{LoadedRange, Ranges, SheetLoad};
use crate::google::Budget;
use crate::store::reload_run::ReloadRun;
pub use crate::store::reload_run::{KeptRange, RowProblem};

/// Problems listed in one report; a sheet of nothing but bad rows must not outgrow an answer.
const PROBLEMS_LISTED: usize = 1_000;

/// Until when to reload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReloadOrder {
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// Until when a schedule's reload works, and when the schedule's next one begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScheduledReloadOrder {
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
    /// When the next one is to begin; `None`: nobody knows.
    pub due_at: Option<DateTime<Utc>>,
}

/// What a reload found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReloadReport {
    /// The offices' range; zeros where none is configured.
    pub offices: Counted,
    /// The manual users' range; zeros where none is configured.
    pub users: Counted,
    /// Rows that were left out, the first 1,000.
    pub problems: Vec<RowProblem>,
    /// Rows that were left out and are not listed.
    pub problems_unlisted: usize,
    /// Ranges whose last good content stays in use.
    pub kept: Vec<KeptRange>,
    /// Calendars subscribed now.
    pub subscribed: usize,
    /// Calendars that could not be subscribed; tried again by the next reload.
    pub subscribe_failures: usize,
    /// Calendars whose subscription is left to the next reload.
    pub subscribe_left: usize,
    /// Whether the snapshot differs from the one before.
    pub changed: bool,
}

/// Rows of one range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Rows read.
    pub rows: usize,
    /// Entries of the sheet in use; when the last good content is kept, how many it has.
    pub used: usize,
    /// Usable rows that an entry of the configuration overrides.
    pub overridden: usize,
}

/// Reads the configured ranges, keeps what they hold and subscribes new calendars. Without a configured range there is
/// nothing to read, which is a success.
pub async fn reload(app: &Moffman, order: &ReloadOrder) -> Result<ReloadReport, ReloadError> {
    let (directory, budget) = (&app.directory, &Budget { deadline: order.deadline, ..Budget::default() });
    let load = SheetLoad { ranges: Ranges::All, broken: None, seen: None };
    let loaded = directory.load(budget, load).await.inspect_err(|error| {
        if matches!(error, ReloadError::SheetUnavailable(sheet) if sheet.error.concerns_sharing()) {
            let account = directory.service_account_email();
            tracing::warn!(account, "the spreadsheet is not shared with this account, or does not exist");
        }
    })?;
    let subscriptions = directory.subscribe(budget, &loaded.office_entries).await;
    let mut report = ReloadReport {
        offices: loaded.offices.as_ref().map_or_else(Counted::default, Counted::of),
        users: loaded.users.as_ref().map_or_else(Counted::default, Counted::of),
        subscribed: subscriptions.subscribed,
        subscribe_failures: subscriptions.failed,
        subscribe_left: subscriptions.left,
        changed: loaded.changed,
        ..ReloadReport::default()
    };
    for range in [&loaded.offices, &loaded.users].into_iter().flatten() {
        report.add_problems(range);
    }
    Ok(report)
}

/// Reloads as a schedule says, and notes what became of it.
pub async fn reload_on_schedule(app: &Moffman, order: &ScheduledReloadOrder) -> Result<ReloadReport, ReloadError> {
    let &ScheduledReloadOrder { deadline, due_at } = order;
    let ran_at = app.clock.now();
    let outcome = reload(app, &ReloadOrder { deadline }).await;
    let run = match &outcome {
        Ok(report) => report.noted(),
        Err(error) => ReloadRun { failure: Some(error.to_string()), ..ReloadRun::default() },
    };
    if let Err(error) = app.store.keep_reload(ReloadRun { ran_at, due_at, ..run }).await {
        tracing::warn!(%error, "it cannot be noted that the spreadsheet was read");
    }
    outcome
}

impl ReloadReport {
    fn noted(&self) -> ReloadRun {
        let (kept, problems) = (self.kept.clone(), self.problems.clone());
        ReloadRun { kept, problems, problems_unlisted: self.problems_unlisted, ..ReloadRun::default() }
    }

    fn add_problems(&mut self, loaded: &LoadedRange) {
        let range = &loaded.range;
        let room = PROBLEMS_LISTED.saturating_sub(self.problems.len());
        self.problems_unlisted += loaded.bad.len().saturating_sub(room);
        let listed = loaded.bad.iter().take(room);
        self.problems.extend(listed.map(|bad| RowProblem {
            range: range.clone(),
            row: bad.row,
            what: bad.fault.to_string(),
        }));
        self.kept.extend(loaded.kept.map(|(_, why)| KeptRange { range: range.clone(), why: why.to_string() }));
    }
}

impl Counted {
    fn of(loaded: &LoadedRange) -> Self {
        let used = loaded.kept.map_or(loaded.usable - loaded.overridden, |(entries, _)| entries);
        Self { rows: loaded.rows, used, overridden: loaded.overridden }
    }
}
