//! `moffman forms`, which asks the running service.

use std::fs;

use chrono::{Days, Utc};
use moffman_simulators::{CalendarOptions, Fault, NewEvent, World};
use serde_json::Value;

use crate::http::ask;
use crate::process::{Ended, Process};
use crate::services::{PRAGUE, configure};

/// Google and Byroapi are of the test's own.
fn settings(world: &World) -> String {
    format!(
        "manual_users: {{user_list: [{{id: anna@example.com, name: Anna Example}}]}}\n\
         offices: {{office_list: [{{name: Prague, id: {PRAGUE}}}]}}\n\
         forms: {{template: Attendance, url: '{}', email: {{from: us@example.com, to: them@example.com}}}}\n",
        world.byroapi_url()
    )
}

/// Two days that Anna added, whose forms are refused.
async fn world() -> World {
    let world = World::start(Utc::now()).await.unwrap();
    world.add_calendar(PRAGUE, CalendarOptions::default());
    world.fail("form", Fault::status(500, "no blank PDF")).always();
    for day in [3, 5].map(|days| Utc::now().date_naive() + Days::new(days)) {
        world.person_adds(PRAGUE, "anna@example.com", NewEvent::new(day, day + Days::new(1)));
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_listed_and_settled_over_the_api_of_the_running_service() {
    let directory = tempfile::tempdir().unwrap();
    let world = world().await;
    configure(directory.path(), &world, &settings(&world));
    let process = Process::start(directory.path(), &["--config", "moffman.yaml"]);
    let url = process.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let forms = |arguments: &[&str]| -> Ended {
        let settings = ["--config", "moffman.yaml", "--rest-api--port", port, "forms"];
        let arguments: Vec<&str> = settings.into_iter().chain(arguments.iter().copied()).collect();
        Process::start(directory.path(), &arguments).end()
    };
    assert_eq!(forms(&["list"]).out, [""; 0]);

    let swept = ask(&format!("{url}/api/v1/sweeps"), Some(""), Some("sesame-open")).await;
    assert_eq!((swept.status, &swept.body["forms"]["refused"]), (200, &Value::from(2)), "{swept:?}");
    let listed = forms(&["list", "--state", "open"]);
    assert_eq!((listed.code, listed.out.len()), (Some(0), 2), "{listed:?}");
    let in_prague = forms(&["list", "--office-id", "Prague", "--state", "waiting"]);
    assert_eq!(in_prague.out, listed.out);
    assert!(in_prague.out[0].contains("  waiting  Prague  "), "{in_prague:?}");
    assert!(in_prague.out[0].contains("  anna@example.com  failures 1 since "), "{in_prague:?}");
    let ids: Vec<&str> = in_prague.out.iter().map(|line| line.split("  ").next().unwrap()).collect();
    let is_now = |settled: &Ended, id: &str, state: &str| {
        assert_eq!((settled.code, settled.out.len()), (Some(0), 1), "{settled:?}");
        assert!(settled.out[0].starts_with(&format!("{id}  {state}  Prague  ")), "{settled:?}");
    };

    is_now(&forms(&["resend", ids[0]]), ids[0], "due");
    for _ in 0..2 {
        is_now(&forms(&["discard", ids[0]]), ids[0], "discarded");
        is_now(&forms(&["discard", ids[1], "--outcome", "not_wanted"]), ids[1], "discarded");
        is_now(&forms(&["resend", ids[0], "--again"]), ids[0], "discarded");
    }
    let refused = forms(&["discard", ids[0], "--outcome", "not_wanted"]);
    assert_eq!((refused.code, refused.out.len()), (Some(1), 0), "{refused:?}");
    assert_eq!(
        refused.error(),
        "moffman: the form was discarded before; nothing has been changed; `resend` with `again` sends a copy"
    );
    assert_eq!(forms(&["list", "--state", "open"]).out, [""; 0]);
    assert_eq!(forms(&["list", "--state", "discarded"]).out.len(), 2);
    let unknown = forms(&["resend", "../sweeps"]);
    assert_eq!((unknown.code, unknown.error().as_str()), (Some(1), "moffman: \"../sweeps\" is not the id of a form"));

    process.terminate();
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn without_a_running_service_it_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let port = free.port().to_string();
    let alone = Process::start(directory.path(), &["--rest-api--port", &port, "forms", "list"]).end();
    assert_eq!((alone.code, alone.out.len()), (Some(1), 0));
    let expected =
        format!("moffman: no answer from http://{free}: is the service running, and are these its settings?");
    assert_eq!(alone.error(), expected);
    let any_port = Process::start(directory.path(), &["forms", "list"]).end();
    assert!(any_port.error().starts_with("moffman: rest_api.port is 0"), "{any_port:?}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "the state is left alone");
}

#[test]
fn its_help_says_whom_it_asks() {
    let directory = tempfile::tempdir().unwrap();
    let help = Process::start(directory.path(), &["forms", "--help"]).end();
    assert_eq!(help.code, Some(0));
    let text = help.out.join("\n");
    for part in ["rest_api.addr and rest_api.port", "moffman --config FILE forms list", "resend", "discard"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    for (command, parts) in [
        (
            "list",
            &[
                "--office-id <NAME>",
                "--state <STATE>",
                "open, due, sending, waiting, in_doubt, held, issued, discarded",
            ][..],
        ),
        ("resend", &["--again", "a form that waits, is in doubt or is held"]),
        ("discard", &["--outcome <OUTCOME>", "arrived, not_wanted", "[default: arrived]"]),
    ] {
        let text = Process::start(directory.path(), &["forms", command, "--help"]).end().out.join("\n");
        for part in parts {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
}
