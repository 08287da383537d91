//! The calendars in which forms are looked for, in the order of a listing.

use std::collections::HashSet;

use crate::app::Moffman;
use crate::directory::Roster;
use crate::domain::calendar_id::CalendarId;
use crate::domain::digest::digest;
use crate::domain::office::Office;
use crate::store::StoreError;

/// Begins the names of calendars that no office has any more, so that they come after all offices.
const ORPHAN: char = '\u{10ffff}';

/// The [`offices`], and after them the calendars that were read once and have no office any more.
pub(super) async fn calendars(app: &Moffman, roster: &Roster) -> Result<Vec<Office>, StoreError> {
    let mut offices = offices(roster);
    let known: HashSet<&CalendarId> = roster.offices.iter().map(|office| &office.calendar_id).collect();
    let orphaned = app.store.calendars_without(|calendar| known.contains(calendar)).await?;
    let orphaned = orphaned.into_iter().map(|calendar_id| {
        let name = format!("{ORPHAN}{}", digest(calendar_id.key()));
        Office { name, calendar_id }
    });
    let mut orphaned: Vec<Office> = orphaned.collect();
    orphaned.sort_by(|a, b| a.name.cmp(&b.name));
    offices.extend(orphaned);
    Ok(offices)
}

/// One office per calendar, in the order of their names: the first of those that share a calendar.
pub(super) fn offices(roster: &Roster) -> Vec<Office> {
    let mut offices = roster.offices.clone();
    offices.sort_by(|a, b| a.name.cmp(&b.name));
    let mut seen = HashSet::new();
    offices.retain(|office| seen.insert(office.calendar_id.clone()));
    offices
}
