//! `moffman who`, which asks the running service who is in.

use chrono::{Days, NaiveDate, Utc};
use moffman_simulators::{CalendarOptions, NewEvent, World};
use serde_json::json;

use crate::http::ask;
use crate::process::{Ended, Process};
use crate::services::{PRAGUE, configure};

/// Nobody has shared Brno's calendar.
const SETTINGS: &str = "\
manual_users: {user_list: [{id: anna@example.com, name: Anna Example}]}
offices: {office_list: [{name: Prague, id: prague@group.calendar.google.com},
  {name: Brno, id: brno@group.calendar.google.com}]}
";

async fn registers(url: &str, name: &str, approved: bool, (start, end): (NaiveDate, NaiveDate)) {
    let body = json!({
        "user": {"name": name}, "approved": approved, "start": start, "end": end, "request_dt": "now",
        "office_id": "Prague",
    });
    let answer = ask(&format!("{url}/api/v1/reservations"), Some(&body.to_string()), Some("sesame-open")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_who_is_in_office_by_office_and_day_by_day() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(Utc::now()).await.unwrap();
    world.add_calendar(PRAGUE, CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() });
    configure(directory.path(), &world, SETTINGS);
    let process = Process::start(directory.path(), &["--config", "moffman.yaml"]);
    let url = process.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let who = |arguments: &[&str]| -> Ended {
        let settings = ["--config", "moffman.yaml", "--rest-api--port", port, "who"];
        Process::start(directory.path(), &[&settings, arguments].concat()).end()
    };

    let [first, second, third, after] = [3, 4, 5, 6].map(|later| Utc::now().date_naive() + Days::new(later));
    registers(&url, "Žofie Example", true, (first, third)).await;
    registers(&url, "Bob Example", false, (second, third)).await;
    world.person_adds(PRAGUE, "anna@example.com", NewEvent::new(second, after));
    let (from, to) = (first.to_string(), after.to_string());
    let shown = who(&["--from", &from, "--to", &to]);
    let day = |day: NaiveDate, rest: &str| format!("  {}  {rest}", day.format("%a %F"));
    let prague = [
        "Prague (Europe/Prague)".to_owned(),
        day(first, "1      Žofie Example"),
        day(second, "1 + 2  Anna Example (pending), Bob Example (pending), Žofie Example"),
        day(third, "0 + 1  Anna Example (pending)"),
        day(after, "0      nobody"),
    ];
    let brno = format!("  cannot be read: its calendar is not shared with {}", world.service_account_email());
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert_eq!(shown.out, [&["Brno".to_owned(), brno, String::new()], prague.as_slice()].concat());
    let alone = who(&["--office-id", "Prague", "--from", &from, "--to", &to]);
    assert_eq!((alone.code, alone.out.as_slice()), (Some(0), prague.as_slice()), "{alone:?}");
    assert_eq!(who(&["--office-id", "Prague"]).out.len(), 8, "a heading and this week");

    for (wrong, sentence) in [
        (["--from", "monday"], "moffman: `from` must be an existing date, written YYYY-MM-DD"),
        (["--to", ""], "moffman: `to` is empty; give it a value, or leave it out"),
    ] {
        let refused = who(&wrong);
        assert_eq!((refused.code, refused.out.len(), refused.error().as_str()), (Some(1), 0, sentence), "{refused:?}");
    }
    let unknown = who(&["--office-id", "Ostrava"]);
    assert_eq!((unknown.code, unknown.out.len()), (Some(1), 0), "{unknown:?}");
    assert_eq!(unknown.error(), "moffman: `office_id` names no office");

    process.terminate();
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn its_help_says_whom_it_asks() {
    let directory = tempfile::tempdir().unwrap();
    let help = Process::start(directory.path(), &["who", "--help"]).end();
    assert_eq!(help.code, Some(0));
    let text = help.out.join("\n");
    for part in [
        "rest_api.addr and rest_api.port",
        "`moffman --config FILE who`",
        "--office-id <NAME>",
        "--from <DAY>",
        "--to <DAY>",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}
