use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::email::Email;
use crate::domain::etag::Etag;
use crate::domain::event::Marks;

fn users() -> HashMap<PersonKey, ManualUser> {
    let email = Email::parse("Anna@example.com").unwrap();
    HashMap::from([(email.key(), ManualUser { email, name: "Anna".to_owned(), details: None })])
}

fn rules(users: &HashMap<PersonKey, ManualUser>) -> Rules<'_> {
    let window = Window { from: "2026-06-08T00:00:00Z".parse().unwrap(), to: "2026-06-29T00:00:00Z".parse().unwrap() };
    Rules { users, window, timed_events: true, reissue: true }
}

fn event(id: &str) -> Event {
    Event {
        id: id.into(),
        etag: "\"1\"".into(),
        cancelled: false,
        kind: EventKind::Single,
        creator: Email::parse("anna@example.com"),
        updated: Some("2026-06-10T08:00:00Z".parse().unwrap()),
        days: Some("2026-06-18/2026-06-20".parse().unwrap()),
        timed: false,
        title: None,
        series: None,
        marks: Marks::default(),
        url: None,
        fixed: false,
    }
}

fn approved(id: &str, marked: &str, days: &str) -> Event {
    let marks = Marks {
        processed: Some("true".to_owned()),
        approved_event: Some(marked.into()),
        approved_dates: Some(days.parse().unwrap()),
        ..Marks::default()
    };
    Event { marks, ..event(id) }
}

fn verdict(event: &Event) -> String {
    match judge(event, &rules(&users()), false) {
        Verdict::Work(why, days) => format!("approve {days}: {why}"),
        Verdict::Leave(left) => format!("leave: {left}"),
    }
}

#[test]
fn marks_count_only_for_the_event_they_name_and_its_series() {
    let days = "2026-06-18/2026-06-20";
    let other = "2026-06-11/2026-06-13";
    let occurrence = |event: Event| Event { series: Some("abc".into()), ..event };
    for (event, expected) in [
        (event("abc"), format!("approve {days}: made by hand, not approved yet")),
        (approved("abc", "abc", days), "leave: approved for these days".to_owned()),
        (approved("abc", "abc", other), format!("approve {days}: moved after its approval")),
        (approved("copy", "abc", days), format!("approve {days}: a copy of a processed event")),
        (approved("copy", "abc_20260618", days), format!("approve {days}: a copy of a processed event")),
        (
            occurrence(approved("abc_20260618", "abc", other)),
            format!("approve {days}: another day of a series that has an approved one"),
        ),
        (occurrence(approved("abc_20260618", "abc", days)), "leave: approved for these days".to_owned()),
        (
            occurrence(approved("abc_20260618T080000Z", "abc_20260611T080000Z", other)),
            format!("approve {days}: another day of a series that has an approved one"),
        ),
        (
            Event { kind: EventKind::Series, ..event("abc") },
            "leave: a series, whose days are events of their own".to_owned(),
        ),
        (occurrence(approved("abc_20260618", "abc_20260618", days)), "leave: approved for these days".to_owned()),
    ] {
        assert_eq!(verdict(&event), expected, "{event:#?}");
    }
}

#[test]
fn an_id_loses_only_the_start_of_an_occurrence() {
    for (id, series) in [
        ("abc_20260618", "abc"),
        ("abc_20260618T080000Z", "abc"),
        ("abc_R20260618_20260625", "abc_R20260618"),
        ("abc_2026061", "abc_2026061"),
        ("_60q30c1g60o30e1i60o4ac1g", "_60q30c1g60o30e1i60o4ac1g"),
        ("_20260618", "_20260618"),
        ("abc", "abc"),
    ] {
        assert_eq!(series_of(id), series);
    }
}

#[test]
fn what_is_listed_is_work_done_or_left_alone() {
    let users = users();
    let mut found = Found::default();
    let foreign = Event { creator: Email::parse("x@example.com"), ..event("e4") };
    let deleted = Event { cancelled: true, ..event("e3") };
    for event in [event("e1"), approved("e2", "e2", "2026-06-11/2026-06-12"), deleted, foreign] {
        let is_open = *event.id == *"e3";
        found.add(event, &rules(&users), is_open);
    }
    let work: Vec<_> = found.work.values().map(|work| (&*work.event.id, work.why)).collect();
    assert_eq!(work, [("e1", Why::New), ("e2", Why::Moved)]);
    assert_eq!(found.done.keys().map(|id| &**id).collect::<Vec<_>>(), ["e3"]);
    assert_eq!(found.left_by_reason().into_iter().collect::<Vec<_>>(), [(LeaveReason::NotAManualUser, 1)]);
}

#[test]
fn an_event_without_a_version_is_odd_where_it_would_be_approved_and_the_last_listing_counts() {
    let users = users();
    let mut found = Found::default();
    let foreign = Event { creator: None, etag: Etag::default(), ..event("e2") };
    for event in [Event { etag: Etag::default(), ..event("e1") }, foreign] {
        found.add(event, &rules(&users), false);
    }
    assert_eq!(found.odd.iter().collect::<Vec<_>>(), [(&"e1".to_owned(), &"it has no etag".to_owned())]);
    assert_eq!((found.work.len(), found.left.len()), (0, 1));
    found.add(event("e1"), &rules(&users), false);
    found.add_odd("e2".to_owned(), "its `start` cannot be read".to_owned());
    assert_eq!((found.work.len(), found.left.len()), (1, 0));
    assert_eq!(found.odd.keys().collect::<Vec<_>>(), ["e2"]);
}

/// The event as the sweep leaves it after doing what the plan says.
fn applied(event: &Event, days: DateRange) -> Event {
    let marks = Marks {
        processed: Some("true".to_owned()),
        approved_event: Some(event.id.clone()),
        approved_dates: Some(days),
        ..event.marks.clone()
    };
    Event { marks, ..event.clone() }
}

fn any_event() -> impl Strategy<Value = Event> {
    let id = prop::sample::select(vec!["abc", "abc_20260618", "abc_20260618T080000Z", "def"]);
    let mark = prop::option::of(id.clone());
    let dates = prop::option::of(prop::sample::select(vec!["2026-06-18/2026-06-20", "2026-06-11/2026-06-13"]));
    let creator = prop::sample::select(vec!["anna@example.com", "ANNA@example.com", "x@example.com"]);
    (id, mark, dates, creator, prop::array::uniform6(any::<bool>())).prop_map(|(id, mark, dates, creator, flags)| {
        let [cancelled, special, timed, series, processed, reserved] = flags;
        let kind = if special { EventKind::Special } else { EventKind::Single };
        let marks = Marks {
            processed: processed.then(|| "true".to_owned()),
            reservation: reserved.then(|| "digest".to_owned()),
            approved_event: mark.map(Into::into),
            approved_dates: dates.map(|dates| dates.parse().unwrap()),
            requester: None,
        };
        let series = series.then(|| "abc".into());
        Event { cancelled, kind, timed, series, marks, creator: Email::parse(creator), ..event(id) }
    })
}

proptest! {
    #[test]
    fn a_plan_is_empty_after_it_was_applied(event in any_event()) {
        let users = users();
        if let Verdict::Work(_, days) = judge(&event, &rules(&users), false) {
            let after = judge(&applied(&event, days), &rules(&users), false);
            prop_assert_eq!(after, Verdict::Leave(LeaveReason::Approved));
        }
    }

    #[test]
    fn what_is_not_a_living_event_of_a_manual_user_is_never_work(event in any_event(), open: bool) {
        let users = users();
        let stranger = Event { creator: Email::parse("x@example.com"), ..event.clone() };
        let deleted = Event { cancelled: true, ..event };
        prop_assert!(matches!(judge(&stranger, &rules(&users), open), Verdict::Leave(_)));
        prop_assert!(matches!(judge(&deleted, &rules(&users), open), Verdict::Leave(_)));
    }
}
