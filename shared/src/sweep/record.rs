//! How a [`Sweep`] writes down what a listing found, before the cursor moves past it.

use std::collections::HashMap;
use std::ops::ControlFlow;

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
use crate::store::seen::Seen;

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
        let found: Vec<(Work, Option<Kept<OpenRecord>>)> =
            work.into_iter().map(|(id, work)| (work, open.remove(&id))).collect();
        let recorded: Vec<Option<OpenEvent>> = stream::iter(found)
            .map(|(work, known)| {
                Recording { sweep: self, calendar: &*calendar, work, known, is_met: false, over: None }.run()
            })
            .buffer_unordered(RECORDS_AT_ONCE)
            .try_collect()
            .await?;
        let others = open.into_values().map(|record| {
            let seen = done.remove(&record.event.id);
            OpenEvent::new(record, seen)
        });
        let mut events: Vec<OpenEvent> = others.chain(recorded.into_iter().flatten()).collect();
        calendar.left.extend(events.iter_mut().filter_map(|event| event.left.take()));
        events.sort_by(|a, b| a.record.age().cmp(&b.record.age()));
        Ok(events)
    }
}

/// One event that is written down. A record that is there already is looked at: it is never skipped, and never overwritten
/// by an older version.
struct Recording<'a> {
    sweep: &'a Sweep<'a>,
    calendar: &'a SweptCalendar,
    work: Work,
    /// The record in the table.
    known: Option<Kept<OpenRecord>>,
    /// Whether a write met that record: then it may be newer than the listing.
    is_met: bool,
    /// An earlier memory of the event, which was read again since.
    over: Option<Seen>,
}

/// What a round led to: one more round, or the open event, if it is one.
type Round = ControlFlow<Option<OpenEvent>>;

impl Recording<'_> {
    async fn run(mut self) -> Result<Option<OpenEvent>, CalendarError> {
        for _ in 0..MOST_ROUNDS {
            if let Round::Break(open) = self.round().await? {
                return Ok(open);
            }
        }
        Err(StoreError::Throttled.into())
    }

    async fn round(&mut self) -> Result<Round, CalendarError> {
        let Some(record) = self.known.take() else { return self.write().await };
        match compare(&record, &self.work.event, self.is_met) {
            RecordedVersion::Same => Ok(Round::Break(Some(OpenEvent::new(record, Some(self.work.event.clone()))))),
            RecordedVersion::Newer => Ok(Round::Break(Some(OpenEvent::new(record, None)))),
            RecordedVersion::Older => {
                self.known = Some(record);
                self.write().await
            }
            RecordedVersion::NobodyKnows => self.read_beside(record).await,
        }
    }

    /// Reads the event, to go on with a version that is not older than the record's.
    async fn read_beside(&mut self, record: Kept<OpenRecord>) -> Result<Round, CalendarError> {
        let read = match self.sweep.look_at(self.calendar, &self.work.event.id).await {
            Ok(Some(read)) => read,
            // Whoever works on it says what is wrong.
            Ok(None) | Err(GoogleError::OddEvent(_)) => return Ok(Round::Break(Some(OpenEvent::new(record, None)))),
            Err(error) => return Err(error.into()),
        };
        if let Some(read) = self.go_on_with(read) {
            return Ok(Round::Break(Some(OpenEvent::new(record, Some(read)))));
        }
        (self.known, self.is_met) = (Some(record), false);
        Ok(Round::Continue(()))
    }

    /// Writes the record, in place of the one that is known.
    async fn write(&mut self) -> Result<Round, CalendarError> {
        let Work { event, person, days, why } = &self.work;
        let now = self.sweep.app.clock.now();
        let record = OpenRecord::new(event.clone(), *days, person.clone(), now).after(self.known.as_deref());
        let record = kept(self.known.as_ref(), record, self.sweep.revision());
        let known = self.known.take();
        let left = known.as_ref().filter(|known| known.form() != record.form()).map(|known| self.sweep.left_by(known));
        let items = self.sweep.app.store.calendar(&self.calendar.office.calendar_id);
        let recorded = match &known {
            Some(known) => items.replace(known, record, left.as_ref()).await?,
            None => items.open(record, self.over.as_ref(), now).await?,
        };
        match recorded {
            Recorded::Written(record) => {
                tracing::debug!(event.id = %event.id, %days, %why, "event found");
                let open = OpenEvent { left, ..OpenEvent::new(record, Some(event.clone())) };
                return Ok(Round::Break(Some(open)));
            }
            Recorded::Found(present) => (self.known, self.is_met) = (Some(present), true),
            Recorded::Gone => {}
            Recorded::Seen(Some(seen)) if self.over.is_none() && seen.is_of_vanished(event) => {
                self.over = Some(seen);
                return self.read_vanished().await;
            }
            Recorded::Seen(_) | Recorded::Unreadable => return Ok(Round::Break(None)),
        }
        Ok(Round::Continue(()))
    }

    /// Reads an event that Google did not know once in this version, and that it has listed now.
    async fn read_vanished(&mut self) -> Result<Round, CalendarError> {
        let read = match self.sweep.look_at(self.calendar, &self.work.event.id).await {
            // The version that was listed can be read.
            Err(GoogleError::OddEvent(_)) => return Ok(Round::Continue(())),
            read => read?,
        };
        let is_work = read.is_some_and(|read| self.go_on_with(read).is_none());
        Ok(if is_work { Round::Continue(()) } else { Round::Break(None) })
    }

    /// Takes a version of the event in place of the listed one. Answers it if it needs no work.
    fn go_on_with(&mut self, read: Event) -> Option<Event> {
        let Verdict::Work(_, days) = judge(&read, &self.sweep.rules(), true) else { return Some(read) };
        (self.work.event, self.work.days) = (read, days);
        None
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
