//! The API key of the local server.

use crate::http::ask;
use crate::process::Process;

#[tokio::test(flavor = "multi_thread")]
async fn with_an_api_key_every_route_but_health_wants_it() {
    let directory = tempfile::tempdir().unwrap();
    let environment = [("MOFFMAN_REST_API__API_KEY", "sesame-open")];
    let process = Process::with_environment(directory.path(), &[], &environment);
    let url = process.url();
    assert!(process.says("curl").contains("-H \"x-api-key: $KEY\""));
    let openapi = format!("{url}/api/v1/openapi.json");
    for wrong in [None, Some("sesame"), Some("sesame-open!"), Some("SESAME-OPEN")] {
        let refused = ask(&openapi, None, wrong).await;
        assert_eq!((refused.status, refused.media_type.as_str()), (403, "application/problem+json"));
        assert_eq!(refused.body["type"], "urn:moffman:problem:wrong-api-key");
    }
    let refused = ask(&format!("{url}/api/v1/sweeps"), Some(""), None).await;
    assert_eq!(refused.status, 403);
    assert_eq!(ask(&openapi, None, Some("sesame-open")).await.status, 200);
    assert_eq!(ask(&format!("{url}/api/v1/health"), None, None).await.status, 200);
    process.terminate();
    let ended = process.end();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.error().contains("sesame") && !ended.out.concat().contains("sesame"), "{ended:?}");
}
