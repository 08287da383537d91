//! What must be true in the end, when the faults are over and clean sweeps have gone by.

use moffman_simulators::World;
use serde_json::Value;

use crate::ledger::{Breach, Ledger, days, key};
use crate::requests::Requests;
use crate::stage::{CALENDARS, PEOPLE};

/// Checks the calendars; `left` forms wait for a person.
pub fn check(world: &World, ledger: &mut Ledger, requests: &Requests, hold: bool, left: usize) {
    let mut unapproved = 0;
    for calendar in CALENDARS {
        for event in world.events(calendar) {
            let creator = event["creator"]["email"].as_str().unwrap_or_default().to_owned();
            let Some((_, name)) = PEOPLE.iter().find(|(address, _)| *address == creator) else { continue };
            if !is_approved(&event, name) {
                unapproved += 1;
                if !hold || unapproved > left {
                    ledger.breach(Breach::Lost(format!("not approved: {event}")));
                }
                continue;
            }
            if key(&creator, &days(&event)).is_none_or(|key| !ledger.has_form(&key)) {
                ledger.breach(Breach::Lost(format!("approved without a form: {event}")));
            }
        }
    }
    for (calendar, id, approved) in requests.answered() {
        let event = world.event(&calendar, &id).unwrap_or_default();
        let says = event["extendedProperties"]["private"]["event_processed"] == "true";
        if event["status"] != "confirmed" || (approved && !says) {
            ledger.breach(Breach::Lost(format!("a reservation that was answered (approved: {approved}): {event}")));
        }
    }
    // A clock that jumps may make a token expire while a call is on its way: no mistake of the caller.
    for violation in world.violations().into_iter().filter(|text| !text.contains("token has expired")) {
        ledger.breach(Breach::Stuck(format!("a service was asked what it does not know: {violation}")));
    }
}

/// Whether a sweep has approved the event for the days it has.
fn is_approved(event: &Value, name: &str) -> bool {
    let private = &event["extendedProperties"]["private"];
    private["event_processed"] == "true"
        && private["moffman_event"] == event["id"]
        && private["moffman_dates"] == days(event)
        && event["colorId"] == "5"
        && event["summary"].is_string()
        && (event["summary"] == name || event["summary"].as_str().is_some_and(|title| title.starts_with("title ")))
}
