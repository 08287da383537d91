//! Simulated Google as a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::wire::{EVA, OFFICE, Wire};

/// The process, killed when the test forgets it.
struct Google {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
}

impl Google {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simulate-google"));
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut google = Self { child, out, url: String::new() };
        let greeting = google.listen();
        google.url = greeting["url"].as_str().unwrap().to_owned();
        let key: Value = serde_json::from_str(greeting["service_account_key"].as_str().unwrap()).unwrap();
        assert_eq!(key["token_uri"], format!("{}/token", google.url));
        assert_eq!(key["client_email"], greeting["service_account_email"]);
        google
    }

    fn listen(&mut self) -> Value {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn ask(&mut self, command: &str) -> Value {
        writeln!(self.child.stdin.as_mut().unwrap(), "{command}").unwrap();
        self.listen()
    }

    /// Says nothing more; whether it ends well.
    fn ends_well(mut self) -> bool {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_person_acts_line_by_line() {
    let mut google = Google::start();
    let calendar = json!({"do": "make calendar", "calendar": OFFICE, "time_zone": "Europe/Prague"});
    assert_eq!(google.ask(&calendar.to_string()), json!({"ok": null}));
    let rows = json!({"do": "fill sheet", "spreadsheet": "s", "title": "Offices", "rows": [["Brno", OFFICE]]});
    assert_eq!(google.ask(&rows.to_string()), json!({"ok": null}));
    let event = json!({
        "do": "add event", "calendar": OFFICE, "creator": EVA,
        "start": "2026-06-18", "end": "2026-06-19", "title": "In the office",
    });
    let id = google.ask(&event.to_string())["ok"].clone();
    let events = google.ask(&json!({"do": "list events", "calendar": OFFICE}).to_string());
    let event = &events["ok"][0];
    assert_eq!((&event["id"], &event["creator"]["email"]), (&id, &json!(EVA)));
    assert!(google.ask(r#"{"do": "sing"}"#)["error"].is_string());
    assert!(google.ask(r#"{"do": "list events"}"#)["error"].is_string());
    assert!(google.ask("sing")["error"].is_string());
    assert_eq!(google.ask(r#"{"do": "list complaints"}"#), json!({"ok": []}));
    assert!(google.ends_well());
}

#[tokio::test]
async fn it_fails_after_what_real_google_would_not_have_accepted() {
    let mut google = Google::start();
    let wire = Wire::start().await;
    let path = "/calendar/v3/users/me/calendarList";
    assert_eq!(wire.send(("GET", &format!("{}{path}", google.url)), &[], "").await.status, 401);
    let complaints = google.ask(r#"{"do": "list complaints"}"#);
    assert!(complaints["ok"][0].as_str().unwrap().contains("no bearer token"), "{complaints}");
    assert!(!google.ends_well());
}
