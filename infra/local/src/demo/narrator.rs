//! Tells what happens in the simulated services: events that were found, forms that were issued, events that were approved.
//!
//! It looks at the simulators after every call that may have changed something, and tells what is new.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use moffman_simulators::{DemoWorld, HookPoint, IssuedForm, World};
use serde_json::Value;

use crate::Output;

/// Calls that may change something to tell.
const TELLING: [&str; 4] = ["events.list", "events.insert", "events.patch", "form"];

/// Watches a world and tells what happens in it.
#[derive(Clone)]
pub(super) struct Narrator(Arc<Narration>);

/// A calendar, and the office it belongs to.
pub(super) struct NamedCalendar {
    /// The name of its office.
    pub(super) office: String,
    /// Its id, as the simulators' log of calls has it.
    pub(super) id: String,
}

/// What the narrator knows, and what it has told.
struct Narration {
    calendars: Vec<NamedCalendar>,
    /// The names of people, by address.
    people: HashMap<String, String>,
    /// The address of Moffman itself.
    service_account: String,
    output: Output,
    told: Mutex<AlreadyTold>,
}

/// What was told already.
#[derive(Default)]
struct AlreadyTold {
    calls: usize,
    forms: usize,
    /// Calendars that a sweep has listed.
    listed: HashSet<String>,
    /// How far each event had come and on which days it was, by calendar and event.
    events: HashMap<(String, String), (EventProgress, String)>,
}

/// How far an event has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EventProgress {
    /// A sweep found the event of a person.
    Found,
    /// A request registered it.
    Registered,
    Approved,
}

impl Narrator {
    /// A narrator who knows the offices and people of `world` by name. What has happened already needs no telling.
    pub(super) fn new(world: &World, calendars: Vec<NamedCalendar>, demo: &DemoWorld, output: Output) -> Self {
        let name = |user: &moffman_simulators::DemoUser| format!("{} {}", user.first_name, user.last_name);
        let narration = Narration {
            calendars,
            people: demo.users.iter().map(|user| (user.email.to_owned(), name(user))).collect(),
            service_account: world.service_account_email().to_owned(),
            output,
            told: Mutex::default(),
        };
        narration.recall(world);
        Self(Arc::new(narration))
    }

    /// Tells from now on.
    pub(super) fn follow(&self, world: &World) {
        for operation in TELLING {
            self.follow_calls(world, operation);
        }
    }

    /// Looks after each call of one operation. A hook runs only once, so it sets the next one before it looks;
    /// otherwise a call in between would be missed.
    fn follow_calls(&self, world: &World, operation: &'static str) {
        let narrator = self.clone();
        world.when(operation, HookPoint::AfterEffect, move |world| {
            narrator.follow_calls(world, operation);
            narrator.0.look(world);
        });
    }
}

impl Narration {
    /// Takes for told what has happened so far.
    fn recall(&self, world: &World) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        (told.calls, told.forms) = (world.mark(), world.forms().len());
        told.listed = self.calendars.iter().map(|calendar| calendar.id.clone()).collect();
        for calendar in &self.calendars {
            for event in world.events(&calendar.id) {
                if let Some(progress) = self.progress(&told, calendar, &event) {
                    told.events.insert(key(calendar, &event), (progress, days(&event)));
                }
            }
        }
        told.listed.clear();
    }

    fn look(&self, world: &World) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = world.calls_since(told.calls);
        told.calls += calls.len();
        let listings = calls.into_iter().filter(|call| call.operation == "events.list");
        told.listed.extend(listings.filter_map(|call| call.calendar));
        let forms = world.forms();
        for form in forms.iter().skip(told.forms) {
            self.tell("form issued", &self.form(form));
        }
        told.forms = forms.len();
        for calendar in &self.calendars {
            for event in world.events(&calendar.id) {
                self.look_at(&mut told, calendar, &event);
            }
        }
    }

    /// How far an event has come, if it is worth telling.
    fn progress(&self, told: &AlreadyTold, calendar: &NamedCalendar, event: &Value) -> Option<EventProgress> {
        let creator = text(event, "/creator/email");
        let is_listed = told.listed.contains(&calendar.id);
        match text(event, "/extendedProperties/private/event_processed") {
            "true" => Some(EventProgress::Approved),
            _ if creator == self.service_account => Some(EventProgress::Registered),
            _ if is_listed && self.people.contains_key(creator) => Some(EventProgress::Found),
            _ => None,
        }
    }

    fn look_at(&self, told: &mut AlreadyTold, calendar: &NamedCalendar, event: &Value) {
        let Some(progress) = self.progress(told, calendar, event) else { return };
        let key = key(calendar, event);
        let now = (progress, days(event));
        if told.events.get(&key) == Some(&now) {
            return;
        }
        let (office, title, days) = (&calendar.office, text(event, "/summary"), &now.1);
        match progress {
            EventProgress::Found => {
                let again = if event.get("recurrence").is_some() { ", repeated" } else { "" };
                let person = self.person(text(event, "/creator/email"));
                self.tell("event found", &format!("{office}: \"{title}\", {days}{again}, entered by {person}"));
            }
            EventProgress::Registered => {
                self.tell("registered", &format!("{office}: \"{title}\", {days}, to be approved"));
            }
            EventProgress::Approved => self.tell("event approved", &format!("{office}: \"{title}\", {days}")),
        }
        told.events.insert(key, now);
    }

    fn form(&self, form: &IssuedForm) -> String {
        let data = |name: &str| text(&form.body, &format!("/form_data/{name}"));
        let person = self.person(data("user_id"));
        let attachment = text(&form.body, "/result/email/attachments");
        format!("for {person}, {} to {}, mailed as {attachment}", data("date_from"), data("date_to"))
    }

    fn person<'a>(&'a self, address: &'a str) -> &'a str {
        self.people.get(address).map_or(address, String::as_str)
    }

    fn tell(&self, what: &str, text: &str) {
        self.output.line(format_args!("{what:<15}  {text}"));
    }
}

/// The calendar and the event, by their ids.
fn key(calendar: &NamedCalendar, event: &Value) -> (String, String) {
    (calendar.id.clone(), text(event, "/id").to_owned())
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The days as a person would say them, while Google ends an all-day event on the day after.
fn days(event: &Value) -> String {
    let date = |side: &str| text(event, &format!("/{side}/date")).parse::<chrono::NaiveDate>().ok();
    let (Some(start), Some(end)) = (date("start"), date("end")) else {
        let start = text(event, "/start/dateTime");
        return start.get(..16).unwrap_or(start).replace('T', " ");
    };
    match end.pred_opt() {
        Some(last) if last > start => format!("{start} to {last}"),
        _ => start.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_said_inclusively() {
        let all_day = |start: &str, end: &str| days(&json!({"start": {"date": start}, "end": {"date": end}}));
        assert_eq!(all_day("2026-06-18", "2026-06-19"), "2026-06-18");
        assert_eq!(all_day("2026-06-18", "2026-06-18"), "2026-06-18");
        assert_eq!(all_day("2026-06-18", "2026-06-21"), "2026-06-18 to 2026-06-20");
        let timed = json!({"start": {"dateTime": "2026-06-18T09:00:00+02:00"}, "end": {"dateTime": "2026-06-18T12:00:00+02:00"}});
        assert_eq!(days(&timed), "2026-06-18 09:00");
    }
}
