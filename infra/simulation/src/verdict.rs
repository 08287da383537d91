//! What must be true after the faults are over and some clean sweeps have run.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use moffman::sweep::SweepReport;
use moffman_simulators::{QUOTA_ALLOWED, World};
use serde_json::Value;

use crate::cast::{CALENDARS, PEOPLE};
use crate::company::OpenWork;
use crate::form::FormHistory;
use crate::history::HandmadeEvent;
use crate::ledger::{Breach, Ledger};
use crate::manner::Manner;
use crate::people::People;
use crate::requests::Requests;
use crate::reservations::Reserved;
use crate::wire::{PersonDays, days, is_processed, is_there, key};

/// The check of the calendars as people and sweeps have left them.
pub struct CalendarCheck<'a> {
    pub world: &'a World,
    pub ledger: &'a mut Ledger,
    pub people: &'a People,
    pub manner: &'a Manner,
    /// Whether the last sweep listed the whole window of each calendar, not only what had changed.
    pub is_all_listed: bool,
}

impl CalendarCheck<'_> {
    /// Checks all events that people made.
    pub fn pass(mut self) {
        for made in &self.people.made {
            self.event(made);
        }
        for (calendar, added) in &self.people.guests {
            let event = self.world.event(calendar, added["id"].as_str().unwrap_or_default()).unwrap_or_default();
            if event != *added {
                self.ledger.breach(Breach::Duplicated(format!("a guest's event was changed: {event}, not {added}")));
            }
        }
    }

    /// Checks an event that a manual user made.
    fn event(&mut self, made: &HandmadeEvent) {
        let event = self.world.event(made.calendar, &made.id).unwrap_or_default();
        if is_there(&event) == made.deleted || (is_there(&event) && days(&event) != made.days) {
            self.ledger.breach(Breach::Lost(format!("not as {made:?} was left: {event}")));
        }
        if !is_there(&event) {
            return;
        }
        let Some(key) = key(made.person, &days(&event)) else { return };
        let form = self.ledger.forms.get(&key);
        if is_approved(&event) {
            if !form.is_some_and(FormHistory::is_done) {
                self.ledger.breach(Breach::Lost(format!("approved without a form: {event}")));
            }
            let name = PEOPLE.iter().find(|(address, _)| *address == made.person).map(|(_, name)| *name);
            if made.renamed.is_none() && event["summary"].as_str() != name {
                self.ledger.breach(Breach::Lost(format!("approved without the name of {}: {event}", made.person)));
            }
        } else if form.is_none_or(|form| form.state() != "held") && (self.is_in_range(&event) || self.was_listed(made))
        {
            self.ledger.breach(Breach::Lost(format!("not approved: {event}")));
        }
    }

    /// Whether the last sweep listed the whole window of today, with the event in it.
    fn is_in_range(&self, event: &Value) -> bool {
        self.is_all_listed && is_in_range(event, self.manner, self.world.now())
    }

    /// Whether some sweep must know the event even though it may be out of range. A sweep may have missed days of a
    /// series, and offices or people that were missing in the spreadsheet for a while.
    fn was_listed(&self, made: &HandmadeEvent) -> bool {
        let is_always_known = (made.calendar, made.person) == (CALENDARS[0], PEOPLE[0].0);
        (is_always_known || !self.manner.sheet) && !made.id.contains('_') && self.ledger.history.was_listed(&made.id)
    }
}

/// Checks that only work for a person is open, that the last report counts held forms, forms without an event and
/// unsettled forms rightly, and that every unsettled form can be seen.
pub fn check_records(open: &[OpenWork], last: &SweepReport, ledger: &mut Ledger) {
    let is_held = |key: &&PersonDays| ledger.forms.get(*key).is_some_and(|form| form.state() == "held");
    let held: BTreeSet<&PersonDays> = open.iter().map(|open| &open.form).filter(is_held).collect();
    let busy = open.iter().filter(|open| !rests(open, ledger));
    let mut wrong: Vec<String> = busy.map(|open| format!("still open: {open:?}")).collect();
    if held.len() != last.forms.held {
        wrong.push(format!("{} forms are held, and {} were reported", held.len(), last.forms.held));
    }
    let events = || open.iter().filter(|open| !open.is_copy);
    let asked: BTreeSet<&PersonDays> = events().filter(|open| !open.is_gone).map(|open| &open.form).collect();
    let shown: BTreeSet<&PersonDays> = events().map(|open| &open.form).collect();
    let without_event = shown.difference(&asked).count();
    let reported = last.open_forms.without_event;
    if without_event != reported {
        wrong.push(format!("{without_event} forms have no event, and {reported} were reported"));
    }
    let is_settled = |form: &&FormHistory| matches!(form.state(), "issued" | "discarded");
    let settled = shown.iter().filter_map(|key| ledger.forms.get(*key)).filter(is_settled).count();
    let (unsettled, reported) = (shown.len() - settled, last.open_forms.open);
    if unsettled != reported {
        wrong.push(format!("{unsettled} forms are neither issued nor discarded, and {reported} were reported"));
    }
    let is_unsettled = |form: &FormHistory| matches!(form.state(), "sending" | "in_doubt" | "held");
    let hidden = ledger.forms.iter().filter(|(key, form)| is_unsettled(form) && !shown.contains(key));
    wrong.extend(hidden.map(|(key, form)| format!("{}, and nobody sees it: {key:?}", form.state())));
    for wrong in wrong {
        ledger.breach(Breach::Stuck(wrong));
    }
}

/// Whether only a person can go on with this: its form is held, or its event is gone and nobody knows whether the form
/// is out.
pub fn rests(open: &OpenWork, ledger: &Ledger) -> bool {
    let form = ledger.forms.get(&open.form);
    form.is_some_and(|form| form.state() == "held" && !open.is_copy || form.may_be_out() && open.is_gone)
}

/// Checks that forms are held only with a reason, and that under the policy `hold` a form with an unknown outcome waits
/// for a person.
pub fn check_forms(manner: &Manner, is_last: bool, ledger: &mut Ledger) {
    let mut wrong = Vec::new();
    for (key, form) in &ledger.forms {
        wrong.extend(form.in_the_end(manner.hold).map(|text| Breach::Stuck(format!("{text}: {key:?}"))));
        // A person in the spreadsheet may have left it, and then the copy is not sent.
        let is_always_known = !manner.sheet || key.0 == PEOPLE[0].0;
        if is_last && is_always_known && form.is_copy_due {
            wrong.push(Breach::Lost(format!("a copy was ordered and never sent: {key:?}")));
        }
    }
    for wrong in wrong {
        ledger.breach(wrong);
    }
}

/// Checks that no service got a wrong request, and that Google's quota was kept in every minute.
pub fn check_calls(world: &World, ledger: &mut Ledger) {
    if world.busiest_minute() > QUOTA_ALLOWED {
        ledger.breach(Breach::Stuck(format!("{} units of Google's quota in a minute", world.busiest_minute())));
    }
    // When the clock jumps, a token may expire while a call is on its way, which is no mistake of the caller.
    for violation in world.violations().into_iter().filter(|text| !text.contains("token has expired")) {
        ledger.breach(Breach::Stuck(format!("a service was asked what it does not know: {violation}")));
    }
}

/// Checks that the reservations are in the calendars as they were answered, and that no answer was wrong.
pub fn check_reservations(world: &World, requests: &Requests, ledger: &mut Ledger) {
    let mut reservations = requests.reservations();
    reservations.take_breaches().into_iter().for_each(|breach| ledger.breach(breach));
    for (id, reserved) in &reservations.by_event {
        check_reservation(world, id, reserved, ledger);
    }
}

/// Checks that the event has what the request asked for, and keeps what a person wrote afterwards.
fn check_reservation(world: &World, id: &str, reserved: &Reserved, ledger: &mut Ledger) {
    let event = world.event(&reserved.calendar, id).unwrap_or_default();
    if reserved.names.len() > 1 {
        let text = format!("two reservations were answered with one event: {:?}", reserved.names);
        ledger.breach(Breach::Duplicated(text));
    }
    // A reservation that was never answered has no name to compare with.
    let Some(name) = reserved.names.first() else { return };
    let is_approved = is_processed(&event);
    let (title, colour) = if is_approved { (name.clone(), "5") } else { (format!("({name})"), "4") };
    let is_right = event["colorId"] == colour
        && event["summary"] == *reserved.retitled.as_ref().unwrap_or(&title)
        && days(&event) == *reserved.moved.as_ref().unwrap_or(&reserved.days);
    let is_missing = !is_there(&event) || (reserved.approved && !is_approved);
    if (reserved.stands && is_missing) || (is_there(&event) && !is_right) {
        ledger.breach(Breach::Lost(format!("a reservation that became {reserved:?}: {event}")));
    }
    let reservation = &event["extendedProperties"]["private"]["moffman_reservation"];
    let own = CALENDARS.iter().flat_map(|calendar| world.events(calendar));
    let own = own.filter(|other| {
        other["extendedProperties"]["private"]["moffman_reservation"] == *reservation
            && other["creator"]["email"] == world.service_account_email()
    });
    if reservation.is_string() && own.count() > 1 {
        ledger.breach(Breach::Duplicated(format!("a reservation is there twice: {event}")));
    }
}

/// Whether the event is in the window of a sweep at the time `now`.
pub fn is_in_range(event: &Value, manner: &Manner, now: DateTime<Utc>) -> bool {
    let date = |name: &str| event[name]["date"].as_str().and_then(|date| date.parse::<NaiveDate>().ok());
    let (Some(start), Some(end)) = (date("start"), date("end")) else { return false };
    let today = now.date_naive();
    let (before, after) = manner.window();
    end > today + Duration::weeks(before) && start < today + Duration::weeks(after)
}

/// Whether a sweep has approved the event for its present days.
pub fn is_approved(event: &Value) -> bool {
    let private = &event["extendedProperties"]["private"];
    private["event_processed"] == "true"
        && private["moffman_event"] == event["id"]
        && private["moffman_dates"] == days(event)
        && event["colorId"] == "5"
}
