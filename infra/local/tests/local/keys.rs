//! The API keys of the local server.

use crate::http::ask;
use crate::process::Process;

#[tokio::test(flavor = "multi_thread")]
async fn with_an_api_key_every_route_but_health_and_the_document_wants_it() {
    let directory = tempfile::tempdir().unwrap();
    let environment = [("MOFFMAN_REST_API__API_KEY", "sesame-open")];
    let process = Process::with_environment(directory.path(), &[], &environment);
    let url = process.url();
    assert!(process.says("curl").contains("-H \"x-api-key: $KEY\""));
    let status = format!("{url}/api/v1/status");
    for wrong in [None, Some("sesame"), Some("sesame-open!"), Some("SESAME-OPEN")] {
        let refused = ask(&status, None, wrong).await;
        assert_eq!((refused.status, refused.media_type.as_str()), (403, "application/problem+json"));
        assert_eq!(refused.body["type"], "urn:moffman:problem:wrong-api-key");
    }
    let refused = ask(&format!("{url}/api/v1/sweeps"), Some(""), None).await;
    assert_eq!(refused.status, 403);
    assert_eq!(ask(&status, None, Some("sesame-open")).await.status, 200);
    for open in ["health", "openapi.json"] {
        assert_eq!(ask(&format!("{url}/api/v1/{open}"), None, None).await.status, 200);
    }
    process.terminate();
    let ended = process.end();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.error().contains("sesame") && !ended.out.concat().contains("sesame"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_have_roles_and_the_commands_take_an_operators() {
    let directory = tempfile::tempdir().unwrap();
    let file = "rest_api: {keys: {reader: [look-only], workflow: [work-here], operator: [all-of-it]}}\n";
    std::fs::write(directory.path().join("moffman.yaml"), file).unwrap();
    let process = Process::start(directory.path(), &["--config", "moffman.yaml"]);
    let url = process.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let status = ask(&format!("{url}/api/v1/status"), None, Some("look-only")).await;
    assert_eq!((status.status, &status.body["role"]), (200, &"reader".into()));
    let refused = ask(&format!("{url}/api/v1/sweeps"), Some(""), Some("work-here")).await;
    assert_eq!((refused.status, &refused.body["needed"]), (403, &"operator".into()));
    assert_eq!(ask(&format!("{url}/api/v1/sweeps"), Some(""), Some("all-of-it")).await.status, 200);
    let listed =
        Process::start(directory.path(), &["--config", "moffman.yaml", "--rest-api--port", port, "forms", "list"])
            .end();
    assert_eq!(listed.code, Some(0), "{listed:?}");
    process.terminate();
    let lines = process.end().err;
    let swept: Vec<&String> = lines.iter().filter(|line| line.contains("change=\"sweep\"")).collect();
    assert!(swept.len() == 1 && swept[0].contains("caller=\"operator\""), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("status=403") && line.contains("caller=\"workflow\"")), "{lines:?}");
    for key in ["look-only", "work-here", "all-of-it"] {
        assert!(!lines.concat().contains(key), "{lines:?}");
    }
}

#[test]
fn keys_that_are_wrongly_given_are_refused_with_their_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = "rest_api:\n  api_key: sesame\n  keys:\n    reader: ['', sesame]\n    admin: [open]\n";
    std::fs::write(directory.path().join("moffman.yaml"), file).unwrap();
    let refused = Process::start(directory.path(), &["--config", "moffman.yaml"]).end();
    assert_eq!(refused.code, Some(1));
    for told in [
        "moffman.yaml:4:14: rest_api.keys.reader[0]: an empty text",
        "moffman.yaml:4:18: rest_api.keys.reader[1]: the same key as rest_api.api_key",
        "moffman.yaml:5:5: rest_api.keys.…: unknown key; allowed here: reader, workflow, operator",
    ] {
        assert!(refused.error().contains(told), "{told} in {refused:?}");
    }
    assert!(!refused.error().contains("sesame"), "{refused:?}");
}
