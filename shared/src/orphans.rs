//! Finds what is open in calendars that no office has any more, which no sweep reads.
//!
//! A person sees their forms in the listing and can discard them; then the records are closed here.

use std::collections::{BTreeSet, HashSet};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::DirectoryError;
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::FormKey;
use crate::google::Budget;
use crate::store::StoreError;
use crate::store::calendar::CalendarState;
use crate::store::seen::{How, Seen};
use crate::store::write::Written;

/// How many calendars are looked into side by side.
const CALENDARS_AT_ONCE: usize = 8;

/// Until when to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TendOrder {
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// What is open in calendars that no office has any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Orphans {
    /// Calendars with open events.
    pub calendars: usize,
    /// Open events, and forms that events left behind there before they were settled.
    pub open: usize,
    /// Records that were deleted, because their forms are settled.
    pub closed: usize,
}

/// Why it is not known what is open.
#[derive(Debug, thiserror::Error)]
pub enum OrphansError {
    /// The offices are not known.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The table cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks into the calendars that have a cursor and no office, and closes what is settled.
pub async fn tend(app: &Moffman, order: &TendOrder) -> Result<Orphans, OrphansError> {
    let budget = Budget { deadline: order.deadline, ..Budget::default() };
    let roster = app.directory.roster(&budget).await?;
    let known: HashSet<&CalendarId> = roster.offices.iter().map(|office| &office.calendar_id).collect();
    let orphaned = app.store.calendars_without(|calendar| known.contains(calendar)).await?;
    let counts: Vec<Orphans> = stream::iter(orphaned)
        .map(|calendar| tend_calendar(app, calendar))
        .buffer_unordered(CALENDARS_AT_ONCE)
        .try_collect()
        .await?;
    let all = counts.into_iter().fold(Orphans::default(), |sum, one| Orphans {
        calendars: sum.calendars + usize::from(one.open > 0),
        open: sum.open + one.open,
        closed: sum.closed + one.closed,
    });
    if all.open > 0 {
        tracing::warn!(calendars = all.calendars, open.events = all.open, "events are open in calendars of no office");
    }
    Ok(all)
}

async fn tend_calendar(app: &Moffman, calendar: CalendarId) -> Result<Orphans, StoreError> {
    let items = app.store.calendar(&calendar);
    let CalendarState { open, left, .. } = items.read().await?;
    let asked: BTreeSet<FormKey> = open.iter().map(|record| record.form()).collect();
    let keys: BTreeSet<FormKey> = left.iter().map(|left| left.form.clone()).chain(asked.iter().cloned()).collect();
    let keys: Vec<FormKey> = keys.into_iter().collect();
    let forms = app.store.forms(&keys, app.clock.now()).await?;
    let mut orphans = Orphans::default();
    for left in left {
        let is_in_doubt = forms.get(&left.form).is_some_and(|form| form.form.is_doubtful());
        if is_in_doubt && !asked.contains(&left.form) {
            orphans.open += 1;
        } else if matches!(app.store.write(&[items.delete_left(&left)]).await?, Written::Done) {
            orphans.closed += 1;
        }
    }
    for record in open {
        let is_settled = forms.get(&record.form()).is_some_and(|form| form.form.is_settled());
        let seen = Seen::of(&record, How::NeedsNothing, app.clock.now());
        let writes = items.close(&record, &seen, Vec::new())?;
        if is_settled && matches!(app.store.write(&writes).await?, Written::Done) {
            orphans.closed += 1;
        } else {
            orphans.open += 1;
        }
    }
    Ok(orphans)
}
