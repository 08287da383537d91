//! Approval forms over HTTP: how they are listed.

use chrono::{Days, SecondsFormat, TimeDelta};
use moffman_simulators::{Fault, NewEvent};
use serde_json::{Value, json};

use crate::client::{Answer, Client, reservation};
use crate::stage::{ANNA, BRNO, PRAGUE};

pub const FORMS: &str = "/api/v1/forms";

/// Anna enters the day that is so many days from now. Answers the id of the event.
pub fn anna_adds(client: &Client, calendar: &str, ahead: u64) -> String {
    let world = &client.stage.world;
    let day = world.now().date_naive() + Days::new(ahead);
    world.person_adds(calendar, ANNA, NewEvent::new(day, day + Days::new(1)))
}

/// A form that Byroapi refused, for the day that is so many days from now, and which waits.
pub async fn refused_form(client: &Client, ahead: u64) -> Value {
    let event = anna_adds(client, PRAGUE, ahead);
    client.stage.world.fail("form", Fault::status(500, "no blank PDF"));
    let report = client.sweep().await;
    assert_eq!(report["forms"]["refused"], 1, "{report}");
    // Google's clock is a little ahead; what a person decides next is about what is there.
    client.stage.world.advance(TimeDelta::seconds(1));
    form_of(client, &event).await
}

/// A form that was issued.
pub async fn issued_form(client: &Client) -> Value {
    let event = anna_adds(client, PRAGUE, 3);
    let report = client.sweep().await;
    assert_eq!((&report["forms"]["issued"], &report["events_approved"]), (&json!(1), &json!(1)), "{report}");
    form_of(client, &event).await
}

/// The form that this event asked for.
pub async fn form_of(client: &Client, event: &str) -> Value {
    let asked = |form: &Value| form["events"].as_array().unwrap().iter().any(|one| one["event_id"] == event);
    listed(client, "").await.into_iter().find(asked).unwrap()
}

pub async fn settle(client: &Client, form: &Value, decision: &str, body: &str) -> Answer {
    let id = form["id"].as_str().unwrap();
    client.send("POST", &format!("{FORMS}/{id}/{decision}"), body.to_owned()).await
}

async fn listed(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.send("GET", &format!("{FORMS}{query}"), "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["forms"].as_array().unwrap().clone()
}

/// A sweep begins to send a form, and never ends.
pub async fn a_sweep_hangs(client: &Client) {
    let world = &client.stage.world;
    world.advance(TimeDelta::minutes(2));
    world.fail("form", Fault::Hang);
    let (hangs, mut hanging) = tokio::sync::watch::channel(false);
    world.when_hanging(move |_| {
        hangs.send_replace(true);
    });
    tokio::select! {
        answer = client.send("POST", "/api/v1/sweeps", "") => panic!("the form hangs: {}", answer.text),
        _ = hanging.wait_for(|hangs| *hangs) => {}
    }
}

#[tokio::test]
async fn a_form_is_listed_once_with_all_events_that_asked_for_it() {
    let client = Client::start().await;
    assert_eq!(client.send("GET", FORMS, "").await.json(), json!({"forms": [], "next": null}));
    let (now, in_prague) = (client.stage.world.now(), anna_adds(&client, PRAGUE, 3));
    client.sweep().await;
    client.stage.world.advance(TimeDelta::minutes(1));
    let in_brno = anna_adds(&client, BRNO, 3);
    let report = client.sweep().await;
    assert_eq!(
        (&report["events_approved"], &report["events_approved_on_earlier_form"], &report["remarks"][0]["office"]),
        (&json!(1), &json!(1), &json!("brno")),
        "{report:#}"
    );
    let event =
        |office: &str, id: &str| json!({"office_id": office, "event_id": id, "status": "approved", "found_at": null});
    let forms = listed(&client, "").await;
    let expected = json!([{
        "id": forms[0]["id"],
        "state": "issued",
        "user_id": ANNA,
        "start": (now.date_naive() + Days::new(3)).to_string(),
        "end": (now.date_naive() + Days::new(4)).to_string(),
        "failures": 0,
        "failing_since": null,
        "next_try_at": null,
        "mails": 1,
        "issued_at": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        "events": [event("prague", &in_prague), event("brno", &in_brno)],
    }]);
    assert_eq!(json!(forms), expected);
    for query in ["?office_id=prague", "?office_id=brno", "?office_id=brno&state=issued"] {
        assert_eq!(json!(listed(&client, query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn forms_are_listed_by_their_state() {
    let client = Client::start().await;
    refused_form(&client, 3).await;
    client.stage.world.fail("form", Fault::DropAfterEffect);
    anna_adds(&client, PRAGUE, 4);
    client.sweep().await;
    anna_adds(&client, PRAGUE, 5);
    client.sweep().await;
    let discarded = refused_form(&client, 6).await;
    let resent = refused_form(&client, 7).await;
    assert_eq!(settle(&client, &discarded, "discard", "").await.status, 200);
    assert_eq!(settle(&client, &resent, "resend", "").await.status, 200);

    let all = listed(&client, "").await;
    let states = all.iter().map(|form| form["state"].as_str().unwrap());
    assert_eq!(states.collect::<Vec<_>>(), ["waiting", "in_doubt", "issued", "discarded", "due"]);
    let tried_again = all.iter().map(|form| form["next_try_at"].is_string());
    assert_eq!(tried_again.collect::<Vec<_>>(), [true, true, false, false, false]);
    for form in &all {
        let query = format!("?state={}", form["state"].as_str().unwrap());
        assert_eq!(listed(&client, &query).await, std::slice::from_ref(form), "{query}");
    }
    assert_eq!(listed(&client, "?state=open").await, [&all[0], &all[1], &all[4]].map(Clone::clone));
    for nothing in ["?state=held", "?state=sending", "?state=open&office_id=brno"] {
        assert_eq!(listed(&client, nothing).await, [] as [Value; 0], "{nothing}");
    }
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_held_after_three_mails() {
    let client = Client::start().await;
    let world = &client.stage.world;
    world.fail("form", Fault::DropAfterEffect).times(3);
    let since = world.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let event = anna_adds(&client, PRAGUE, 3);
    for (mails, state) in [(1, "in_doubt"), (2, "in_doubt"), (3, "held"), (3, "held")] {
        let report = client.sweep().await;
        assert_eq!(report["forms"]["held"], u8::from(state == "held"), "{report}");
        let form = form_of(&client, &event).await;
        assert_eq!((&form["state"], &form["mails"]), (&json!(state), &json!(mails)));
        assert_eq!((&form["failures"], &form["failing_since"]), (&json!(mails), &json!(since)));
        assert_eq!(form["next_try_at"].is_null(), state == "held", "{form}");
        world.advance(TimeDelta::minutes(10));
    }
    let held = listed(&client, "?state=held").await;
    assert_eq!((held.len(), &held[0]["events"][0]["found_at"]), (1, &json!(since)), "{held:?}");
}

#[tokio::test]
async fn an_event_that_was_deleted_is_gone() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    let event = &form["events"][0];
    assert_eq!((&event["status"], event["found_at"].is_string()), (&json!("open"), true));
    client.stage.world.person_deletes(PRAGUE, event["event_id"].as_str().unwrap());
    client.sweep().await;
    let left = listed(&client, "?state=waiting").await;
    let gone = json!([{"office_id": "prague", "event_id": event["event_id"], "status": "gone", "found_at": null}]);
    assert_eq!((left.len(), &left[0]["events"]), (1, &gone));
}

#[tokio::test]
async fn an_event_in_a_calendar_that_no_office_has_any_more_is_orphaned() {
    let client = Client::start().await;
    let in_brno = anna_adds(&client, BRNO, 3);
    client.stage.world.fail("form", Fault::status(500, "no blank PDF")).always();
    refused_form(&client, 3).await;
    client.sweep().await;
    let client = client.restarted(|settings| settings["offices"]["office_list"] = json!([]));
    let form = form_of(&client, &in_brno).await;
    let events = form["events"].as_array().unwrap().iter().map(|event| (&event["office_id"], &event["status"]));
    let mut events: Vec<_> = events.map(|(office, status)| (office.as_str(), status.as_str().unwrap())).collect();
    events.sort_unstable();
    assert_eq!(events, [(None, "orphaned"), (Some("brno"), "open")]);
    client.stage.world.heal();
}

#[tokio::test]
async fn an_event_of_somebody_who_is_no_manual_user_any_more_is_not_registered() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    let client = client.restarted(|settings| settings["manual_users"]["user_list"] = json!([]));
    client.sweep().await;
    let form = form_of(&client, form["events"][0]["event_id"].as_str().unwrap()).await;
    assert_eq!(
        (&form["user_id"], &form["events"][0]["status"]),
        (&json!("anna@example.com"), &json!("not_registered")),
        "{form:#}"
    );
}

#[tokio::test]
async fn a_listing_goes_on_where_a_page_ends() {
    let client = Client::start().await;
    for (calendar, ahead) in [(PRAGUE, 5), (PRAGUE, 3), (BRNO, 4)] {
        anna_adds(&client, calendar, ahead);
    }
    client.sweep().await;
    let all = listed(&client, "").await;
    let office = |form: &Value| form["events"][0]["office_id"].as_str().unwrap().to_owned();
    assert_eq!(all.iter().map(office).collect::<Vec<_>>(), ["brno", "prague", "prague"]);
    let (mut pages, mut page) = (Vec::new(), String::new());
    for _ in 0..3 {
        let answer = client.send("GET", &format!("{FORMS}?limit=1{page}"), "").await.json();
        pages.extend(answer["forms"].as_array().unwrap().clone());
        page = answer["next"].as_str().map_or_else(String::new, |next| format!("&page={next}"));
    }
    assert_eq!((pages, page), (all, String::new()));
}

#[tokio::test]
async fn parameters_are_checked_strictly() {
    let client = Client::start().await;
    for (query, field) in [
        ("states=held", "states"),
        ("state=Held", "state"),
        ("state=done", "state"),
        ("state=", "state"),
        ("office_id=", "office_id"),
        ("limit", "limit"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("page=", "page"),
        ("page=2", "page"),
        ("state=held&state=open", "state"),
        ("office_id=%FF", "office_id"),
    ] {
        let answer = client.send("GET", &format!("{FORMS}?{query}"), "").await;
        answer.expect_problem_with(422, "invalid-content", field);
    }
    let unknown = client.send("GET", "/api/v1/forms?office_id=atlantis", "").await;
    unknown.expect_problem_with(422, "unknown-office", "office_id");
}

#[tokio::test]
async fn an_unreadable_state_is_503() {
    let mut client = Client::start().await;
    assert_eq!(client.reserve(&reservation()).await.status, 200);
    let form = refused_form(&client, 3).await;
    client.stage.dynamodb.stop().await;
    client.send("GET", FORMS, "").await.expect_problem(503, "temporarily-unavailable");
    settle(&client, &form, "discard", "").await.expect_problem(503, "temporarily-unavailable");
}
