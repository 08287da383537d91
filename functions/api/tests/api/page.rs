//! The page: how it is served, and what its files keep to.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::function::{Function, event};

const MOST_BYTES: usize = 80_000;
const MOST_FILES: usize = 8;

/// The sources of the page by name.
fn sources() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
    });
    files.filter(|(name, _)| name != "README.md").collect()
}

/// The digest in the addresses that the HTML has.
fn digest(html: &str) -> String {
    html.split_once("?file=").unwrap().1.split_once('/').unwrap().0.to_owned()
}

async fn html(client: &Client) -> String {
    let answer = client.send("GET", "/", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

fn expect_file(answer: &Answer, media_type: &str, content: &str) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), media_type);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.text, content);
}

#[tokio::test]
async fn the_html_is_read_anew_each_time_and_allows_nothing_foreign() {
    let client = Client::start().await;
    let answer = client.send("GET", "/?utm_source=mail&x", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.split("; ").any(|directive| directive == part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("  "), "{policy}");
    assert!(!answer.text.contains("DIGEST"), "{}", answer.text);
    client.expect_no_calls();
}

#[tokio::test]
async fn each_file_has_an_address_that_only_this_content_has() {
    let client = Client::start().await;
    let digest = digest(&html(&client).await);
    assert!(digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
    for (name, content) in sources().iter().filter(|(name, _)| *name != "page.html") {
        let media_type = match name.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            _ => "text/javascript; charset=utf-8",
        };
        // Gateways encode a parameter or leave it as it was, and may add another.
        for path in [
            format!("/page/{digest}/{name}"),
            format!("/?file={digest}/{name}"),
            format!("/?x=&file={digest}%2F{name}"),
        ] {
            expect_file(&client.send("GET", &path, "").await, media_type, content);
        }
        for path in [format!("/page/0123456789abcdef/{name}"), format!("/?file=0123456789abcdef/{name}")] {
            client.send("GET", &path, "").await.expect_problem(404, "no-such-route");
        }
    }
    for path in ["page.html", "README.md", "..%2Fmain.js", "%ff", "main.js/x"] {
        client.send("GET", &format!("/page/{digest}/{path}"), "").await.expect_problem(404, "no-such-route");
    }
    for query in ["file=", "file=main.js", "file=%ff"] {
        client.send("GET", &format!("/?{query}"), "").await.expect_problem(404, "no-such-route");
    }
}

#[tokio::test]
async fn the_page_wants_no_key_and_has_head_and_no_other_method() {
    let client = Client::start_with_access(json!({"api_key": "sesame"})).await;
    let file = format!("/page/{}/style.css", digest(&html(&client).await));
    for path in ["/", &file] {
        let (get, head) = (client.send("GET", path, "").await, client.send("HEAD", path, "").await);
        assert_eq!(get.status, 200, "{path}");
        head.expect_status(200);
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{path}");
        assert_eq!(head.header("cache-control"), get.header("cache-control"), "{path}");
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = client.send(method, path, "").await;
            answer.expect_problem(405, "method-not-allowed");
            assert_eq!(answer.header("allow"), "GET, HEAD", "{method} {path}");
        }
    }
}

#[test]
fn the_files_are_few_and_small() {
    let sources = sources();
    let bytes: usize = sources.values().map(String::len).sum();
    assert!(sources.len() <= MOST_FILES, "{:?}", sources.keys());
    assert!(bytes < MOST_BYTES, "{bytes}");
}

#[test]
fn the_files_name_no_other_host_and_make_no_markup_of_text() {
    for (name, content) in sources() {
        for word in
            ["http:", "//cdn", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "localStorage", "cookie"]
        {
            let found = content.replace("http://www.w3.org/2000/svg", "").contains(word);
            assert!(!found, "{name} has {word}");
        }
        let links = content.match_indices("https:").count();
        // The one place looks whether a link leads to the calendar.
        assert_eq!(links, usize::from(name == "decisions.js"), "{name}");
    }
    let page = &sources()["page.html"];
    for word in ["<style", " style=", " onclick=", "<script>", "src=\"/", "href=\"/"] {
        assert!(!page.contains(word), "page.html has {word}");
    }
}

/// The event of a request for the page, as a gateway sends it for an address without or with its last slash.
fn asked(method: &str, path: &str, file: Option<&str>) -> Value {
    let mut event = event("api-health.json");
    event["httpMethod"] = json!(method);
    event["requestContext"]["httpMethod"] = json!(method);
    event["resource"] = json!("/");
    event["requestContext"]["resourcePath"] = json!("/");
    event["path"] = json!(path);
    event["requestContext"]["path"] = json!(path);
    if let Some(file) = file {
        event["queryStringParameters"] = json!({"file": file});
        event["multiValueQueryStringParameters"] = json!({"file": [file]});
    }
    event
}

#[tokio::test]
async fn the_function_answers_the_page_behind_any_address() {
    let function = Function::start(env!("CARGO_BIN_EXE_api")).await;
    let mut html = String::new();
    for path in ["/", "/prod", "/prod/", "/moffman", "/moffman/"] {
        let answer = function.answer(asked("GET", path, None)).await;
        assert_eq!(
            (&answer["statusCode"], &answer["isBase64Encoded"]),
            (&json!(200), &json!(false)),
            "{path}: {answer}"
        );
        answer["body"].as_str().unwrap().clone_into(&mut html);
        assert!(html.starts_with("<!doctype html>"), "{path}: {answer}");
        let head = function.answer(asked("HEAD", path, None)).await;
        assert_eq!(
            (&head["statusCode"], head["body"].as_str().unwrap_or_default()),
            (&json!(200), ""),
            "{path}: {head}"
        );
    }
    let digest = digest(&html);
    let main = function.answer(asked("GET", "/prod", Some(&format!("{digest}/main.js")))).await;
    assert_eq!((main["body"].as_str(), &main["isBase64Encoded"]), (Some(&*sources()["main.js"]), &json!(false)));
    let mut event = asked("GET", &format!("/moffman/page/{digest}/week.js"), None);
    event["resource"] = json!("/page/{digest}/{file}");
    event["requestContext"]["resourcePath"] = event["resource"].clone();
    event["pathParameters"] = json!({"digest": digest, "file": "week.js"});
    let week = function.answer(event).await;
    assert_eq!(week["body"].as_str(), Some(&*sources()["week.js"]), "{week}");
}
