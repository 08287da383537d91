//! `moffman reservations`, which asks the running service.

use chrono::{Days, Utc};
use moffman_simulators::{CalendarOptions, World};
use serde_json::json;

use crate::http::ask;
use crate::process::{Ended, Process};
use crate::services::{PRAGUE, configure};

#[tokio::test(flavor = "multi_thread")]
async fn reservations_are_listed_and_decided_over_the_api_of_the_running_service() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(Utc::now()).await.unwrap();
    world.add_calendar(PRAGUE, CalendarOptions::default());
    let offices = format!("offices: {{office_list: [{{name: Prague, id: {PRAGUE}}}]}}\n");
    configure(directory.path(), &world, &offices);
    let process = Process::start(directory.path(), &["--config", "moffman.yaml"]);
    let url = process.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let reservations = |arguments: &[&str]| -> Ended {
        let settings = ["--config", "moffman.yaml", "--rest-api--port", port, "reservations"];
        Process::start(directory.path(), &[&settings, arguments, &["--office-id", "Prague"]].concat()).end()
    };

    let days = [3, 4].map(|later| (Utc::now().date_naive() + Days::new(later)).to_string());
    let mut ids = Vec::new();
    for name in ["Bob Example", "Eva Example"] {
        let body = json!({
            "user": {"name": name}, "approved": false, "start": days[0], "end": days[1], "request_dt": "now",
            "office_id": "Prague",
        });
        let answer = ask(&format!("{url}/api/v1/reservations"), Some(&body.to_string()), Some("sesame-open")).await;
        ids.push(answer.body["id"].as_str().unwrap().to_owned());
    }
    let line = |id: &str, status: &str, words: &str| format!("{id}  {status}  {}/{}{words}", days[0], days[1]);
    let mut listed = reservations(&["list", "--status", "pending"]).out;
    listed.sort_by_key(|line| line.rsplit("  ").next().unwrap().to_owned());
    assert_eq!(listed, [line(&ids[0], "pending", "  Bob Example"), line(&ids[1], "pending", "  Eva Example")]);

    let approved = reservations(&["approve", &ids[0]]);
    assert_eq!((approved.code, approved.out), (Some(0), vec![line(&ids[0], "approved", "")]));
    for _ in 0..2 {
        let rejected = reservations(&["reject", &ids[1], "--reason", "no room"]);
        assert_eq!((rejected.code, rejected.out), (Some(0), vec![line(&ids[1], "rejected", "  no room")]));
    }
    let refused = reservations(&["reject", &ids[0]]);
    assert_eq!((refused.code, refused.out.len()), (Some(1), 0), "{refused:?}");
    assert_eq!(
        refused.error(),
        "moffman: the reservation was approved before; nothing has been changed; it can only be cancelled"
    );
    let cancelled = reservations(&["cancel", &ids[0]]);
    assert_eq!((cancelled.code, cancelled.out), (Some(0), vec![line(&ids[0], "cancelled", "")]));
    assert_eq!(reservations(&["list"]).out, [""; 0]);
    let unknown = reservations(&["cancel", "../sweeps"]);
    assert_eq!(unknown.error(), "moffman: \"../sweeps\" is not the id of a reservation");

    process.terminate();
    assert_eq!(process.end().code, Some(0));
}
