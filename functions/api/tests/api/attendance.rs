//! Who is in, over HTTP: as JSON and as a table.

use chrono::{Datelike as _, Days, NaiveDate};
use moffman_simulators::{CalendarOptions, Fault, NewEvent};
use serde_json::{Value, json};

use crate::client::{Answer, Client, reservation};
use crate::forms::anna_adds;
use crate::lists::{day, registers};
use crate::stage::{ANNA, BRNO, PRAGUE};

const ATTENDANCE: &str = "/api/v1/attendance";

async fn shown(client: &Client, query: &str) -> Value {
    let answer = client.send("GET", &format!("{ATTENDANCE}{query}"), "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The table of the days from one to another, counted from today.
async fn table(client: &Client, from: u64, to: u64) -> Answer {
    let path = format!("{ATTENDANCE}?from={}&to={}", day(client, from), day(client, to));
    let request = axum::http::Request::get(path).header("accept", "text/csv");
    client.request(request.body(axum::body::Body::empty()).unwrap()).await
}

/// This week's Monday, in UTC.
fn monday(client: &Client) -> NaiveDate {
    let today = day(client, 0);
    today - Days::new(u64::from(today.weekday().num_days_from_monday()))
}

#[tokio::test]
async fn this_week_is_shown_office_by_office_with_every_day() {
    let client = Client::start().await;
    let monday = monday(&client);
    let wednesday = monday + Days::new(2);
    client.stage.world.person_adds(PRAGUE, ANNA, NewEvent::new(wednesday, wednesday + Days::new(1)));
    let mut body = reservation();
    body["start"] = json!(wednesday.to_string());
    body["end"] = json!((wednesday + Days::new(2)).to_string());
    body["approved"] = json!(true);
    assert_eq!(client.reserve(&body).await.status, 200);
    let answer = shown(&client, "").await;
    assert_eq!(answer["from"], monday.to_string());
    assert_eq!(answer["to"], (monday + Days::new(6)).to_string());
    assert_eq!(answer["next"], Value::Null);
    let offices = answer["offices"].as_array().unwrap();
    let names: Vec<&Value> = offices.iter().map(|office| &office["office_id"]).collect();
    assert_eq!(names, ["brno", "prague"]);
    let dates = |office: &Value| office["days"].as_array().unwrap().iter().map(|day| day["date"].clone()).collect();
    let week: Vec<Value> = monday.iter_days().take(7).map(|day| json!(day.to_string())).collect();
    assert_eq!(offices.iter().map(dates).collect::<Vec<Vec<Value>>>(), [week.clone(), week]);
    assert_eq!(offices[1]["time_zone"], "UTC");
    assert_eq!(
        offices[1]["days"][1],
        json!({"date": (monday + Days::new(1)).to_string(), "approved": 0, "pending": 0, "people": []})
    );
    let expected = json!({
        "date": wednesday.to_string(),
        "approved": 1,
        "pending": 1,
        "people": [
            {"name": "Anna Nová", "status": "pending", "kind": "manual"},
            {"name": "Some User", "status": "approved", "kind": "reservation"},
        ],
    });
    assert_eq!(offices[1]["days"][2], expected);
    assert_eq!(offices[1]["days"][3]["approved"], 1);
}

#[tokio::test]
async fn a_person_counts_once_however_the_day_was_entered() {
    let client = Client::start().await;
    anna_adds(&client, PRAGUE, 1);
    let mut body = reservation();
    body["user"] = json!({"name": "Anna N.", "email": "anna@Example.com"});
    body["start"] = json!(day(&client, 1).to_string());
    body["end"] = json!(day(&client, 2).to_string());
    body["approved"] = json!(true);
    assert_eq!(client.reserve(&body).await.status, 200);
    let answer = shown(&client, &format!("?office_id=prague&from={0}&to={0}", day(&client, 1))).await;
    let people = json!([{"name": "Anna N.", "status": "approved", "kind": "reservation"}]);
    assert_eq!(answer["offices"][0]["days"][0]["people"], people);
    assert_eq!(answer["offices"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_office_that_cannot_be_read_says_so_and_the_others_are_shown() {
    let client = Client::start().await;
    registers(&client, "Ada Example", 0, true).await;
    client.stage.world.remove_calendar(BRNO);
    let today = format!("?from={0}&to={0}", day(&client, 0));
    let answer = shown(&client, &today).await;
    let problem = format!("its calendar is not shared with {}", client.stage.account());
    assert_eq!(answer["offices"][0], json!({"office_id": "brno", "problem": problem}));
    assert_eq!(answer["offices"][1]["days"][0]["approved"], 1);
    let table = table(&client, 0, 0).await;
    let lines: Vec<&str> = table.text.lines().collect();
    assert_eq!(
        lines,
        [
            "\u{feff}office,date,name,status",
            "brno,,,problem",
            &format!("prague,{},Ada Example,approved", day(&client, 0))
        ]
    );
    client.stage.world.add_calendar(BRNO, CalendarOptions::default());
    client.stage.world.fail("events.list", Fault::status(500, "backendError")).always();
    let offline = shown(&client, &format!("?office_id=brno&from={0}&to={0}", day(&client, 1))).await;
    assert_eq!(offline["offices"][0]["problem"], "Google is busy");
}

#[tokio::test]
async fn a_table_is_for_spreadsheet_programs() {
    let client = Client::start().await;
    registers(&client, "=HYPERLINK(\"http://example.com\")", 1, false).await;
    registers(&client, "Žofie \"Ž\" Nová, Dr.", 2, true).await;
    let answer = table(&client, 1, 2).await;
    let (first, second) = (day(&client, 1), day(&client, 2));
    let expected = format!(
        "\u{feff}office,date,name,status\r\nprague,{first},\"'=HYPERLINK(\"\"http://example.com\"\")\",pending\r\n\
         prague,{second},\"Žofie \"\"Ž\"\" Nová, Dr.\",approved\r\n"
    );
    assert_eq!(answer.text, expected);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let name = format!("attachment; filename=\"attendance-{first}-{second}.csv\"");
    assert_eq!((answer.header("content-disposition"), answer.header("link")), (name.as_str(), ""));
    for (format, media_type) in [("csv", "text/csv; charset=utf-8"), ("json", "application/json")] {
        let answer = client.send("GET", &format!("{ATTENDANCE}?format={format}"), "").await;
        assert_eq!(answer.header("content-type"), media_type);
    }
}

#[tokio::test]
async fn a_long_table_goes_on_at_its_link() {
    let client = Client::start().await.with_offices(25, 1);
    client.stage.world.remove_calendar("office-24@group.calendar.google.com");
    let first = client.send("GET", &format!("{ATTENDANCE}?format=csv"), "").await;
    let link = first.header("link");
    let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
    assert!(next.starts_with("attendance?format=csv&page="), "{next}");
    let second = client.send("GET", &format!("/api/v1/{next}"), "").await;
    assert_eq!(second.text, "\u{feff}office,date,name,status\r\noffice 24,,,problem\r\n");
    assert_eq!(second.header("link"), "");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_and_named() {
    let client = Client::start().await;
    for (query, field) in [
        ("?from=2026-06-02&to=2026-06-01", "to"),
        ("?from=2026-06-01&to=2026-07-02", "to"),
        ("?from=monday", "from"),
        ("?format=xml", "format"),
        ("?format=", "format"),
        ("?page=x", "page"),
        ("?limit=5", "limit"),
        ("?office_id=prague&office_id=brno", "office_id"),
    ] {
        let answer = client.send("GET", &format!("{ATTENDANCE}{query}"), "").await;
        answer.expect_problem_with(422, "invalid-content", field);
    }
    let unknown = client.send("GET", &format!("{ATTENDANCE}?office_id=nowhere"), "").await;
    unknown.expect_problem_with(422, "unknown-office", "office_id");
    client.send("HEAD", ATTENDANCE, "").await.expect_status(200);
}
