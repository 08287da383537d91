//! Lists a calendar: what has changed since the cursor, and the whole window where that is not enough.

use std::collections::HashSet;

use chrono::Duration;

use super::calendar::CalendarError;
use super::sweeping::Sweep;
use crate::domain::event_id::EventId;
use crate::domain::office::Office;
use crate::domain::sweep_plan::Found;
use crate::domain::zone::Zone;
use crate::google::{AccessRole, GoogleError, Listing, OddEvent};
use crate::store::calendar::CalendarState;
use crate::store::cursor::Cursor;

/// How long a calendar may be read by its sync token alone.
const RECONCILE_AFTER: Duration = Duration::hours(24);
/// No calendar has more pages than this, which are half a million events; Google may send fewer on one.
const MOST_PAGES: usize = 1_000;

/// What a calendar's listing said.
pub(super) struct Listed {
    pub(super) found: Found,
    /// The token of the next cursor; `None` keeps the present one.
    pub(super) sync_token: Option<String>,
    /// Whether the whole window was listed.
    pub(super) is_reconciled: bool,
    pub(super) zone: Option<Zone>,
    pub(super) access: AccessRole,
}

/// Lists one calendar.
pub(super) struct Lister<'a> {
    sweep: &'a Sweep<'a>,
    office: &'a Office,
    /// The events that have an open record.
    open: HashSet<&'a EventId>,
}

impl<'a> Lister<'a> {
    pub(super) fn new(sweep: &'a Sweep<'a>, office: &'a Office, state: &'a CalendarState) -> Self {
        Self { sweep, office, open: state.open.iter().map(|record| &record.event.id).collect() }
    }

    /// Lists what has changed since the cursor, and the window where that is not enough.
    pub(super) async fn list(&self, cursor: Option<&Cursor>) -> Result<Listed, CalendarError> {
        let window = self.sweep.window();
        let window = Listing::Window { from: window.from, to: window.to };
        if let Some(cursor) = cursor {
            match self.walk(&Listing::Since(cursor.sync_token.clone()), Found::default()).await {
                Ok(changes) if self.is_to_reconcile(cursor) => {
                    let whole = self.walk(&window, changes.found).await?;
                    return Ok(Listed { sync_token: changes.sync_token, is_reconciled: true, ..whole });
                }
                Ok(changes) => return Ok(changes),
                Err(CalendarError::Google(GoogleError::SyncTokenExpired)) => {}
                Err(error) => return Err(error),
            }
        }
        let whole = self.walk(&window, Found::default()).await?;
        Ok(Listed { is_reconciled: true, ..whole })
    }

    /// Goes through all pages of a listing. Events are judged page by page, so that only those that need work are kept.
    async fn walk(&self, listing: &Listing, mut found: Found) -> Result<Listed, CalendarError> {
        let rules = self.sweep.rules();
        let what = if matches!(listing, Listing::Since(_)) { "the changes" } else { "the window" };
        let mut walked = HashSet::new();
        let mut page_token: Option<String> = None;
        let mut items = 0;
        for number in 1..=MOST_PAGES {
            let page = self
                .sweep
                .google_calendar(&self.office.calendar_id)
                .list_events(listing, page_token.as_deref())
                .await?;
            items += page.events.len() + page.odd.len();
            for event in page.events {
                let is_open = self.open.contains(&event.id);
                found.add(event, &rules, is_open);
            }
            for OddEvent { id, place, reason } in page.odd {
                let name = id.map_or_else(|| format!("number {place} of page {number} of {what}"), String::from);
                found.add_odd(name, reason);
            }
            let Some(next) = page.next_page else {
                let unchanged = items == 0 && matches!(listing, Listing::Since(_));
                let sync_token = page.next_sync.filter(|_| !unchanged);
                let (zone, access) = (page.time_zone, page.access_role);
                return Ok(Listed { found, sync_token, is_reconciled: false, zone, access });
            };
            if next.is_empty() {
                return Err(CalendarError::Endless("the token of the next page is empty"));
            }
            if !walked.insert(next.clone()) {
                return Err(CalendarError::Endless("a page leads to one that was there before"));
            }
            page_token = Some(next);
        }
        Err(CalendarError::Endless("it has more pages than a calendar can have"))
    }

    /// Whether to list the whole window: a day has gone by, or other people are registered now.
    fn is_to_reconcile(&self, cursor: &Cursor) -> bool {
        !(Duration::zero()..RECONCILE_AFTER).contains(&(self.sweep.started - cursor.reconciled_at))
            || cursor.users_digest != self.sweep.roster.users_digest
    }
}
