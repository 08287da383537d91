//! What a newcomer sees.

use std::path::Path;

use moffman_local::{LocalService, Output};
use serde_json::Value;

use crate::http::ask;
use crate::process::Process;

/// The body of the next command that is printed.
fn body_of_command(process: &Process) -> String {
    let line = process.says("/api/v1/reservations -d '");
    line.split('\'').nth(1).unwrap().to_owned()
}

fn watch_the_main_job(directory: &Path) {
    let process = Process::start(directory, &[]);
    process.says("Moffman listens on ");
    process.says("event found ");
    process.says("form issued      for ");
    process.says("event approved ");
    process.terminate();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_is_shown_and_the_printed_commands_work() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &[]);
    let url = process.url();
    let (register, approve) = (body_of_command(&process), body_of_command(&process));
    assert!(process.says("curl").ends_with(&format!(" -X POST {url}/api/v1/sweeps")));
    assert!(process.says("curl").ends_with(&format!(" {url}/api/v1/attendance")));
    process.says("What happens:");
    let first = process.says("");
    assert!(first.starts_with("event found "), "{first}");
    process.says("form issued      for ");
    process.says("event approved ");

    let reservations = format!("{url}/api/v1/reservations");
    let pending = ask(&reservations, Some(&register), None).await;
    assert_eq!((pending.status, &pending.body["status"]), (200, &Value::from("pending")));
    process.says("registered       Prague: \"(Ada Example)\"");
    let approved = ask(&reservations, Some(&approve), None).await;
    assert_eq!((approved.status, &approved.body["status"]), (200, &Value::from("approved")));
    assert_eq!(approved.body["id"], pending.body["id"]);
    process.says("event approved   Prague: \"Ada Example\"");
    let swept = ask(&format!("{url}/api/v1/sweeps"), Some(""), None).await;
    assert_eq!((swept.status, &swept.body["offices_swept"]), (200, &Value::from(4)));

    process.interrupt();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Whoever reads the log has to learn with which account a calendar is to be shared.
    let log = ended.error().replace("moffman@simulated-project.iam.gserviceaccount.example.com", "");
    assert!(log.contains(" INFO sweep "), "{log}");
    for personal in ["Eva", "Ada", "Dvořák", "@"] {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_something_to_see_in_every_list() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &[]);
    let url = format!("{}/api/v1", process.url());
    let get = async |path: &str| ask(&format!("{url}/{path}"), None, None).await.body;
    assert_eq!(get("offices").await["offices"].as_array().unwrap().len(), 5);
    for office in ["Brno", "Prague"] {
        let path = |rest: &str| format!("{rest}office_id={office}");
        let attendance = get(&path("attendance?")).await;
        let days = attendance["offices"][0]["days"].as_array().unwrap();
        let seen = |what: &str| days.iter().any(|day| day[what] != 0);
        assert!(seen("approved") && seen("pending"), "{attendance}");
        let next_week = get(&path("reservations?")).await;
        let listed = next_week["reservations"].as_array().unwrap();
        let is_there = |member: &str, value: &str| listed.iter().any(|listed| listed[member] == value);
        for (member, value) in
            [("status", "pending"), ("status", "approved"), ("kind", "reservation"), ("kind", "manual")]
        {
            assert!(is_there(member, value), "{member} {value} in {next_week}");
        }
    }
    process.terminate();
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn every_start_shows_the_main_job() {
    let directory = tempfile::tempdir().unwrap();
    watch_the_main_job(directory.path());
    assert!(directory.path().join("moffman_store.dbm.sqlite3").is_file());
    watch_the_main_job(directory.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_of_the_configuration_has_a_simulated_calendar() {
    let options = [
        ("--rest-api--port", "0"),
        ("--general--storage-path", "null"),
        ("--offices--office-list", "[{name: Ostrava, id: ostrava@group.calendar.google.com}]"),
    ];
    let sources = moffman::config::Sources {
        file: None,
        environment: Vec::new(),
        options: options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        place: moffman::config::Place::Local,
    };
    let service = LocalService::start(&sources, &Output::to(std::io::sink())).await.unwrap();
    let body = r#"{"user": {"name": "Ada Example"}, "approved": true, "start": "2026-06-28", "end": "2026-06-29",
        "request_dt": "2026-06-01T10:00:00", "office_id": "Ostrava"}"#;
    let answer = ask(&format!("{}/api/v1/reservations", service.url()), Some(body), None).await;
    assert_eq!((answer.status, &answer.body["status"]), (200, &Value::from("approved")), "{answer:?}");
    service.stop().await;
}
