//! What an office's calendar has, over HTTP: reservations and days entered by hand, listed and one by one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{Days, NaiveDate, TimeDelta};
use moffman_simulators::{CalendarOptions, Call, CopyTarget, NewEvent, Recurrence, Split, Tamper, When};
use serde_json::{Value, json};

use crate::client::{Client, reservation};
use crate::forms::{anna_adds, refused_form};
use crate::stage::{ANNA, BRNO, PRAGUE};

/// Google shows an event whose end is no time.
struct Odd(String);

impl Tamper for Odd {
    fn answer_text(&self, call: &Call, body: &mut String) {
        if !call.operation.starts_with("events.") {
            return;
        }
        let mut answer: Value = serde_json::from_str(body).unwrap();
        let spoil = |event: &mut Value| {
            if event["id"] == self.0.as_str() {
                event["end"] = json!({});
            }
        };
        match answer.get_mut("items").and_then(Value::as_array_mut) {
            Some(items) => items.iter_mut().for_each(spoil),
            None => spoil(&mut answer),
        }
        *body = answer.to_string();
    }
}

const LISTS: &str = "/api/v1/reservations";

/// The day that is so many days from today.
pub fn day(client: &Client, ahead: u64) -> NaiveDate {
    client.stage.world.now().date_naive() + Days::new(ahead)
}

/// A workflow registers this person for the day that is so many days from today. Answers the id.
pub async fn registers(client: &Client, name: &str, ahead: u64, approved: bool) -> String {
    let mut body = reservation();
    body["user"] = json!({"name": name});
    body["approved"] = json!(approved);
    body["start"] = json!(day(client, ahead).to_string());
    body["end"] = json!(day(client, ahead + 1).to_string());
    let answer = client.reserve(&body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn page(client: &Client, query: &str) -> Value {
    let answer = client.send("GET", &format!("{LISTS}?{query}"), "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

/// Each with its kind, status and name.
async fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = page(client, query).await;
    let show = |one: &Value| {
        let word = |name: &str| one[name].as_str().unwrap().to_owned();
        format!("{} {} {}", word("kind"), word("status"), word("name"))
    };
    page["reservations"].as_array().unwrap().iter().map(show).collect()
}

#[tokio::test]
async fn reservations_and_days_entered_by_hand_are_listed_by_their_first_day() {
    let client = Client::start().await;
    let world = &client.stage.world;
    let approved = anna_adds(&client, PRAGUE, 5);
    client.sweep().await;
    registers(&client, "Ada Example", 4, false).await;
    let later = registers(&client, "Bob Example", 6, true).await;
    anna_adds(&client, PRAGUE, 3);
    let meeting = NewEvent::new(day(&client, 3), day(&client, 4));
    world.person_adds(PRAGUE, "stranger@example.com", meeting.titled("A meeting that is nobody's business"));
    let page = page(&client, "office_id=prague").await;
    let items = page["reservations"].as_array().unwrap();
    assert_eq!(items.len(), 4, "{page:#}");
    assert_eq!((&page["next"], &page["unreadable"]), (&Value::Null, &json!(0)));
    let event = world.event(PRAGUE, &later).unwrap();
    let expected = json!({
        "id": later,
        "office_id": "prague",
        "kind": "reservation",
        "status": "approved",
        "name": "Bob Example",
        "start": day(&client, 6).to_string(),
        "end": day(&client, 7).to_string(),
        "url": event["htmlLink"],
        "updated": items[3]["updated"],
        "etag": event["etag"],
        "form": null,
        "ended": null,
        "reason": null,
    });
    assert_eq!(items[3], expected);
    let [names, statuses] = ["name", "status"].map(|member| items.iter().map(|one| &one[member]).collect::<Vec<_>>());
    assert_eq!(names, ["Anna Nová", "Ada Example", "Anna Nová", "Bob Example"]);
    assert_eq!(statuses, ["pending", "pending", "approved", "approved"]);
    let form = client.send("GET", "/api/v1/forms?office_id=prague", "").await.json()["forms"][0].clone();
    assert_eq!(items[2]["id"], json!(approved));
    assert_eq!(items[2]["form"], json!({"id": form["id"], "state": "issued"}));
    assert_eq!(items[0]["form"], Value::Null, "nobody has sent it");
}

#[tokio::test]
async fn a_list_has_the_days_that_were_asked_for_both_included() {
    let client = Client::start().await;
    for (name, ahead) in [("today", 0), ("in two weeks", 14), ("later", 15)] {
        registers(&client, name, ahead, true).await;
    }
    assert_eq!(listed(&client, "office_id=prague").await.len(), 2);
    let range = |from: u64, to: u64| format!("office_id=prague&from={}&to={}", day(&client, from), day(&client, to));
    assert_eq!(listed(&client, &range(1, 14)).await, ["reservation approved in two weeks"]);
    assert_eq!(listed(&client, &range(1, 13)).await, [""; 0]);
    assert_eq!(listed(&client, &range(15, 15)).await, ["reservation approved later"]);
    assert_eq!(listed(&client, &range(0, 91)).await.len(), 3);
    let pending = format!("{}&status=pending", range(0, 30));
    assert_eq!(listed(&client, &pending).await, [""; 0]);
}

#[tokio::test]
async fn the_first_and_the_last_day_of_all_can_be_asked_for() {
    let client = Client::start().await;
    for edge in ["0001-01-01", "9999-12-30"] {
        assert_eq!(listed(&client, &format!("office_id=prague&from={edge}&to={edge}")).await, [""; 0], "{edge}");
    }
    let sent = client.stage.world.calls().into_iter().filter(|call| call.operation == "events.list");
    let times: Vec<_> = sent.flat_map(|call| call.query).filter(|(name, _)| name.starts_with("time")).collect();
    assert!(times.len() == 4 && times.iter().all(|(_, time)| time.len() == "9999-12-31T00:00:00Z".len()), "{times:?}");
}

#[tokio::test]
async fn the_day_of_an_event_with_times_is_that_of_the_calendar() {
    let client = Client::start().await;
    let world = &client.stage.world;
    let far = "far@group.calendar.google.com";
    world.add_calendar(far, CalendarOptions { time_zone: "Pacific/Auckland".to_owned(), ..CalendarOptions::default() });
    let client = client.restarted(|settings| {
        settings["offices"]["office_list"][0]["id"] = json!(far);
        settings["calendar"] = json!({"timed_events": "accept"});
    });
    // In Auckland it is the next day already.
    let evening = day(&client, 3).and_hms_opt(20, 0, 0).unwrap().and_utc();
    client.stage.world.person_adds(far, ANNA, NewEvent::new(evening, evening + TimeDelta::hours(1)));
    let on = |ahead: u64| format!("office_id=prague&from={0}&to={0}", day(&client, ahead));
    assert_eq!(listed(&client, &on(3)).await, [""; 0]);
    assert_eq!(listed(&client, &on(4)).await, ["manual pending Anna Nová"]);
}

#[tokio::test]
async fn a_series_is_listed_day_by_day_and_a_copy_is_pending() {
    let client = Client::start().await;
    let world = &client.stage.world;
    let weekly = NewEvent::new(day(&client, 2), day(&client, 3)).repeating(Recurrence::weekly());
    world.person_adds(PRAGUE, ANNA, weekly);
    let original = anna_adds(&client, PRAGUE, 3);
    client.sweep().await;
    world.person_copies(PRAGUE, &original, CopyTarget { calendar: BRNO, creator: ANNA });
    let month = format!("from={}&to={}", day(&client, 0), day(&client, 30));
    let statuses: Vec<String> = listed(&client, &format!("office_id=prague&{month}")).await;
    assert_eq!(statuses.iter().filter(|one| one.contains("approved")).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|one| one.contains("pending")).count(), 3, "{statuses:?}");
    assert_eq!(listed(&client, &format!("office_id=brno&{month}")).await, ["manual pending Anna Nová"]);
}

#[tokio::test]
async fn a_list_goes_on_where_the_page_ended() {
    let client = Client::start().await;
    for ahead in 0..5 {
        registers(&client, &format!("person {ahead}"), ahead, true).await;
    }
    client.stage.world.set_page_size(2);
    let (mut names, mut query) = (Vec::new(), "office_id=prague&limit=1".to_owned());
    loop {
        let page = page(&client, &query).await;
        names.extend(page["reservations"].as_array().unwrap().iter().map(|one| one["name"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("office_id=prague&limit=1&page={next}");
        for other in ["office_id=brno", "office_id=prague&status=pending", "office_id=prague&to=2030-01-01"] {
            let answer = client.send("GET", &format!("{LISTS}?{other}&page={next}"), "").await;
            answer.expect_problem_with(422, "invalid-content", "page");
        }
    }
    assert_eq!(names, ["person 0", "person 1", "person 2", "person 3", "person 4"]);
}

#[tokio::test]
async fn a_page_goes_on_after_midnight_and_has_no_days_but_those_that_were_asked_for() {
    let client = Client::start().await;
    for name in ["one", "two"] {
        registers(&client, name, 0, true).await;
    }
    let query = format!("office_id=prague&to={}", day(&client, 0));
    let next = page(&client, &format!("{query}&limit=1")).await["next"].as_str().unwrap().to_owned();
    client.stage.world.advance(TimeDelta::days(1));
    let rest = page(&client, &format!("{query}&page={next}")).await;
    assert_eq!((rest["reservations"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let mut place: Value = serde_json::from_slice(&BASE64.decode(next).unwrap()).unwrap();
    place[1]["days"] = json!("0001-01-01/9999-12-31");
    let forged = BASE64.encode(place.to_string());
    let answer = client.send("GET", &format!("{LISTS}?{query}&page={forged}"), "").await;
    answer.expect_problem_with(422, "invalid-content", "page");
}

#[tokio::test]
async fn a_listing_of_google_without_an_end_is_not_followed_for_ever() {
    let client = Client::start().await;
    client.stage.world.list_for_ever(PRAGUE);
    let attendance = client.send("GET", "/api/v1/attendance?office_id=prague", "").await.json();
    assert_eq!(attendance["offices"][0]["problem"], "Google's answer cannot be read");
}

#[tokio::test]
async fn one_has_the_days_that_the_list_has_wherever_it_was_entered() {
    let client = Client::start().await;
    let here = "here@group.calendar.google.com";
    let options = CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() };
    client.stage.world.add_calendar(here, options);
    let client = client.restarted(|settings| settings["offices"]["office_list"][0]["id"] = json!(here));
    let at = |hour: &str| When::in_zone(&format!("{}T{hour}:00:00", day(&client, 3)), "America/New_York");
    let id = client.stage.world.person_adds(here, ANNA, NewEvent::new(at("22"), at("23")));
    assert_eq!(client.sweep().await["events_approved"], 1);
    let list = page(&client, "office_id=prague").await;
    let one = client.send("GET", &format!("{LISTS}/{id}?office_id=prague"), "").await.json();
    assert_eq!(list["reservations"], json!([one]));
    assert_eq!((&one["start"], &one["status"]), (&json!(day(&client, 4).to_string()), &json!("approved")));
}

#[tokio::test]
async fn a_reservation_that_was_made_a_series_and_split_stays_one() {
    let client = Client::start().await;
    let id = registers(&client, "Ada Example", 1, true).await;
    let world = &client.stage.world;
    world.person_makes_series(PRAGUE, &id, Recurrence::weekly().times(3));
    let split = Split { range_in_ids: true, keeps_properties: true };
    let rest = world.person_splits_series(PRAGUE, (id.as_str(), day(&client, 8)), split);
    assert!(rest.starts_with(&format!("{id}_R")), "{rest}");
    let range = format!("office_id=prague&from={}&to={}", day(&client, 0), day(&client, 20));
    assert_eq!(listed(&client, &range).await, ["reservation approved Ada Example"; 3]);
}

#[tokio::test]
async fn an_event_that_cannot_be_understood_is_counted_and_left_out() {
    let client = Client::start().await;
    anna_adds(&client, PRAGUE, 3);
    let odd = anna_adds(&client, PRAGUE, 4);
    client.stage.world.tamper(Arc::new(Odd(odd)));
    let page = page(&client, "office_id=prague").await;
    assert_eq!((page["reservations"].as_array().unwrap().len(), &page["unreadable"]), (1, &json!(1)));
}

#[tokio::test]
async fn a_strangers_event_is_hidden_however_odd_it_is() {
    let client = Client::start().await;
    let event = NewEvent::new(day(&client, 3), day(&client, 4));
    let odd = client.stage.world.person_adds(PRAGUE, "stranger@example.com", event);
    client.stage.world.tamper(Arc::new(Odd(odd.clone())));
    let answer = client.send("GET", &format!("{LISTS}/{odd}?office_id=prague"), "").await;
    answer.expect_problem(404, "no-such-reservation");
    let mine = anna_adds(&client, PRAGUE, 4);
    client.stage.world.tamper(Arc::new(Odd(mine.clone())));
    let answer = client.send("GET", &format!("{LISTS}/{mine}?office_id=prague"), "").await;
    answer.expect_problem(502, "google-refused");
}

#[tokio::test]
async fn one_is_shown_with_its_version() {
    let client = Client::start().await;
    let (registered, entered) = (registers(&client, "Ada Example", 3, false).await, anna_adds(&client, PRAGUE, 4));
    for (id, kind) in [(&registered, "reservation"), (&entered, "manual")] {
        let answer = client.send("GET", &format!("{LISTS}/{id}?office_id=prague"), "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let item = answer.json();
        assert_eq!((&item["id"], &item["kind"]), (&json!(id), &json!(kind)));
        assert_eq!(answer.header("etag"), client.stage.world.event(PRAGUE, id).unwrap()["etag"]);
        assert_eq!(item["etag"], answer.header("etag"));
        let query = format!("office_id=prague&from={0}&to={0}", item["start"].as_str().unwrap());
        assert_eq!(page(&client, &query).await["reservations"], json!([item]));
        client.send("HEAD", &format!("{LISTS}/{id}?office_id=prague"), "").await.expect_status(200);
        let elsewhere = client.send("GET", &format!("{LISTS}/{id}?office_id=brno"), "").await;
        elsewhere.expect_problem(404, "no-such-reservation");
    }
    let day = NewEvent::new(day(&client, 3), day(&client, 4));
    let strangers = client.stage.world.person_adds(PRAGUE, "stranger@example.com", day);
    client.stage.world.person_deletes(PRAGUE, &entered);
    for id in [strangers.as_str(), entered.as_str(), "none", &"a".repeat(1_024)] {
        let answer = client.send("GET", &format!("{LISTS}/{id}?office_id=prague"), "").await;
        answer.expect_problem(404, "no-such-reservation");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_and_named() {
    let client = Client::start().await;
    for (query, field) in [
        ("", "office_id"),
        ("?office_id=", "office_id"),
        ("?office_id=prague&from=2026-02-30", "from"),
        ("?office_id=prague&from=tomorrow", "from"),
        ("?office_id=prague&to=2026-6-1", "to"),
        ("?office_id=prague&from=2026-06-02&to=2026-06-01", "to"),
        ("?office_id=prague&from=2026-01-01&to=2026-04-03", "to"),
        ("?office_id=prague&status=held", "status"),
        ("?office_id=prague&limit=0", "limit"),
        ("?office_id=prague&limit=1001", "limit"),
        ("?office_id=prague&page=x", "page"),
        ("?office_id=prague&page=", "page"),
        ("?office_id=prague&office_id=brno", "office_id"),
        ("?office_id=prague&what=x", "what"),
        ("/a-b?office_id=prague", "id"),
        ("/a%20b?office_id=prague", "id"),
        ("/%FF?office_id=prague", "id"),
        ("/abc", "office_id"),
        ("/abc?office_id=prague&from=2026-06-01", "from"),
    ] {
        let answer = client.send("GET", &format!("{LISTS}{query}"), "").await;
        answer.expect_problem_with(422, "invalid-content", field);
    }
    let long = format!("{LISTS}/{}?office_id=prague", "a".repeat(1_025));
    client.send("GET", &long, "").await.expect_problem_with(422, "invalid-content", "id");
    let unknown = client.send("GET", &format!("{LISTS}?office_id=nowhere"), "").await;
    unknown.expect_problem_with(422, "unknown-office", "office_id");
    let calls = client.stage.world.calls();
    assert!(calls.iter().all(|call| !call.operation.starts_with("events.")), "{calls:?}");
}

#[tokio::test]
async fn a_form_that_waits_is_shown_with_its_day() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    let page = page(&client, "office_id=prague").await;
    assert_eq!(page["reservations"][0]["form"], json!({"id": form["id"], "state": "waiting"}));
}
