//! One answer has all the mistakes of a request.

use serde_json::json;

use crate::client::{Client, reservation, reservation_with};

#[tokio::test]
async fn one_answer_has_every_mistake_of_a_reservation() {
    let client = Client::start().await;
    let body = json!({
        "user": {"name": " ", "email": 1},
        "approved": "yes",
        "start": "2026-02-30",
        "end": "2026-06-18",
        "request_dt": null,
        "reopen": 0,
    });
    let expected = [
        "#/reopen: must be true or false, not a number",
        "#/user/email: must be text, not a number",
        "#/approved: must be true or false, not text",
        "#/request_dt: must be text, but is missing or null",
        "#/office_id: must be text, but is missing or null",
        "#/user/name: must not be empty",
        "#/start: must be an existing date, written YYYY-MM-DD",
    ];
    assert_eq!(client.reserve(&body).await.expect_mistakes(), expected);
    let mut backwards = reservation_with("/user/name", Some(json!("two\nlines")));
    backwards["end"] = json!("2022-06-27");
    let expected = ["#/user/name: must not contain control characters", "#/end: must not precede `start`"];
    assert_eq!(client.reserve(&backwards).await.expect_mistakes(), expected);
    client.expect_no_calls();
}

#[tokio::test]
async fn nothing_is_said_of_what_is_inside_of_a_mistake() {
    let client = Client::start().await;
    let no_user = reservation_with("/user", None);
    let expected = ["#/user: must be an object, but is missing or null"];
    assert_eq!(client.reserve(&no_user).await.expect_mistakes(), expected);
    assert_eq!(client.reserve(&json!([])).await.expect_mistakes(), ["#: must be an object, not a list"]);
    let twice = reservation().to_string().replacen('{', r#"{"user":{"name":1,"name":"A"},"#, 1);
    let told = client.send("POST", "/api/v1/reservations", twice).await.expect_mistakes();
    let expected = [
        "#/user: is given more than once",
        "#/user/name: is given more than once",
        "#/user/name: must be text, not a number",
    ];
    assert_eq!(told, expected, "the first of two is read");
}

#[tokio::test]
async fn a_hundred_mistakes_are_listed_and_the_others_counted() {
    let client = Client::start().await;
    let names = (0..20_000).map(|number| format!("\"{number}/{}\":0,", "~".repeat(20)));
    let names = names.collect::<Vec<_>>().concat();
    let body = format!("{{{names}\"dry_run\":1}}");
    let answer = client.send("POST", "/api/v1/sweeps", body).await;
    let problem = answer.json();
    assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
    assert_eq!(problem["errors_unlisted"], 20_000 + 1 - 100, "{}", problem["errors"][0]);
    assert_eq!(problem["errors"][1]["pointer"], format!("#/1~1{}", "~0".repeat(20)));
    assert!(answer.text.len() < 20_000, "{}", answer.text.len());
    let names = (0..100).map(|number| format!("a{number}&")).collect::<Vec<_>>().concat();
    let query = format!("/api/v1/reservations?{names}b&b&office_id=&from=&to=0000-01-01");
    let problem = client.send("GET", &query, "").await.expect_problem(422, "invalid-content");
    assert_eq!(problem["errors_unlisted"], 3, "`b`, `office_id` and `from`, each once");
    client.expect_no_calls();
}

#[tokio::test]
async fn a_query_is_told_all_its_mistakes() {
    let client = Client::start().await;
    let limit = "limit: must be a whole number from 1 to 1000";
    let no_date = "must be an existing date, written YYYY-MM-DD";
    for (path, told) in [
        ("reservations?limit=0", &["office_id: is missing", limit][..]),
        (
            "reservations?to=x&from=x&from=&office=a&limit=-1&status=held&office_id=",
            &[
                "from: is given more than once",
                "office: is no parameter of this path, which has office_id, from, to, status, limit, page",
                "office_id: is empty; give it a value, or leave it out",
                &format!("from: {no_date}"),
                &format!("to: {no_date}"),
                "status: must be pending or approved",
                limit,
            ],
        ),
        (
            "reservations?from=2026-06-02&to=2026-06-01&limit=0",
            &["office_id: is missing", limit, "to: must not precede `from`"],
        ),
        (
            "reservations/a-b?of=x",
            &[
                "id: must be 1 to 1024 of the characters A-Z, a-z, 0-9 and _",
                "of: is no parameter of this path, which has office_id",
                "office_id: is missing",
            ],
        ),
        (
            "attendance?from=2026-06-01&to=2026-07-02&format=xml",
            &["format: must be csv or json", "to: must be at most 30 days after `from`"],
        ),
        ("attendance?format=xml&from=x", &[&format!("from: {no_date}"), "format: must be csv or json"]),
        (
            "forms?limit=x&state=new",
            &[
                "state: must be open, due, sending, waiting, in_doubt, held, issued or discarded",
                "limit: must be a whole number from 1 to 200",
            ],
        ),
        ("offices?limit=0&page=", &["page: is empty; give it a value, or leave it out", limit]),
        ("offices?page=x", &["page: must be the `next` of an earlier answer to the same question"]),
        (
            "status?a=1&b=2",
            &["a: is no parameter of this path, which has none", "b: is no parameter of this path, which has none"],
        ),
    ] {
        let answer = client.send("GET", &format!("/api/v1/{path}"), "").await;
        assert_eq!(answer.expect_mistakes(), told, "{path}");
    }
    client.expect_no_calls();
}

#[tokio::test]
async fn a_decision_is_told_the_mistakes_of_its_address_and_of_its_body() {
    let client = Client::start().await;
    let id = "id: must be 1 to 1024 of the characters A-Z, a-z, 0-9 and _";
    let office = "#/office_id: must be text, but is missing or null";
    let again = "again: is no parameter of this path, which has none";
    let reason = json!({"reason": "x".repeat(501), "reasons": 1}).to_string();
    let reject = client.send("POST", "/api/v1/reservations/a-b/reject?again=1", reason).await;
    let unknown = "#/reasons: is no member of this request, which has office_id, reason";
    assert_eq!(reject.expect_mistakes(), [id, unknown, again, "#/reason: must have at most 500 characters", office]);
    let approve = client.send("POST", "/api/v1/reservations/a-b/approve?again=1", "{}").await;
    assert_eq!(approve.expect_mistakes(), [id, again, office]);
    let twice_wrong = json!({"office_id": "prague", "reason": "\t".repeat(501)}).to_string();
    let reject = client.send("POST", "/api/v1/reservations/a/reject", twice_wrong).await;
    let expected = ["must have at most 500 characters", "must not contain control characters but line ends"]
        .map(|what| format!("#/reason: {what}"));
    assert_eq!(reject.expect_mistakes(), expected);
    let unread = client.send("POST", "/api/v1/reservations/a-b/reject?again=1", "{").await;
    unread.expect_problem(400, "not-json");
    let list = client.send("POST", "/api/v1/reservations/a-b/approve", "[]").await;
    assert_eq!(list.expect_mistakes(), [id, "#: must be an object, not a list"]);
    let cancel = client.send("DELETE", "/api/v1/reservations/a-b", "").await;
    assert_eq!(cancel.expect_mistakes(), [id, "office_id: is missing"]);
    client.expect_no_calls();
}
