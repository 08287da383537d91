//! Says what a sweep would do in a calendar, without doing it: the dry run.
//!
//! It decides as the work does; what the work would read, it reads.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Sweep;
use super::approve::on_earlier_form;
use super::calendar::{Calendar, CalendarError};
use super::decision::{Case, Decision, Known, decide};
use super::report::OfficePlan;
use crate::domain::event::Event;
use crate::domain::form::{AskingEvent, CopyTurn, Form, FormKey, Rest, State, Turn, copy_turn};
use crate::domain::sweep_plan::{Found, Verdict, judge};
use crate::google::{GoogleError, Listing};
use crate::store::copy_record::CopyRecord;
use crate::store::form::FormItem;
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

/// What is known of forms.
#[derive(Default)]
struct Forms {
    /// Those that were read.
    read: BTreeMap<FormKey, Option<Kept<FormItem>>>,
    /// Those that events have left behind, or will have.
    left: BTreeSet<FormKey>,
    /// Those that open events ask for.
    asked: BTreeSet<FormKey>,
}

impl Sweep<'_> {
    /// What the sweep would do in this calendar.
    pub(super) async fn plan(
        &self,
        calendar: &Calendar,
        open: Vec<Kept<OpenRecord>>,
        copies: Vec<Kept<CopyRecord>>,
        found: Found,
    ) -> Result<OfficePlan, CalendarError> {
        let left = found.left_by_reason();
        let stopped = self.stopped(calendar, &open, &found).await?;
        let left_before = calendar.left.iter().map(|left| left.form.clone()).collect();
        let mut forms = Forms { left: left_before, ..Forms::default() };
        let mut lines = Vec::new();
        let candidates = self.candidates(open, found, &mut forms).into_iter();
        for candidate in candidates.filter(|candidate| !stopped.contains(&candidate.record.event.id)) {
            lines.push(self.plan_one(calendar, candidate, &mut forms).await?);
        }
        for copy in copies {
            let form = self.form_of(&copy.form, &mut forms).await?.map(|form| form.form);
            lines.extend(self.plan_copy(&copy, form.as_ref()));
        }
        lines.extend(self.plan_left(&mut forms).await?);
        lines.extend(left.into_iter().map(|(left, count)| format!("leave {count}: {left}")));
        Ok(OfficePlan { office: calendar.office.name.clone(), plan: lines })
    }

    /// The events that are not recorded, because this version of them was closed before, or a newer one was looked at.
    async fn stopped(
        &self,
        calendar: &Calendar,
        open: &[Kept<OpenRecord>],
        found: &Found,
    ) -> Result<HashSet<String>, CalendarError> {
        let (id, now) = (&calendar.office.calendar_id, self.app.clock.now());
        let is_new = |event: &&String| open.iter().all(|record| record.event.id != **event);
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
    async fn is_work(&self, calendar: &Calendar, event_id: &str) -> Result<bool, CalendarError> {
        let read = match self.look_at(calendar, event_id).await {
            // The version that was listed is.
            Err(GoogleError::OddEvent(_)) => return Ok(true),
            read => read?,
        };
        Ok(read.is_some_and(|event| matches!(judge(&event, &self.rules(), true), Verdict::Work(..))))
    }

    /// What the sweep would work on, in its order.
    fn candidates(&self, open: Vec<Kept<OpenRecord>>, found: Found, forms: &mut Forms) -> Vec<Candidate> {
        let Found { work, mut done, .. } = found;
        let now = self.app.clock.now();
        let mut open: HashMap<String, OpenRecord> =
            open.into_iter().map(|record| (record.event.id.clone(), (*record).clone())).collect();
        let mut candidates: Vec<Candidate> = work
            .into_values()
            .map(|work| {
                let known = open.remove(&work.event.id);
                let (event, why) = (work.event, Some(work.why.to_string()));
                let record = OpenRecord::of(event.clone(), work.days, work.person, known.as_ref(), now);
                forms.left.extend(known.map(|known| known.form()).filter(|form| *form != record.form()));
                Candidate { record, seen: Some(event), why }
            })
            .collect();
        candidates.extend(open.into_values().map(|record| {
            let seen = done.remove(&record.event.id);
            Candidate { record, seen, why: None }
        }));
        candidates.sort_by(|a, b| {
            (a.record.recorded_at, &a.record.event.id).cmp(&(b.record.recorded_at, &b.record.event.id))
        });
        candidates
    }

    async fn plan_one(
        &self,
        calendar: &Calendar,
        candidate: Candidate,
        forms: &mut Forms,
    ) -> Result<String, CalendarError> {
        let Candidate { mut record, mut seen, why } = candidate;
        let mut must_look = seen.is_none() && calendar.is_reconciled;
        for _ in 0..MOST_STEPS {
            let key = record.form();
            let form = self.form_of(&key, forms).await?;
            let known = Known::Read(form.as_ref().map(|form| &form.form));
            let case = Case { record: &record, seen: seen.as_ref(), form: known, must_look };
            match decide(&case, &self.policy()) {
                Decision::Look => {
                    must_look = false;
                    seen = match self.look(calendar, &record).await {
                        Err(CalendarError::Google(error @ GoogleError::OddEvent(_))) => {
                            return Ok(format!("leave {} open: {error}", record.event.id));
                        }
                        read => Some(read?),
                    };
                }
                Decision::Update(days) => {
                    let Some(event) = seen.clone() else { break };
                    let now = self.app.clock.now();
                    record = OpenRecord::of(event, days, record.person.clone(), Some(&record), now);
                    forms.left.extend(Some(key).filter(|key| *key != record.form()));
                }
                decision => {
                    let is_closed = matches!(decision, Decision::Close(_) | Decision::Approve);
                    if is_closed {
                        forms.left.insert(key);
                    } else if !record.is_gone && decision != Decision::KeepInSight {
                        forms.asked.insert(key);
                    }
                    let line = self.line(&record, decision, form.as_ref().map(|form| &form.form)).await;
                    return Ok(why.map_or_else(|| line.clone(), |why| format!("{line}: {why}")));
                }
            }
        }
        Ok(format!("look at {} again", record.event.id))
    }

    async fn look(&self, calendar: &Calendar, record: &OpenRecord) -> Result<Event, CalendarError> {
        let at_google = self.google_calendar(&calendar.office.calendar_id);
        match at_google.in_zone(calendar.zone).get_event(&record.event.id).await {
            Err(GoogleError::NotFound) => {
                let now = self.app.clock.now();
                let reach = Listing::Window { from: now, to: now + chrono::Duration::minutes(1) };
                at_google.list_events(&reach, None).await?;
                Ok(Event { cancelled: true, ..record.event.clone() })
            }
            read => Ok(read?),
        }
    }

    async fn form_of(&self, key: &FormKey, forms: &mut Forms) -> Result<Option<FormItem>, CalendarError> {
        if !forms.read.contains_key(key) {
            let form = self.app.store.form(key, self.app.clock.now()).await?;
            forms.read.insert(key.clone(), form);
        }
        Ok(forms.read.get(key).and_then(Option::as_ref).map(|form| (**form).clone()))
    }

    fn plan_copy(&self, copy: &CopyRecord, form: Option<&Form>) -> Option<String> {
        let days = copy.form.days;
        let is_registered = self.everything.users.contains_key(&copy.form.person);
        Some(match copy_turn(form, self.app.clock.now()) {
            CopyTurn::Send if is_registered => format!("send a copy of the form for {days}"),
            CopyTurn::Send | CopyTurn::GiveUp => format!("give up the copy of the form for {days}"),
            CopyTurn::Rest => format!("wait with the copy of the form for {days}"),
            CopyTurn::Close => return None,
        })
    }

    /// What is said of the forms that no event asks for any more.
    async fn plan_left(&self, forms: &mut Forms) -> Result<Vec<String>, CalendarError> {
        let left: Vec<FormKey> = forms.left.difference(&forms.asked).cloned().collect();
        let mut lines = Vec::new();
        for key in left {
            let form = self.form_of(&key, forms).await?;
            if form.is_some_and(|form| form.form.is_doubtful()) {
                lines.push(format!("leave the form for {} to a person: no event asks for it any more", key.days));
            }
        }
        Ok(lines)
    }

    /// What is planned for one event.
    async fn line(&self, record: &OpenRecord, decision: Decision, form: Option<&Form>) -> String {
        let (id, days, key) = (&record.event.id, record.days, record.form());
        match decision {
            Decision::Close(left) => format!("close {id}: {left}"),
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
            Decision::Form(Turn::LookAgain { .. }) => format!("wait with {id} for {days}: its form is being sent"),
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
