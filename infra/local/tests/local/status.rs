//! What the running service tells of its own sweeps and reloads.

use std::time::Duration;

use serde_json::Value;

use crate::http::ask;
use crate::process::Process;

/// How often the status is asked for before a test fails.
const MOST_TRIES: usize = 300;

/// The status after the first sweep, which is noted when all its work is done.
async fn after_the_first_sweep(url: &str) -> Value {
    for _ in 0..MOST_TRIES {
        let status = ask(&format!("{url}/api/v1/status"), None, None).await.body;
        if status["sweeps"] != Value::Array(Vec::new()) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no sweep was noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_does_unasked_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &["--general--manual-calendar-check-interval", "3600"]);
    let status = after_the_first_sweep(&process.url()).await;
    let sweep = &status["sweeps"][0];
    assert_eq!((sweep["shard"].as_str(), sweep["outcome"].as_str()), (Some("0-of-1"), Some("partly")), "{status:#}");
    assert_eq!((sweep["offices"].as_u64(), sweep["failed"].as_u64()), (Some(5), Some(1)), "{status:#}");
    assert_eq!(status["offices"]["problems"][0]["office_id"], "Zlín", "{status:#}");
    assert_eq!(status["reload"]["problems"].as_array().map(Vec::len), Some(2), "{status:#}");
    assert_eq!(status["reload"]["outcome"], "ok", "{status:#}");
    for ran in [sweep, &status["reload"]] {
        assert!(ran["next_due"].as_str() > ran["last"].as_str(), "{status:#}");
    }
    let forms = ["open", "waiting", "in_doubt", "held"].map(|which| status["forms"][which].as_u64());
    assert_eq!(forms, [Some(3), Some(1), Some(1), Some(1)], "{status:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_is_not_told() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &["--general--manual-calendar-check-interval", "null"]);
    let url = process.url();
    assert_eq!(ask(&format!("{url}/api/v1/sweeps"), Some(""), None).await.status, 200);
    let status = ask(&format!("{url}/api/v1/status"), None, None).await.body;
    assert_eq!(status["sweeps"], Value::Array(Vec::new()), "{status:#}");
}
