//! How a [`Sweep`] says what it would do in a calendar, without doing it: the dry run.
//!
//! It decides as the work does, and reads what the work would read.

use std::collections::{HashMap, HashSet};

use super::approve::on_earlier_form;
use super::calendar::{CalendarError, SweptCalendar};
use super::decision::{Case, Decision, Known, decide};
use super::plan_forms::PlannedForms;
use super::report::OfficePlan;
use super::sweeping::Sweep;
use crate::domain::event::Event;
use crate::domain::event_id::EventId;
use crate::domain::form::{AskingEvent, Form, Rest, State, Turn};
use crate::domain::sweep_plan::{Found, Verdict, judge};
use crate::google::GoogleError;
use crate::store::calendar::CalendarState;
use crate::store::item::Kept;
use crate::store::open_record::OpenRecord;

/// How often one event is decided about: it is read once, and written down once.
const MOST_STEPS: usize = 4;

/// An event that the sweep would work on.
struct Candidate {
    record: OpenRecord,
    seen: Option<Event>,
    /// Why it is work, where the listing said so.
    why: Option<String>,
}

impl Sweep<'_> {
    /// What the sweep would do in this calendar, of which `state` was read and `found` listed.
    pub(super) async fn plan(
        &self,
        calendar: &SweptCalendar,
        state: CalendarState,
        found: Found,
    ) -> Result<OfficePlan, CalendarError> {
        let CalendarState { open, copies, .. } = state;
        let left_alone = found.left_by_reason();
        let stopped = self.stopped(calendar, &open, &found).await?;
        let mut forms = PlannedForms::new(self, calendar.left.iter().map(|left| left.form.clone()));
        let mut lines = Vec::new();
        let candidates = self.candidates(open, found, &mut forms).into_iter();
        for candidate in candidates.filter(|candidate| !stopped.contains(&candidate.record.event.id)) {
            lines.push(self.plan_one(calendar, candidate, &mut forms).await?);
        }
        for copy in copies {
            lines.extend(forms.plan_copy(&copy).await?);
        }
        lines.extend(forms.plan_left().await?);
        lines.extend(left_alone.into_iter().map(|(reason, count)| format!("leave {count}: {reason}")));
        Ok(OfficePlan { office: calendar.office.name.clone(), plan: lines })
    }

    /// The events that are not recorded, because this version of them was closed before, or a newer one was looked at.
    async fn stopped(
        &self,
        calendar: &SweptCalendar,
        open: &[Kept<OpenRecord>],
        found: &Found,
    ) -> Result<HashSet<EventId>, CalendarError> {
        let (id, now) = (&calendar.office.calendar_id, self.app.clock.now());
        let is_new = |event: &&EventId| open.iter().all(|record| record.event.id != **event);
        let new = found.work.keys().filter(is_new);
        let asking = new.map(|event| AskingEvent { calendar: id.clone(), event: event.clone() }).collect();
        let items = self.app.store.events(asking, now).await?;
        let mut stopped = HashSet::new();
        for (asking, items) in items {
            let (Some(work), Some(seen)) = (found.work.get(&asking.event), items.seen) else { continue };
            let is_back = seen.is_of_vanished(&work.event) && self.is_work(calendar, &asking.event).await?;
            if seen.stops(&work.event, now) && !is_back {
                stopped.insert(asking.event);
            }
        }
        Ok(stopped)
    }

    /// Whether the event is work as Google has it now.
    async fn is_work(&self, calendar: &SweptCalendar, event_id: &EventId) -> Result<bool, CalendarError> {
        let read = match self.look_at(calendar, event_id).await {
            // What cannot be read counts as it was listed: as work.
            Err(GoogleError::OddEvent(_)) => return Ok(true),
            read => read?,
        };
        Ok(read.is_some_and(|event| matches!(judge(&event, &self.rules(), true), Verdict::Work(..))))
    }

    /// What the sweep would work on, in its order.
    fn candidates(&self, open: Vec<Kept<OpenRecord>>, found: Found, forms: &mut PlannedForms<'_>) -> Vec<Candidate> {
        let Found { work, mut done, .. } = found;
        let now = self.app.clock.now();
        let mut open: HashMap<EventId, OpenRecord> =
            open.into_iter().map(|record| (record.event.id.clone(), (*record).clone())).collect();
        let mut candidates: Vec<Candidate> = work
            .into_values()
            .map(|work| {
                let known = open.remove(&work.event.id);
                let (event, why) = (work.event, Some(work.why.to_string()));
                let record = OpenRecord::new(event.clone(), work.days, work.person, now).after(known.as_ref());
                forms.left.extend(known.map(|known| known.form()).filter(|form| *form != record.form()));
                Candidate { record, seen: Some(event), why }
            })
            .collect();
        candidates.extend(open.into_values().map(|record| {
            let seen = done.remove(&record.event.id);
            Candidate { record, seen, why: None }
        }));
        candidates.sort_by(|a, b| a.record.age().cmp(&b.record.age()));
        candidates
    }

    async fn plan_one(
        &self,
        calendar: &SweptCalendar,
        candidate: Candidate,
        forms: &mut PlannedForms<'_>,
    ) -> Result<String, CalendarError> {
        let Candidate { mut record, mut seen, why } = candidate;
        let mut must_look = seen.is_none() && calendar.is_reconciled;
        for _ in 0..MOST_STEPS {
            let key = record.form();
            let form = forms.get(&key).await?;
            let known = Known::Read(form.as_ref());
            let case = Case { record: &record, seen: seen.as_ref(), form: known, must_look };
            match decide(&case, &self.policy()) {
                Decision::Look => {
                    must_look = false;
                    seen = match self.look(calendar, &record).await {
                        Err(error @ GoogleError::OddEvent(_)) => {
                            return Ok(format!("leave {} open: {error}", record.event.id));
                        }
                        read => Some(read?),
                    };
                }
                Decision::Update(days) => {
                    let Some(event) = seen.clone() else { break };
                    let now = self.app.clock.now();
                    record = OpenRecord::new(event, days, record.person.clone(), now).after(Some(&record));
                    forms.left.extend(Some(key).filter(|key| *key != record.form()));
                }
                decision => {
                    let is_closed = matches!(decision, Decision::Close(_) | Decision::Approve);
                    if is_closed {
                        forms.left.insert(key);
                    } else if !record.is_gone && decision != Decision::KeepInSight {
                        forms.asked.insert(key);
                    }
                    let line = self.line(&record, decision, form.as_ref()).await;
                    return Ok(why.map_or_else(|| line.clone(), |why| format!("{line}: {why}")));
                }
            }
        }
        Ok(format!("look at {} again", record.event.id))
    }

    /// What is planned for one event.
    async fn line(&self, record: &OpenRecord, decision: Decision, form: Option<&Form>) -> String {
        let (id, days, key) = (&record.event.id, record.days, record.form());
        match decision {
            Decision::Close(reason) => format!("close {id}: {reason}"),
            Decision::KeepInSight => format!("keep {id} in sight: deleted, and nobody knows of its form for {days}"),
            Decision::Form(Turn::Send { .. }) if !self.planned.lock().await.insert(key.clone()) => {
                format!("approve {id} for {days} on the form that is sent for another event")
            }
            Decision::Form(Turn::Send { .. }) => {
                let again = form.is_some_and(|form| form.mails > 0);
                let what = if again { "send the form again and approve" } else { "approve" };
                format!("{what} {id} for {days}")
            }
            Decision::Form(Turn::Leave { .. }) => {
                format!("leave the form of {id} for {days} to a person: nobody knows whether it was issued")
            }
            Decision::Form(Turn::Approve { .. }) => {
                let on = form.map(|form| on_earlier_form(form, record)).unwrap_or_default();
                format!("approve {id} for {days} {on}")
            }
            Decision::Form(Turn::LookAgain) => format!("wait with {id} for {days}: its form is being sent"),
            Decision::Form(Turn::Rest(Rest::Person)) => {
                format!("wait with {id} for {days}: its form is held until a person settles it")
            }
            Decision::Form(Turn::Rest(Rest::Until(at))) => {
                let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                let doubt = form.is_some_and(|form| form.state == State::InDoubt);
                let why = if doubt { "nobody knows whether its form was issued" } else { "its form was refused" };
                format!("wait with {id} for {days}: {why}; next try at {at}")
            }
            Decision::Approve => format!("approve {id} for {days}"),
            Decision::Look | Decision::ReadForm | Decision::Update(_) => format!("look at {id} again"),
        }
    }
}
