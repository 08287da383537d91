use std::collections::HashMap;

use super::*;
use crate::domain::event::{EventKind, LONGEST_TITLE, Marks};
use crate::domain::manual_user::ManualUser;
use crate::domain::sweep_plan::Window;

const RESERVED: &str = "30f3552b9a2751e69401d63fca065a11";
const DAYS: &str = "2026-06-18/2026-06-20";

fn event(id: &str) -> Event {
    Event {
        id: id.into(),
        etag: "\"1\"".into(),
        cancelled: false,
        kind: EventKind::Single,
        creator: Email::parse("anna@example.com"),
        updated: None,
        days: DAYS.parse().ok(),
        timed: false,
        title: Some("Anna in the office".to_owned()),
        series: None,
        marks: Marks::default(),
        url: None,
        fixed: false,
    }
}

fn reserved(processed: &str, title: &str) -> Event {
    let marks = Marks { processed: Some(processed.to_owned()), ..Marks::default() };
    Event { marks, title: Some(title.to_owned()), creator: None, ..event(RESERVED) }
}

fn processed(id: &str, value: &str) -> Event {
    Event { marks: Marks { processed: Some(value.to_owned()), ..Marks::default() }, ..event(id) }
}

fn swept(id: &str, marked: &str, days: &str) -> Event {
    let marks = Marks {
        processed: Some("true".to_owned()),
        approved_event: Some(marked.into()),
        approved_dates: days.parse().ok(),
        ..Marks::default()
    };
    Event { marks, ..event(id) }
}

fn strangers(event: Event) -> Event {
    Event { creator: Email::parse("stranger@example.com"), ..event }
}

fn occurrence(event: Event, days: &str) -> Event {
    Event { series: Some("abc".into()), days: days.parse().ok(), ..event }
}

fn shown(event: &Event) -> Shown {
    let email = Email::parse("Anna@example.com").unwrap();
    let users = HashMap::from([(email.key(), ManualUser { email, name: "Anna Nová".to_owned(), details: None })]);
    let window = Window { from: "2026-06-08T00:00:00Z".parse().unwrap(), to: "2026-06-29T00:00:00Z".parse().unwrap() };
    show(event, &Rules { users: &users, window, timed_events: false, reissue: true })
}

fn told(event: &Event) -> String {
    match shown(event) {
        Shown::Attendance(one) => format!("{:?} {:?} {}", one.kind, one.status, one.name),
        other => format!("{other:?}"),
    }
}

#[test]
fn reservations_are_known_by_their_ids_ours_and_upstreams() {
    let by_us = |processed: &str, title: &str| {
        let event = reserved(processed, title);
        Event { marks: Marks { reservation: Some("digest".to_owned()), ..event.marks.clone() }, ..event }
    };
    for (event, expected) in [
        (by_us("false", "(Ada Example)"), "Reservation Pending Ada Example"),
        (reserved("false", "(Ada Example)"), "Reservation Pending Ada Example"),
        (reserved("true", "Ada Example"), "Reservation Approved Ada Example"),
        (reserved("True", "(Ada)"), "Reservation Approved (Ada)"),
        (reserved("false", "Ada at home"), "Reservation Pending Ada at home"),
        (Event { title: None, ..reserved("true", "") }, "Reservation Approved "),
        (
            Event {
                id: format!("{RESERVED}_20260618").as_str().into(),
                series: Some(RESERVED.into()),
                ..reserved("true", "Ada")
            },
            "Reservation Approved Ada",
        ),
        (
            Event {
                id: format!("{RESERVED}_R20260619_20260626").as_str().into(),
                series: Some(format!("{RESERVED}_R20260619").as_str().into()),
                ..reserved("true", "Ada")
            },
            "Reservation Approved Ada",
        ),
        (reserved("false", "(Ada"), "Reservation Pending (Ada"),
        (Event { days: None, ..reserved("true", "Ada") }, "Unreadable"),
        (Event { cancelled: true, ..reserved("true", "Ada") }, "Hidden"),
        (Event { marks: Marks::default(), ..reserved("true", "Ada") }, "Hidden"),
        (Event { id: "30F3552B9A2751E69401D63FCA065A11".into(), ..reserved("true", "Ada") }, "Hidden"),
    ] {
        assert_eq!(told(&event), expected, "{event:#?}");
    }
}

#[test]
fn a_title_that_google_cut_has_lost_its_parenthesis() {
    let name = "a".repeat(LONGEST_TITLE);
    let title: String = format!("({name})").chars().take(LONGEST_TITLE).collect();
    assert_eq!(told(&reserved("false", &title)), format!("Reservation Pending {}", &name[1..]));
}

#[test]
fn a_day_entered_by_hand_is_what_a_sweep_approves_or_has_approved() {
    let other = "2026-06-11/2026-06-13";
    for (event, expected) in [
        (event("abc"), "Manual Pending Anna Nová"),
        (swept("abc", "abc", DAYS), "Manual Approved Anna Nová"),
        (swept("abc", "abc", other), "Manual Pending Anna Nová"),
        (swept("copy", "abc", DAYS), "Manual Pending Anna Nová"),
        (processed("abc", "true"), "Manual Approved Anna Nová"),
        (processed("abc", "false"), "Hidden"),
        (occurrence(event("abc_20260618"), DAYS), "Manual Pending Anna Nová"),
        (occurrence(event("abc_20260801"), "2026-08-01/2026-08-02"), "Manual Pending Anna Nová"),
        (occurrence(event("abc_20260501"), "2026-05-01/2026-05-02"), "Hidden"),
        (Event { timed: true, ..event("abc") }, "Hidden"),
        (Event { fixed: true, ..event("abc") }, "Hidden"),
        (Event { fixed: true, ..swept("abc", "abc", DAYS) }, "Manual Approved Anna Nová"),
        (Event { kind: EventKind::Special, ..event("abc") }, "Hidden"),
        (Event { kind: EventKind::Series, ..event("abc") }, "Hidden"),
        (Event { days: None, ..event("abc") }, "Unreadable"),
    ] {
        assert_eq!(told(&event), expected, "{event:#?}");
    }
}

#[test]
fn strangers_events_are_nobodys_business_but_an_approval_stays_one() {
    for (event, expected) in [
        (event("abc"), "Hidden"),
        (processed("abc", "true"), "Hidden"),
        (Event { days: None, ..event("abc") }, "Hidden"),
        (swept("copy", "abc", DAYS), "Hidden"),
        (swept("abc", "abc", DAYS), "Manual Approved Anna in the office"),
        (swept("abc", "abc", "2026-06-11/2026-06-13"), "Manual Approved Anna in the office"),
    ] {
        assert_eq!(told(&strangers(event.clone())), expected, "{event:#?}");
    }
}

#[test]
fn a_person_is_known_by_the_address_or_else_by_the_name() {
    let attendee = |event: &Event| match shown(event) {
        Shown::Attendance(one) => (one.attendee.clone(), one.form().is_some()),
        other => panic!("{other:?}"),
    };
    let key = |address: &str| Attendee::Known(Email::parse(address).unwrap().key());
    let ada = reserved("false", "(Ada)");
    let requester = Email::parse("ADA@example.com");
    let with_address = Event { marks: Marks { requester, ..ada.marks.clone() }, ..ada.clone() };
    assert_eq!(attendee(&ada), (Attendee::Named("Ada".to_owned()), false));
    assert_eq!(attendee(&with_address), (key("ada@example.com"), false));
    assert_eq!(attendee(&event("abc")), (key("anna@example.com"), true));
}
