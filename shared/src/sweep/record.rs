//! How a [`Sweep`] writes down what a listing found, before the cursor moves past it.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::calendar::{CalendarError, OpenEvent, SweptCalendar};
use super::sweeping::Sweep;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::sweep_plan::{Found, Verdict, Work, judge};
use crate::google::GoogleError;
use crate::store::StoreError;
use crate::store::calendar::Recorded;
use crate::store::item::{Kept, kept};
use crate::store::open_record::OpenRecord;

/// How many events are written down side by side.
const RECORDS_AT_ONCE: usize = 8;
/// How often a record that keeps changing is looked at again.
const MOST_ROUNDS: usize = 8;

impl Sweep<'_> {
    /// Writes down what was found. Answers all open events, the oldest first.
    pub(super) async fn record(
        &self,
        calendar: &mut SweptCalendar,
        open: Vec<Kept<OpenRecord>>,
        found: Found,
    ) -> Result<Vec<OpenEvent>, CalendarError> {
        let Found { work, mut done, .. } = found;
        let mut open: HashMap<EventId, Kept<OpenRecord>> =
            open.into_iter().map(|record| (record.event.id.clone(), record)).collect();
        let found: Vec<(Work, Option<Kept<OpenRecord>>)> = work
            .into_iter()
            .map(|(id, work)| {
                let known = open.remove(&id);
                (work, known)
            })
            .collect();
        let recorded: Vec<Option<OpenEvent>> = stream::iter(found)
            .map(|(work, known)| self.record_one(&*calendar, work, known))
            .buffer_unordered(RECORDS_AT_ONCE)
            .try_collect()
            .await?;
        let others = open.into_values().map(|record| {
            let seen = done.remove(&record.event.id);
            OpenEvent::new(record, seen)
        });
        let mut events: Vec<OpenEvent> = others.chain(recorded.into_iter().flatten()).collect();
        calendar.left.extend(events.iter_mut().filter_map(|event| event.left.take()));
        events.sort_by(|a, b| {
            (a.record.recorded_at, &a.record.event.id).cmp(&(b.record.recorded_at, &b.record.event.id))
        });
        Ok(events)
    }

    /// Writes down one event. A record that is there already is looked at: it is never skipped, and never overwritten by an
    /// older version.
    async fn record_one(
        &self,
        calendar: &SweptCalendar,
        work: Work,
        known: Option<Kept<OpenRecord>>,
    ) -> Result<Option<OpenEvent>, CalendarError> {
        let Work { mut event, person, mut days, why } = work;
        let (mut known, mut is_met, mut over) = (known, false, None);
        let items = self.app.store.calendar(&calendar.office.calendar_id);
        for _ in 0..MOST_ROUNDS {
            if let Some(record) = known.take() {
                match compare(&record, &event, is_met) {
                    RecordedVersion::Same => return Ok(Some(OpenEvent::new(record, Some(event)))),
                    RecordedVersion::Newer => return Ok(Some(OpenEvent::new(record, None))),
                    RecordedVersion::Older => known = Some(record),
                    RecordedVersion::NobodyKnows => {
                        let read = match self.look_at(calendar, &event.id).await {
                            Ok(Some(read)) => read,
                            // Whoever works on it says what is wrong.
                            Ok(None) | Err(GoogleError::OddEvent(_)) => return Ok(Some(OpenEvent::new(record, None))),
                            Err(error) => return Err(error.into()),
                        };
                        let Verdict::Work(_, read_days) = judge(&read, &self.rules(), true) else {
                            return Ok(Some(OpenEvent::new(record, Some(read))));
                        };
                        (event, days, known, is_met) = (read, read_days, Some(record), false);
                        continue;
                    }
                }
            }
            let now = self.app.clock.now();
            let record = OpenRecord::new(event.clone(), days, person.clone(), now).after(known.as_deref());
            let record = kept(known.as_ref(), record, self.revision());
            let left = known.as_ref().filter(|known| known.form() != record.form()).map(|known| self.left_by(known));
            let recorded = match &known {
                Some(known) => items.replace(known, record, left.as_ref()).await?,
                None => items.open(record, over.as_ref(), now).await?,
            };
            match recorded {
                Recorded::Written(record) => {
                    tracing::debug!(event.id = %event.id, %days, %why, "event found");
                    return Ok(Some(OpenEvent { left, ..OpenEvent::new(record, Some(event)) }));
                }
                Recorded::Found(present) => (known, is_met) = (Some(present), true),
                Recorded::Gone => known = None,
                // Google did not know this version once, and shows it now.
                Recorded::Seen(Some(seen)) if over.is_none() && seen.is_of_vanished(&event) => {
                    over = Some(seen);
                    let read = match self.look_at(calendar, &event.id).await {
                        // The version that was listed can be read.
                        Err(GoogleError::OddEvent(_)) => continue,
                        read => read?,
                    };
                    let Some(read) = read else { return Ok(None) };
                    let Verdict::Work(_, read_days) = judge(&read, &self.rules(), true) else { return Ok(None) };
                    (event, days) = (read, read_days);
                }
                Recorded::Seen(_) | Recorded::Unreadable => return Ok(None),
            }
        }
        Err(StoreError::Throttled.into())
    }
}

/// How the version of an event in a record compares with the one that was listed.
enum RecordedVersion {
    Same,
    Older,
    Newer,
    /// The versions differ, and Google says that both changed at the same instant.
    NobodyKnows,
}

/// A record that was read before the listing began is not newer than the listing; one that was met afterwards may be.
fn compare(record: &OpenRecord, listed: &Event, is_met: bool) -> RecordedVersion {
    if record.is_gone && is_met {
        if listed.is_older_than(&record.event) { RecordedVersion::Newer } else { RecordedVersion::NobodyKnows }
    } else if record.is_gone {
        RecordedVersion::Older
    } else if record.event.etag == listed.etag {
        RecordedVersion::Same
    } else if listed.is_older_than(&record.event) {
        RecordedVersion::Newer
    } else if is_met && !record.event.is_older_than(listed) {
        RecordedVersion::NobodyKnows
    } else {
        RecordedVersion::Older
    }
}
