//! What lists and attendance take of Google's quota, and what they answer from memory.

use chrono::{TimeDelta, Timelike as _};
use moffman_simulators::Fault;
use serde_json::Value;

use crate::client::Client;
use crate::forms::anna_adds;
use crate::lists::registers;
use crate::stage::PRAGUE;

const LIST: &str = "/api/v1/reservations?office_id=prague";
const ATTENDANCE: &str = "/api/v1/attendance";

/// A client at the beginning of a minute, all of whose offices are known.
async fn at_the_minute() -> Client {
    let client = Client::start().await;
    assert_eq!(client.send("GET", "/api/v1/reservations?office_id=brno", "").await.status, 200);
    let world = &client.stage.world;
    world.advance(TimeDelta::seconds(i64::from(60 - world.now().second())));
    client
}

/// How many calls to Google Calendar a request needs.
async fn calls(client: &Client, path: &str) -> usize {
    let mark = client.stage.world.mark();
    let answer = client.send("GET", path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let calls = client.stage.world.calls_since(mark);
    calls.iter().filter(|call| call.operation.starts_with("events.")).count()
}

#[tokio::test]
async fn a_list_is_one_call_and_for_half_a_minute_none() {
    let client = at_the_minute().await;
    anna_adds(&client, PRAGUE, 3);
    assert_eq!(calls(&client, LIST).await, 1);
    client.stage.world.advance(TimeDelta::milliseconds(29_900));
    assert_eq!(calls(&client, LIST).await, 0);
    assert_eq!(calls(&client, &format!("{LIST}&status=pending")).await, 0, "the same days");
    assert_eq!(calls(&client, &format!("{LIST}&to=2099-01-01&from=2099-01-01")).await, 1, "other days");
    client.stage.world.advance(TimeDelta::milliseconds(100));
    assert_eq!(calls(&client, LIST).await, 1);
}

#[tokio::test]
async fn what_we_write_to_a_calendar_shows_at_once() {
    let client = at_the_minute().await;
    let listed = async || client.send("GET", LIST, "").await.json()["reservations"].as_array().unwrap().len();
    assert_eq!((calls(&client, LIST).await, listed().await), (1, 0));
    registers(&client, "Ada Example", 3, false).await;
    assert_eq!(listed().await, 1);
    registers(&client, "Ada Example", 3, true).await;
    let page = client.send("GET", LIST, "").await.json();
    assert_eq!(page["reservations"][0]["status"], "approved");
    anna_adds(&client, PRAGUE, 4);
    assert_eq!(listed().await, 1, "what a person writes shows after half a minute at most");
    client.sweep().await;
    assert_eq!(listed().await, 2);
}

#[tokio::test]
async fn one_by_its_id_is_one_call_each_time() {
    let client = at_the_minute().await;
    let id = anna_adds(&client, PRAGUE, 3);
    for _ in 0..2 {
        assert_eq!(calls(&client, &format!("/api/v1/reservations/{id}?office_id=prague")).await, 1);
    }
}

#[tokio::test]
async fn attendance_is_one_call_for_each_office_and_each_further_page() {
    let client = at_the_minute().await;
    assert_eq!(calls(&client, ATTENDANCE).await, 2);
    assert_eq!(calls(&client, ATTENDANCE).await, 0);
    client.stage.world.advance(TimeDelta::seconds(30));
    for ahead in 0..3 {
        registers(&client, "Ada Example", ahead, true).await;
    }
    client.stage.world.set_page_size(1);
    let days = client.stage.world.now().date_naive();
    let query = format!("{ATTENDANCE}?office_id=prague&from={days}&to={}", days + chrono::Days::new(2));
    assert_eq!(calls(&client, &query).await, 3);
}

#[tokio::test]
async fn sixty_calls_a_minute_and_then_everybody_waits_for_the_next_one() {
    let client = at_the_minute().await;
    let id = anna_adds(&client, PRAGUE, 3);
    let one = format!("/api/v1/reservations/{id}?office_id=prague");
    for _ in 0..59 {
        assert_eq!(client.send("GET", &one, "").await.status, 200);
    }
    client.stage.world.advance(TimeDelta::seconds(12));
    // Attendance needs two calls, and takes none if only one is left.
    let answer = client.send("GET", ATTENDANCE, "").await;
    answer.expect_problem(503, "lists-used-up");
    assert_eq!(answer.header("retry-after"), "48");
    assert_eq!(client.send("GET", LIST, "").await.status, 200);
    client.send("GET", &one, "").await.expect_problem(503, "lists-used-up");
    assert_eq!(client.send("GET", LIST, "").await.status, 200, "what is in memory costs nothing");
    assert_eq!(client.sweep().await["offices_swept"], 2, "sweeps have their own part");
    client.stage.world.advance(TimeDelta::seconds(48));
    assert_eq!(client.send("GET", &one, "").await.status, 200);
}

#[tokio::test]
async fn every_attempt_counts() {
    let client = at_the_minute().await;
    let id = anna_adds(&client, PRAGUE, 3);
    client.stage.world.fail("events.list", Fault::status(500, "backendError")).times(4);
    client.send("GET", LIST, "").await.expect_problem(503, "google-unavailable");
    let one = format!("/api/v1/reservations/{id}?office_id=prague");
    for _ in 0..56 {
        assert_eq!(client.send("GET", &one, "").await.status, 200);
    }
    client.send("GET", &one, "").await.expect_problem(503, "lists-used-up");
}

#[tokio::test]
async fn all_processes_share_the_minute() {
    let client = at_the_minute().await;
    let id = anna_adds(&client, PRAGUE, 3);
    let one = format!("/api/v1/reservations/{id}?office_id=prague");
    for _ in 0..60 {
        assert_eq!(client.send("GET", &one, "").await.status, 200);
    }
    let other = client.restarted(|_| {});
    other.send("GET", &one, "").await.expect_problem(503, "lists-used-up");
}

#[tokio::test]
async fn a_page_of_many_offices_takes_as_many_calls_and_the_same_calendar_one() {
    let client = Client::start().await.with_offices(45, 2);
    assert_eq!(calls(&client, ATTENDANCE).await, 10, "twenty offices in ten calendars");
    let page = client.send("GET", ATTENDANCE, "").await.json();
    assert_eq!(page["offices"].as_array().unwrap().len(), 20);
    let next = page["next"].as_str().unwrap();
    let page = client.send("GET", &format!("{ATTENDANCE}?page={next}"), "").await.json();
    assert_eq!(page["offices"][0]["office_id"], "office 20");
    let next = page["next"].as_str().unwrap();
    let page = client.send("GET", &format!("{ATTENDANCE}?page={next}"), "").await.json();
    assert_eq!((page["offices"].as_array().unwrap().len(), &page["next"]), (5, &Value::Null));
}
