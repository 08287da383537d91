use super::*;

fn calendar() -> CalendarId {
    "prague@group.calendar.google.com".into()
}

fn now() -> DateTime<Utc> {
    "2026-06-15T08:00:00Z".parse().unwrap()
}

fn read_in(zone: Option<Zone>, event: &Value) -> Result<Event, String> {
    read(&event.to_string(), ReadContext { calendar: &calendar(), zone, by_offsets: false, now: now() })
}

fn read_alone(event: &Value) -> Result<Event, String> {
    read_in(None, event)
}

#[test]
fn only_what_google_lets_this_calendar_change_is_to_be_changed() {
    let ours = json!({"email": "Prague@group.calendar.google.com", "self": true});
    let annas = json!({"email": "anna@example.com"});
    for (content, fixed) in [
        (json!({}), false),
        (json!({"organizer": ours}), false),
        (json!({"organizer": {"email": "prague@group.calendar.google.com"}}), false),
        (json!({"organizer": {"displayName": "Anna"}}), false),
        (json!({"organizer": annas}), true),
        (json!({"organizer": annas, "guestsCanModify": true}), false),
        (json!({"organizer": {"email": "anna@example.com", "self": true}}), false),
        (json!({"organizer": ours, "locked": true}), true),
        (json!({"organizer": annas, "guestsCanModify": true, "locked": true}), true),
    ] {
        let mut event = content.clone();
        (event["id"], event["etag"]) = ("e".into(), "1".into());
        let event = read_alone(&event).unwrap();
        assert_eq!(event.fixed, fixed, "{content}");
    }
}

fn instant(text: &str) -> api::EventDateTime {
    api::EventDateTime { date_time: Some(text.parse().unwrap()), ..Default::default() }
}

fn date(text: &str) -> api::EventDateTime {
    api::EventDateTime { date: Some(text.parse().unwrap()), ..Default::default() }
}

fn written(start: &api::EventDateTime, end: &api::EventDateTime, zone: &str) -> String {
    let context = ReadContext { calendar: &calendar(), zone: Zone::named(zone), by_offsets: false, now: now() };
    days(start, end, "", context).map(|days| days.to_string()).unwrap_or_default()
}

#[test]
fn a_timed_event_has_the_days_of_the_calendars_zone() {
    for (zone, start, end, expected) in [
        ("UTC", "2026-06-18T09:00:00Z", "2026-06-18T17:00:00Z", "2026-06-18/2026-06-19"),
        ("Europe/Prague", "2026-06-17T22:30:00Z", "2026-06-18T15:00:00Z", "2026-06-18/2026-06-19"),
        ("America/New_York", "2026-06-18T02:00:00Z", "2026-06-18T05:00:00Z", "2026-06-17/2026-06-19"),
        ("Europe/Prague", "2026-06-18T07:00:00Z", "2026-06-18T22:00:00Z", "2026-06-18/2026-06-19"),
        ("Europe/Prague", "2026-06-18T07:00:00Z", "2026-06-18T22:00:01Z", "2026-06-18/2026-06-20"),
        ("Europe/Prague", "2026-06-18T22:00:00Z", "2026-06-18T22:00:00Z", "2026-06-19/2026-06-20"),
        ("Pacific/Kiritimati", "2026-06-18T10:00:00Z", "2026-06-19T10:00:00Z", "2026-06-19/2026-06-20"),
        // This day begins at one o'clock, so an end at that time belongs to the day before.
        ("Africa/Cairo", "2026-04-23T10:00:00Z", "2026-04-23T22:00:00Z", "2026-04-23/2026-04-24"),
    ] {
        assert_eq!(written(&instant(start), &instant(end), zone), expected, "{zone} {start} {end}");
    }
}

#[test]
fn an_event_without_sensible_dates_has_no_days() {
    let nothing = api::EventDateTime::default();
    for (start, end) in [
        (nothing.clone(), nothing.clone()),
        (date("2026-06-18"), nothing),
        (date("2026-06-18"), instant("2026-06-18T17:00:00Z")),
        (date("2026-06-18"), date("2026-06-17")),
        (instant("2026-06-18T17:00:00Z"), instant("2026-06-18T09:00:00Z")),
        (instant("+262000-01-01T00:00:00Z"), instant("+262000-01-02T00:00:00Z")),
    ] {
        assert_eq!(written(&start, &end, "Europe/Prague"), "", "{start:?} {end:?}");
    }
    assert_eq!(written(&date("2026-06-18"), &date("2026-06-18"), "UTC"), "2026-06-18/2026-06-19");
}

fn timed(start: (&str, Option<&str>), end: (&str, Option<&str>)) -> Value {
    let time = |(instant, zone): (&str, Option<&str>)| json!({"dateTime": instant, "timeZone": zone});
    json!({"id": "e", "etag": "1", "start": time(start), "end": time(end)})
}

#[test]
fn without_the_calendars_zone_an_events_own_zone_or_offset_counts() {
    let late = "2026-06-18T23:00:00Z";
    for (zone, start, end, expected) in [
        (Zone::named("UTC"), (late, Some("Asia/Tokyo")), (late, None), "2026-06-18/2026-06-19"),
        (None, (late, Some("Asia/Tokyo")), (late, None), "2026-06-19/2026-06-20"),
        (None, (late, Some("Mars/Olympus")), (late, None), "2026-06-18/2026-06-19"),
        (None, (late, None), (late, None), "2026-06-18/2026-06-19"),
        (
            None,
            ("2026-06-18T00:30:00+02:00", Some("GMT+02:00")),
            ("2026-06-18T08:30:00+02:00", Some("")),
            "2026-06-18/2026-06-19",
        ),
        (None, ("2026-06-18T00:30:00+02:00", None), ("2026-06-19T00:00:00+02:00", None), "2026-06-18/2026-06-19"),
        // The clocks go back in this night.
        (None, ("2026-10-24T00:00:00+02:00", None), ("2026-10-26T00:00:00+01:00", None), "2026-10-24/2026-10-26"),
        // An event that begins in Prague and ends in Tokyo.
        (
            None,
            ("2026-06-18T20:00:00Z", Some("Europe/Prague")),
            ("2026-06-19T08:00:00Z", Some("Asia/Tokyo")),
            "2026-06-18/2026-06-20",
        ),
    ] {
        let days = read_in(zone, &timed(start, end)).unwrap().days.unwrap();
        assert_eq!(days.to_string(), expected, "{zone:?} {start:?} {end:?}");
    }
}

#[test]
fn a_change_that_cannot_have_been_then_is_no_change() {
    for (updated, is_read) in [
        ("0000-12-31T00:00:00.000Z", false),
        ("1970-01-01T00:00:00.000Z", false),
        ("1999-12-31T23:59:59.999Z", false),
        ("2000-01-01T00:00:00.000Z", true),
        ("2026-06-15T08:00:00.000Z", true),
        ("2026-06-15T08:05:00.000Z", true),
        ("2026-06-15T08:05:00.001Z", false),
        ("9999-12-31T00:00:00.000Z", false),
    ] {
        let event = read_alone(&json!({"id": "e", "etag": "1", "updated": updated})).unwrap();
        assert_eq!(event.updated.is_some(), is_read, "{updated}");
    }
}

#[test]
fn what_cannot_be_read_of_an_answer_is_as_it_was_written() {
    let change = EventChange {
        days: "2026-06-18/2026-06-20".parse().ok(),
        properties: vec![(PROCESSED, "true".to_owned())],
        ..EventChange::default()
    };
    let written = |text: &str| {
        let (calendar, zone) = (calendar(), None);
        read_written(
            text,
            &"e".into(),
            &change,
            ReadContext { calendar: &calendar, zone, by_offsets: false, now: now() },
        )
    };
    for odd in ["{}", r#"{"id": 7, "etag": {}, "start": 5, "extendedProperties": null}"#, r#"{"summary": "\ud800"}"#] {
        let event = written(odd).unwrap();
        assert_eq!((&*event.id, &*event.etag, event.days), ("e", "", change.days), "{odd}");
        assert_eq!(event.marks.processed.as_deref(), Some("true"), "{odd}");
    }
    let fine = written(r#"{"id": "e", "etag": "2", "extendedProperties": {"private": {"event_processed": "x"}}}"#);
    let fine = fine.unwrap();
    assert_eq!((&*fine.etag, fine.marks.processed.as_deref()), ("2", Some("x")));
    assert_eq!((written("[]"), written("<html>"), written("")), (None, None, None));
}

#[test]
fn an_own_event_may_have_odd_dates_and_titles_and_nothing_odd_that_says_whose_it_is() {
    let read = |text: &str| {
        let calendar = calendar();
        read_essential(text, ReadContext { calendar: &calendar, zone: None, by_offsets: false, now: now() })
    };
    let odd = read(r#"{"id": "e", "etag": "1", "summary": "\ud800", "end": {"date": "10000-01-01"}}"#).unwrap();
    assert_eq!((odd.title, odd.days), (None, None));
    for (member, value) in [("id", "7"), ("etag", "7"), ("status", "\"maybe\""), ("extendedProperties", "7")] {
        let mut members = json!({"id": "e", "etag": "1"});
        members[member] = serde_json::from_str(value).unwrap();
        assert_eq!(read(&members.to_string()).unwrap_err(), format!("its `{member}` cannot be read"));
    }
}

#[test]
fn a_tombstone_may_have_nothing_but_its_id() {
    let event = read_alone(&json!({"id": "e", "status": "cancelled"})).unwrap();
    assert!(event.cancelled && event.kind == EventKind::Single && !event.timed);
    assert_eq!((event.creator, event.days, event.marks), (None, None, Marks::default()));
    assert_eq!(read_alone(&json!({})).unwrap_err(), "it has no id");
}

#[test]
fn marks_are_read_and_odd_ones_left_out() {
    let event = |dates: &str| {
        let private = json!({"event_processed": "false", "moffman_event": "e", "moffman_dates": dates, "other": "x"});
        let properties = json!({"private": private});
        let event = json!({"id": "e", "etag": "1", "eventType": "focusTime", "extendedProperties": properties});
        read_alone(&event).unwrap()
    };
    let marks = event("2026-06-18/2026-06-19").marks;
    assert_eq!((marks.processed.as_deref(), marks.approved_event.as_deref()), (Some("false"), Some("e")));
    assert_eq!(marks.approved_dates.unwrap().to_string(), "2026-06-18/2026-06-19");
    assert_eq!(event("soon").marks.approved_dates, None);
    assert_eq!(event("").kind, EventKind::Special);
}

#[test]
fn a_patch_says_only_what_changes_and_in_strings() {
    assert_eq!(patch(&EventChange::default()), json!({}));
    let change = EventChange {
        title: Some("Ž".repeat(2_000)),
        colour: Some(5),
        days: "2026-06-18/2026-06-20".parse().ok(),
        status: Some(StatusChange::Confirmed),
        properties: vec![(PROCESSED, "true".to_owned())],
    };
    let date = |date| json!({"date": date, "dateTime": null, "timeZone": null});
    let expected = json!({
        "summary": "Ž".repeat(1_024), "colorId": "5", "start": date("2026-06-18"), "end": date("2026-06-20"),
        "status": "confirmed", "extendedProperties": {"private": {"event_processed": "true"}},
    });
    assert_eq!(patch(&change), expected);
    let end = EventChange { status: Some(StatusChange::Cancelled), ..EventChange::default() };
    assert_eq!(patch(&end), json!({"status": "cancelled"}));
}

#[test]
fn an_event_is_deleted_unless_the_answer_to_that_says_otherwise() {
    let end = EventChange { status: Some(StatusChange::Cancelled), ..EventChange::default() };
    let calendar = calendar();
    let context = ReadContext { calendar: &calendar, zone: None, by_offsets: false, now: now() };
    let written = |answer: &str| read_written(answer, &"e".into(), &end, context).unwrap().cancelled;
    assert!(written("{}") && written(r#"{"status": "cancelled"}"#));
    assert!(!written(r#"{"status": "confirmed"}"#));
}
