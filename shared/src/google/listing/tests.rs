use serde_json::{Value, json};

use super::*;

fn read(text: &str) -> Option<EventsPage> {
    EventsPage::read(text, &"prague@example.com".into(), "2026-06-15T08:00:00Z".parse().unwrap())
}

fn page(value: &Value) -> EventsPage {
    read(&value.to_string()).unwrap()
}

#[test]
fn roles_that_may_write() {
    for role in ["owner", "writer", "writerWithoutPrivateAccess"] {
        assert_eq!(page(&json!({"accessRole": role})).access_role, AccessRole::CanWrite, "{role}");
    }
    for role in [json!("reader"), json!("freeBusyReader"), json!("none"), json!("caretaker"), json!(7), json!(null)] {
        assert_eq!(page(&json!({"accessRole": role})).access_role, AccessRole::ReadOnly, "{role}");
    }
    assert_eq!(page(&json!({})).access_role, AccessRole::ReadOnly);
}

#[test]
fn a_zone_is_known_or_not() {
    assert_eq!(page(&json!({"timeZone": "Europe/Prague"})).time_zone, Zone::named("Europe/Prague"));
    for zone in [json!("Mars/Olympus"), json!("GMT+02:00"), json!(""), json!(2), json!(null)] {
        assert_eq!(page(&json!({"timeZone": zone})).time_zone, None, "{zone}");
    }
}

#[test]
fn a_listing_whose_end_is_not_clear_is_no_listing() {
    for odd in [json!({"nextPageToken": 5}), json!({"items": {}}), json!({"items": "none"}), json!([]), json!(null)] {
        assert!(read(&odd.to_string()).is_none(), "{odd}");
    }
    for fine in [json!({"nextPageToken": null}), json!({"items": null}), json!({"nextSyncToken": 5})] {
        let page = page(&fine);
        assert_eq!((page.events.len(), page.odd.len(), page.next_page, page.next_sync), (0, 0, None, None));
    }
}

#[test]
fn an_odd_event_is_named_by_its_id_or_its_place() {
    let items = r#"{"items": [{"id": "a", "etag": "1", "summary": 5}, {"id": 7, "etag": "1"}, {}, 5,
        {"id": "\ud800", "etag": "1"}, {"id": "b", "etag": "1"}, {"id": "c"}, {"id": "d", "etag": "\u0007"}]}"#;
    let page = read(items).unwrap();
    assert_eq!(page.events.iter().map(|event| &*event.id).collect::<Vec<_>>(), ["b", "c"]);
    let odd: Vec<_> = page.odd.iter().map(|odd| (odd.id.as_deref(), odd.place, odd.reason.as_str())).collect();
    let expected = [
        (Some("a"), 1, "its `summary` cannot be read"),
        (None, 2, "its `id` cannot be read"),
        (None, 3, "it has no id"),
        (None, 4, "it is no object"),
        (None, 5, "its `id` cannot be read"),
        (Some("d"), 8, "its `etag` cannot be read"),
    ];
    assert_eq!(odd, expected);
}

/// An event with every member that is listed.
fn whole(id: usize) -> Value {
    json!({
        "id": format!("e{id}"), "etag": "\"1\"", "status": "confirmed", "eventType": "default",
        "creator": {"email": "anna@example.com"}, "organizer": {"email": "prague@example.com", "self": true},
        "guestsCanModify": false, "locked": false, "updated": "2026-06-15T07:00:00.000Z",
        "start": {"dateTime": "2026-06-18T09:00:00+02:00", "timeZone": "Europe/Prague"},
        "end": {"dateTime": "2026-06-18T17:00:00+02:00", "timeZone": "Europe/Prague"},
        "summary": "Anna", "recurringEventId": "series", "recurrence": ["RRULE:FREQ=DAILY"],
        "extendedProperties": {"private": {"event_processed": "true"}}, "htmlLink": "https://calendar.google.com/e",
    })
}

/// JSON that a member may have instead of its own.
fn oddities() -> Vec<String> {
    let deep = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    let nested = format!("{}1{}", r#"{"a":"#.repeat(400), "}".repeat(400));
    let texts = [
        "",
        "x",
        "10000-01-01",
        "+12345-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-06-18T09:00:00",
        "2026-13-45",
        "-0001-01-01",
        "0000-12-31T00:00:00.000Z",
        "Mars/Olympus",
        "\u{0}",
        "\u{feff}anna@example.com",
    ];
    let others = ["null", "true", "7", "-1", "1e400", "12345678901234567890123", "[]", "{}", "[null]", r#"{"a":1}"#];
    let surrogates = [r#""\ud800""#, r#""a\udc00b""#];
    let texts = texts.iter().map(|text| json!(text).to_string());
    let others = others.iter().chain(&surrogates).map(|other| (*other).to_owned());
    texts.chain(others).chain([deep(200), deep(100_000), nested]).collect()
}

/// The event with an odd value in place of one member, perhaps a nested one, or without that member.
fn mutated(path: &[&str], odd: Option<&str>) -> String {
    let mut event = whole(4);
    let (last, parents) = path.split_last().unwrap();
    let object = parents.iter().fold(&mut event, |object, name| &mut object[*name]).as_object_mut().unwrap();
    let Some(odd) = odd else {
        object.remove(*last);
        return event.to_string();
    };
    object.insert((*last).to_owned(), json!("<here>"));
    event.to_string().replace("\"<here>\"", odd)
}

#[test]
fn whatever_a_member_is_costs_one_event_at_most() {
    let event = whole(0);
    let members = event.as_object().unwrap();
    let nested = members.iter().filter_map(|(name, value)| Some((name, value.as_object()?)));
    let inner = nested.flat_map(|(name, members)| members.keys().map(move |inner| vec![name.as_str(), inner]));
    let mut paths: Vec<Vec<&str>> = members.keys().map(|name| vec![name.as_str()]).chain(inner).collect();
    paths.push(vec!["extendedProperties", "private", "event_processed"]);
    let asked = FIELDS.split(['/', '(', ')', ',', ' ']).filter(|name| !name.is_empty());
    assert!(asked.clone().all(|name| paths.iter().any(|path| path.contains(&name))), "{asked:?}");
    let mut odd_ones = 0;
    let oddities = oddities();
    for path in &paths {
        for odd in oddities.iter().map(|odd| Some(odd.as_str())).chain([None]) {
            let items: Vec<String> =
                (0..10).map(|n| if n == 4 { mutated(path, odd) } else { whole(n).to_string() }).collect();
            let text =
                format!(r#"{{"timeZone": "Europe/Prague", "nextSyncToken": "s", "items": [{}]}}"#, items.join(","));
            let page = read(&text).unwrap_or_else(|| panic!("{path:?} {odd:?}"));
            let others = page.events.iter().filter(|event| *event.id != *"e4" && event.days.is_some() && event.timed);
            let others = others.filter(|event| event.id.len() == 2).count();
            assert!(others >= 9, "{path:?} {odd:?}: {others}");
            assert_eq!(page.events.len() + page.odd.len(), 10, "{path:?} {odd:?}");
            assert_eq!(page.next_sync.as_deref(), Some("s"));
            odd_ones += page.odd.len();
        }
    }
    assert!(odd_ones > 300, "{odd_ones}");
}
