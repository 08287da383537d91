//! The compiled function, fed with the events that a REST API of API Gateway sends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::function::{Function, event};
use crate::stage::{PRAGUE, Stage};

const API: &str = env!("CARGO_BIN_EXE_api");

fn body(answer: &Value) -> Value {
    assert_eq!(answer["isBase64Encoded"], false, "{answer}");
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

fn header<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer["multiValueHeaders"][name][0].as_str().unwrap_or_default()
}

#[tokio::test]
async fn the_function_answers_proxy_events() {
    let function = Function::start(API).await;
    let health = function.answer(event("api-health.json")).await;
    assert_eq!((&health["statusCode"], &body(&health)["status"]), (&json!(200), &json!("ok")), "{health}");
    let placed = function.answer(event("api-reservation.json")).await;
    assert_eq!(placed["statusCode"], 200, "{placed}");
    assert_eq!(header(&placed, "content-type"), "application/json");
    let id = body(&placed)["id"].as_str().unwrap().to_owned();
    assert!(function.stage.world.event(PRAGUE, &id).is_some());
    let reloaded = function.answer(event("api-config-update.json")).await;
    assert_eq!(body(&reloaded)["offices"]["used"], 1, "{reloaded}");
    let swept = function.answer(event("api-sweep.json")).await;
    assert_eq!(body(&swept)["offices_swept"], 2, "{swept}");
}

/// The event of a request for `resource` behind a custom domain that maps `/moffman` to the API.
fn behind_a_base_path(method: &str, resource: &str, parameters: Value) -> Value {
    let mut event = event("api-health.json");
    let mut path = format!("/moffman{resource}");
    for (name, value) in parameters.as_object().into_iter().flatten() {
        path = path.replace(&format!("{{{name}}}"), value.as_str().unwrap());
    }
    event["httpMethod"] = json!(method);
    event["requestContext"]["httpMethod"] = json!(method);
    event["resource"] = json!(resource);
    event["requestContext"]["resourcePath"] = json!(resource);
    event["path"] = json!(path);
    event["requestContext"]["path"] = json!(path);
    event["pathParameters"] = parameters;
    event
}

#[tokio::test]
async fn every_route_is_found_behind_a_base_path() {
    let function = Function::start(API).await;
    for (path, item) in moffman_api::openapi().paths.paths {
        let parameters =
            if path.contains('{') { json!({"form_id": "no%2Fform", "id": "no%2Fid"}) } else { Value::Null };
        let is_safe = item.get.is_some() && path != "/api/v1/config_update";
        for (method, is_there) in [("GET", item.get.is_some()), ("HEAD", is_safe), ("POST", item.post.is_some())] {
            let answer = function.answer(behind_a_base_path(method, &path, parameters.clone())).await;
            let is_unknown = || method == "HEAD" || body(&answer)["type"] != "urn:moffman:problem:no-such-form";
            let no_route = answer["statusCode"] == 404 && is_unknown();
            assert!(!no_route && (answer["statusCode"] != 405) == is_there, "{method} {path}: {answer}");
        }
    }
    let nothing = function.answer(behind_a_base_path("GET", "/api/v1/nothing", Value::Null)).await;
    assert_eq!(
        (&nothing["statusCode"], &body(&nothing)["type"]),
        (&json!(404), &json!("urn:moffman:problem:no-such-route"))
    );
    let logged = function.log();
    let routes: Vec<&str> = logged.iter().filter_map(|line| line["route"].as_str()).collect();
    assert!(routes.contains(&"/api/v1/forms/{form_id}/resend") && routes.last() == Some(&"none"), "{routes:?}");
}

#[tokio::test]
async fn the_document_names_the_address_it_was_asked_at() {
    let function = Function::start(API).await;
    let server = async |path: &str| {
        let mut event = behind_a_base_path("GET", "/api/v1/openapi.json", Value::Null);
        event["requestContext"]["path"] = json!(path);
        body(&function.answer(event).await)["servers"].clone()
    };
    let host = "https://abc123def4.execute-api.eu-central-1.amazonaws.com";
    for (path, prefix) in [("/moffman/api/v1/openapi.json", "/moffman"), ("/prod/api/v1/openapi.json", "/prod")] {
        assert_eq!(server(path).await, json!([{"url": format!("{host}{prefix}")}]));
    }
}

#[tokio::test]
async fn a_table_keeps_its_byte_order_mark() {
    let function = Function::start(API).await;
    let mut event = behind_a_base_path("GET", "/api/v1/attendance", Value::Null);
    event["queryStringParameters"] = json!({"format": "csv"});
    event["multiValueQueryStringParameters"] = json!({"format": ["csv"]});
    let answer = function.answer(event.clone()).await;
    let text = answer["body"].as_str().unwrap();
    assert!(text.starts_with("\u{feff}office,"), "{answer}");
    assert_eq!(answer["multiValueHeaders"]["content-length"], json!([text.len().to_string()]), "{answer}");
    event["httpMethod"] = json!("HEAD");
    event["requestContext"]["httpMethod"] = json!("HEAD");
    let head = function.answer(event).await;
    assert_eq!(head["multiValueHeaders"]["content-length"], answer["multiValueHeaders"]["content-length"]);
    assert_eq!(head["body"].as_str().unwrap_or_default(), "", "{head}");
}

#[tokio::test]
async fn head_has_the_length_of_the_body_and_no_body() {
    let function = Function::start(API).await;
    let ask = async |method| function.answer(behind_a_base_path(method, "/api/v1/offices", Value::Null)).await;
    let (get, head) = (ask("GET").await, ask("HEAD").await);
    assert_eq!((&get["statusCode"], &head["statusCode"]), (&json!(200), &json!(200)), "{get} {head}");
    assert_eq!((head["body"].as_str().unwrap_or_default(), &head["isBase64Encoded"]), ("", &json!(false)), "{head}");
    assert_eq!(header(&head, "content-length"), get["body"].as_str().unwrap().len().to_string());
    for answer in [&get, &head] {
        assert_eq!(header(answer, "cache-control"), "no-store", "{answer}");
    }
}

#[tokio::test]
async fn the_test_of_the_gateways_console_is_answered() {
    let function = Function::start(API).await;
    let mut test = event("api-health.json");
    for member in ["headers", "multiValueHeaders"] {
        test[member] = Value::Null;
    }
    test["requestContext"]["stage"] = json!("test-invoke-stage");
    test["requestContext"]["path"] = json!("/api/v1/health");
    assert_eq!(function.answer(test).await["statusCode"], 200);
}

#[tokio::test]
async fn an_ordered_sweep_is_logged_and_measured_and_a_dry_run_is_not() {
    let function = Function::start(API).await;
    let mut dry_run = event("api-sweep.json");
    dry_run["body"] = json!(r#"{"dry_run": true}"#);
    assert!(body(&function.answer(dry_run).await)["plans"].is_array());
    let mut sweep = event("api-sweep.json");
    sweep["body"] = json!(r#"{"office_id": "brno"}"#);
    assert_eq!(body(&function.answer(sweep).await)["offices_swept"], 1);
    let lines = function.log();
    let summaries: Vec<&Value> = lines.iter().filter(|line| line["message"] == "sweep").collect();
    assert_eq!(summaries.len(), 1, "{lines:#?}");
    assert_eq!(summaries[0]["offices.swept"], 1);
    let metrics: Vec<&Value> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert_eq!(metrics.len(), 1, "{lines:#?}");
    assert_eq!((&metrics[0]["OfficesSwept"], &metrics[0]["Table"]), (&json!(1), &json!("moffman")));
}

#[tokio::test]
async fn a_missing_table_is_an_error_of_ours_and_logged_as_one() {
    let stage = Stage::set().await;
    let settings = stage.settings_file();
    let function = Function::start_with(API, stage, &settings).await;
    assert_eq!(function.answer(event("api-config-update.json")).await["statusCode"], 500);
    let lines = function.log();
    let errors: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 1, "{lines:#?}");
    assert_eq!(errors[0]["problem"], "internal-error");
    assert!(errors[0]["cause"].as_str().unwrap().contains("ResourceNotFoundException"), "{}", errors[0]);
}

#[tokio::test]
async fn a_problem_carries_the_gateways_request_id() {
    let function = Function::start(API).await;
    let mut bad = event("api-reservation.json");
    bad["body"] = json!("{}");
    let id = bad["requestContext"]["requestId"].clone();
    let answer = function.answer(bad).await;
    assert_eq!(answer["statusCode"], 422, "{answer}");
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    assert_eq!(body(&answer)["request_id"], id);
    assert_eq!(header(&answer, "x-request-id"), id.as_str().unwrap());
}

#[tokio::test]
async fn a_body_in_base64_and_a_head_request_are_understood() {
    let function = Function::start(API).await;
    let mut encoded = event("api-reservation.json");
    encoded["body"] = json!(STANDARD.encode(encoded["body"].as_str().unwrap()));
    encoded["isBase64Encoded"] = json!(true);
    assert_eq!(function.answer(encoded).await["statusCode"], 200);
    let mut head = event("api-config-update.json");
    head["httpMethod"] = json!("HEAD");
    let mark = function.stage.world.mark();
    assert_eq!(function.answer(head).await["statusCode"], 405);
    assert!(function.stage.world.calls_since(mark).is_empty());
}

#[tokio::test]
async fn one_line_is_logged_per_request_without_personal_data() {
    let function = Function::start(API).await;
    let request_id = event("api-reservation.json")["requestContext"]["requestId"].clone();
    let account = function.stage.account();
    function.answer(event("api-reservation.json")).await;
    function.stage.world.remove_calendar(PRAGUE);
    let mut another = event("api-reservation.json");
    another["body"] = json!(another["body"].as_str().unwrap().replace("2026-06-18", "2026-06-17"));
    assert_eq!(function.answer(another).await["statusCode"], 502);
    let lines = function.log();
    let requests: Vec<&Value> = lines.iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(requests.len(), 2, "{lines:#?}");
    let first = requests[0];
    assert_eq!((&first["level"], &first["method"], &first["status"]), (&json!("INFO"), &json!("POST"), &json!(200)));
    assert_eq!((&first["route"], &first["request.id"]), (&json!("/api/v1/reservations"), &request_id));
    assert!(first["duration_ms"].is_i64(), "{first}");
    let failures: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(failures.len(), 1, "{lines:#?}");
    assert_eq!(failures[0]["problem"], "google-refused");
    assert_eq!(failures[0]["request.id"], requests[1]["request.id"]);
    for line in lines.iter().filter(|line| line["_aws"].is_null()) {
        let span = &line["span"];
        assert_eq!((&span["name"], &span["function_version"]), (&json!("invocation"), &json!("1")), "{line}");
    }
    let cold = |line: &Value| (line["span"]["request_id"].clone(), line["span"]["cold_start"].clone());
    assert_eq!((cold(first).1, cold(requests[1]).1), (json!(true), json!(false)));
    assert_eq!(cold(failures[0]), cold(requests[1]), "of one invocation");
    assert_ne!(cold(first).0, cold(requests[1]).0);
    let told: Vec<&Value> = lines.iter().filter(|line| line["account"].is_string()).collect();
    assert_eq!(
        (told.len(), &told[0]["account"], &told[0]["level"]),
        (1, &json!(account), &json!("WARN")),
        "{lines:#?}"
    );
    let text = serde_json::to_string(&lines).unwrap();
    for personal in ["Eva", "eva@example.com", PRAGUE, "BEGIN PRIVATE KEY", "ya29"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
}

#[tokio::test]
async fn every_mistake_in_the_configuration_is_in_one_line_and_ends_the_process() {
    let stage = Stage::set().await;
    let settings = stage.file("bad.yaml", "general: {log_level: LOUD}\ncalendar:\n  colors: {approved: 12}\n");
    let (status, lines) = Function::start_with(API, stage, &settings).await.end().await;
    assert!(!status.success());
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let message = lines[0].to_string();
    assert_eq!(lines[0]["level"], "ERROR");
    for mistake in ["general.log_level", "calendar.colors.approved", "bad.yaml"] {
        assert!(message.contains(mistake), "{mistake}: {message}");
    }
}

#[tokio::test]
async fn a_key_that_is_no_key_ends_the_process() {
    let stage = Stage::set().await;
    stage.world.set_secure_parameter("/moffman/key", "no key");
    let settings = stage.settings_file();
    let (status, lines) = Function::start_with(API, stage, &settings).await.end().await;
    assert!(!status.success());
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let message = lines[0]["error"].as_str().unwrap();
    assert!(message.contains("`/moffman/key` does not hold the key of a service account: not"), "{message}");
}
