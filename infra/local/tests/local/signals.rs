//! What is begun is finished, and what a process left undone the next one does: against a Google of the test's own.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chrono::{Days, Utc};
use moffman_simulators::{CalendarOptions, Fault, HookPoint, NewEvent, World};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;
use crate::services::PRAGUE;

const ANNA: &str = "anna@example.com";

/// A Google, a Byroapi, and a directory with a configuration that names them.
struct Stage {
    world: World,
    directory: TempDir,
}

impl Stage {
    async fn set() -> Self {
        let world = World::start(Utc::now()).await.unwrap();
        world.add_calendar(PRAGUE, CalendarOptions::default());
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| fs::write(directory.path().join(name), text).unwrap();
        write("key.json", world.service_account_key());
        write("moffman.yaml", configuration(&world.byroapi_url()));
        Self { world, directory }
    }

    fn start(&self, arguments: &[&str]) -> Process {
        let process = self.begin(arguments);
        process.url();
        process
    }

    fn begin(&self, arguments: &[&str]) -> Process {
        let arguments: Vec<&str> = ["--config", "moffman.yaml"].iter().chain(arguments).copied().collect();
        let environment = [("MOFFMAN_GOOGLE_API__ENDPOINT", self.world.google_url())];
        let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
        Process::with_environment(self.directory.path(), &arguments, &environment)
    }

    /// Anna adds a day by hand.
    fn anna_adds(&self, in_days: u64) -> String {
        let day = Utc::now().date_naive() + Days::new(in_days);
        self.world.person_adds(PRAGUE, ANNA, NewEvent::new(day, day + Days::new(1)))
    }

    fn is_approved(&self, event: &str) -> bool {
        let event = self.world.event(PRAGUE, event).unwrap();
        event.pointer("/extendedProperties/private/event_processed") == Some(&Value::from("true"))
    }

    /// Tells when a call of this operation has had its effect.
    fn when(&self, operation: &str) -> Receiver<()> {
        let (tell, told) = channel();
        self.world.when(operation, HookPoint::AfterEffect, move |_| tell.send(()).unwrap());
        told
    }

    /// Tells when a call begins to hang.
    fn when_hanging(&self) -> Receiver<()> {
        let (tell, told) = channel();
        self.world.when_hanging(move |_| tell.send(()).unwrap());
        told
    }
}

fn configuration(byroapi: &str) -> String {
    format!(
        "general: {{storage_path: state}}\n\
         google_api: {{service_account_key_path: key.json}}\n\
         manual_users: {{user_list: [{{id: {ANNA}, name: Anna Example}}]}}\n\
         offices: {{office_list: [{{name: Prague, id: {PRAGUE}}}]}}\n\
         forms:\n  template: Attendance\n  url: {byroapi}\n  email: {{from: us@example.com, to: them@example.com}}\n"
    )
}

fn wait(told: &Receiver<()>) {
    told.recv_timeout(Duration::from_mins(1)).unwrap();
}

fn ends_well(process: Process) {
    process.terminate();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

fn names(directory: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn real_services_are_used_where_a_key_is_configured_and_the_state_is_found_again() {
    let stage = Stage::set().await;
    let event = stage.anna_adds(2);
    let approved = stage.when("events.patch");
    let process = stage.start(&[]);
    wait(&approved);
    ends_well(process);
    assert!(stage.is_approved(&event));
    let files = ["key.json", "moffman.yaml", "state.sqlite3", "state.sqlite3.lock"];
    assert_eq!(names(stage.directory.path()), BTreeSet::from(files.map(str::to_owned)));

    let mark = stage.world.mark();
    let listed = stage.when("events.list");
    let process = stage.start(&[]);
    wait(&listed);
    process.terminate();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.error().contains("WARN"), "{ended:?}");
    let listings: Vec<_> = stage.world.calls_since(mark);
    assert!(listings.iter().all(|call| call.operation == "events.list" && call.parameter("syncToken").is_some()));
    assert_eq!(stage.world.forms().len(), 1);
    assert_eq!(stage.world.finish(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_during_a_form_lets_the_approval_follow_and_begins_no_other() {
    let stage = Stage::set().await;
    let events = [stage.anna_adds(2), stage.anna_adds(4)];
    let (tell, form_begun) = channel();
    let (go_on, may_go_on) = channel();
    stage.world.when("form", HookPoint::BeforeEffect, move |_| {
        tell.send(()).unwrap();
        wait(&may_go_on);
    });
    let process = stage.start(&[]);
    wait(&form_begun);
    process.terminate();
    process.says("Stopping");
    go_on.send(()).unwrap();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(stage.world.forms().len(), 1);
    assert_eq!(events.iter().filter(|event| stage.is_approved(event)).count(), 1);

    let approved = stage.when("events.patch");
    let process = stage.start(&[]);
    wait(&approved);
    ends_well(process);
    assert!(events.iter().all(|event| stage.is_approved(event)));
    assert_eq!(stage.world.forms().len(), 2);
    assert_eq!(stage.world.finish(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_a_killed_process_was_making_is_an_unknown_outcome_at_once() {
    let stage = Stage::set().await;
    let event = stage.anna_adds(2);
    let hangs = stage.when_hanging();
    stage.world.fail("form", Fault::HangAfterEffect);
    let process = stage.start(&[]);
    wait(&hangs);
    process.kill();
    assert_eq!((stage.world.forms().len(), stage.is_approved(&event)), (1, false));

    let approved = stage.when("events.patch");
    let process = stage.start(&[]);
    wait(&approved);
    ends_well(process);
    assert_eq!(stage.world.forms().len(), 2);
    assert_eq!(stage.world.finish(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let stage = Stage::set().await;
    stage.anna_adds(2);
    let hangs = stage.when_hanging();
    stage.world.fail("form", Fault::Hang);
    let process = stage.start(&["--forms--timeout", "3600"]);
    wait(&hangs);
    process.terminate();
    process.says("Stopping");
    process.interrupt();
    let ended = process.end();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert_eq!(stage.world.finish(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_body_never_comes_does_not_make_a_stop_wait() {
    let stage = Stage::set().await;
    let listed = stage.when("events.list");
    let process = stage.begin(&[]);
    let url = process.url();
    wait(&listed);
    let mut connections = Vec::new();
    for path in ["reservations", "sweeps"] {
        let mut connection = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        let head = format!("POST /api/v1/{path} HTTP/1.1\r\nhost: moffman\r\ncontent-length: 100\r\n\r\n{{");
        connection.write_all(head.as_bytes()).unwrap();
        connections.push(connection);
    }
    // The server has taken them when it has answered another that came later.
    let mut health = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    health.write_all(b"GET /api/v1/health HTTP/1.0\r\n\r\n").unwrap();
    health.read_to_string(&mut String::new()).unwrap();
    process.terminate();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.error().contains("did not finish in time"), "{ended:?}");
    assert_eq!(stage.world.finish(), Ok(()));
}
