//! Simulated Google as a process of its own, for a service that runs elsewhere on this machine. Its time is the real time.
//!
//! Whoever starts it plays the persons at the calendars. Each line of standard input is a JSON object that says what to
//! do, and is answered by a line of standard output, `{"ok": …}` or `{"error": "…"}`. The first line of output is the
//! greeting. The process ends with its input, and fails if real Google would have refused any request or order.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

use chrono::Utc;
use moffman_simulators::{CalendarOptions, NewEvent, World};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let result = run();
    if let Err(error) = &result {
        eprintln!("{error}");
    }
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let world = runtime.block_on(World::start(Utc::now()))?;
    world.follow_real_time();
    say(&greeting(&world))?;
    for line in stdin().lock().lines() {
        say(&match obey(&world, &line?) {
            Ok(answer) => json!({ "ok": answer }),
            Err(text) => json!({ "error": text }),
        })?;
    }
    Ok(world.finish()?)
}

/// The addresses and the key that a service needs to reach this Google.
fn greeting(world: &World) -> Value {
    json!({
        "url": world.google_url(),
        "service_account_email": world.service_account_email(),
        "service_account_key": world.service_account_key(),
    })
}

fn say(line: &Value) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn obey(world: &World, line: &str) -> Result<Value, String> {
    let command: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |name: &str| command[name].as_str().ok_or_else(|| format!("{name} must be a text: {line}"));
    match text("do")? {
        "make calendar" => {
            let time_zone = text("time_zone")?.to_owned();
            world.add_calendar(text("calendar")?, CalendarOptions { time_zone, ..CalendarOptions::default() });
            Ok(Value::Null)
        }
        "fill sheet" => {
            let rows = command["rows"].as_array().into_iter().flatten();
            let rows = rows.map(|row| row.as_array().cloned().unwrap_or_default()).collect();
            world.set_sheet(text("spreadsheet")?, text("title")?, rows);
            Ok(Value::Null)
        }
        "add event" => {
            let event = NewEvent::new(text("start")?, text("end")?).titled(text("title")?);
            Ok(world.person_adds(text("calendar")?, text("creator")?, event).into())
        }
        "edit event" => {
            world.person_edits(text("calendar")?, text("event")?, &command["fields"]);
            Ok(Value::Null)
        }
        "list events" => Ok(world.events(text("calendar")?).into()),
        "list complaints" => Ok(world.violations().into()),
        other => Err(format!("nobody can {other:?} here")),
    }
}
