//! The list of offices over HTTP.

use moffman_simulators::Fault;
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::stage::{BRNO, PRAGUE, SHEET};

const OFFICES: &str = "/api/v1/offices";

async fn get(client: &Client, query: &str) -> Answer {
    client.send("GET", &format!("{OFFICES}{query}"), "").await
}

/// The sheet has offices of these names, which share a calendar.
fn fill_sheet(client: &Client, names: impl Iterator<Item = String>) {
    let rows = names.map(|name| vec![json!(name), json!(BRNO)]);
    client.stage.world.set_sheet(
        SHEET,
        "Offices",
        [vec![json!("Name"), json!("Calendar")]].into_iter().chain(rows).collect(),
    );
}

/// All offices, gone through page by page, and how many each page had.
async fn leafed_through(client: &Client, limit: usize) -> (Vec<Value>, Vec<usize>) {
    let (mut all, mut sizes, mut page) = (Vec::new(), Vec::new(), String::new());
    loop {
        let answer = get(client, &format!("?limit={limit}{page}")).await.json();
        let offices = answer["offices"].as_array().unwrap();
        sizes.push(offices.len());
        all.extend(offices.clone());
        let Some(next) = answer["next"].as_str() else { return (all, sizes) };
        page = format!("&page={next}");
    }
}

#[tokio::test]
async fn offices_are_listed_by_name_with_their_source() {
    let client = Client::start().await;
    let names = ["žižkov", "prague", "Zlín", "brno"].map(str::to_owned);
    fill_sheet(&client, names.into_iter());
    let office = |name: &str, source: &str| json!({"office_id": name, "source": source});
    let expected = [
        office("Zlín", "spreadsheet"),
        office("brno", "spreadsheet"),
        office("prague", "configuration"),
        office("žižkov", "spreadsheet"),
    ];
    let answer = get(&client, "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"offices": expected, "next": null})),
        "in one page"
    );
    assert_eq!(leafed_through(&client, 3).await, (expected.to_vec(), vec![3, 1]));
    assert_eq!(leafed_through(&client, 4).await, (expected.to_vec(), vec![4]), "a full page is not always followed");
}

#[tokio::test]
async fn google_is_asked_once_and_only_for_the_offices() {
    let client = Client::start().await.restarted(|settings| {
        settings["offices"]["office_list"] = json!([{"name": "prague", "id": PRAGUE}, {"name": "again", "id": PRAGUE}]);
        settings["manual_users"]["google_config"] = json!({"sheet_id": SHEET, "range": "Manual users!A2:D"});
    });
    for query in ["", "?limit=1", ""] {
        assert_eq!(get(&client, query).await.status, 200);
    }
    assert_eq!(leafed_through(&client, 1).await.1, [1, 1, 1], "two with one calendar are two offices");
    let calls = client.stage.world.calls();
    let read: Vec<_> = calls.iter().filter_map(|call| call.parameter("ranges")).collect();
    assert_eq!(read, ["Offices!A2:B"]);
    assert_eq!(client.stage.world.count("spreadsheets.values.batchGet"), 1);

    let client = client.restarted(|_| {});
    let mark = client.stage.world.mark();
    assert_eq!(leafed_through(&client, 1).await.1, [1, 1, 1]);
    assert!(client.stage.world.calls_since(mark).is_empty(), "the snapshot is enough");
}

#[tokio::test]
async fn ten_thousand_offices_are_gone_through_page_by_page() {
    let client = Client::start().await;
    fill_sheet(&client, (0..10_000).map(|number| format!("Office {number:04}")));
    let (all, sizes) = leafed_through(&client, 1_000).await;
    assert_eq!(sizes, [vec![1_000; 10], vec![1]].concat());
    let names: Vec<&str> = all.iter().map(|office| office["office_id"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.len() == 10_001, "{names:?}");
    assert_eq!((names[0], names[9_999], names[10_000]), ("Office 0000", "Office 9999", "prague"));
    assert_eq!(get(&client, "").await.json()["offices"].as_array().unwrap().len(), 200, "if nobody chooses");
    assert_eq!(client.stage.world.count("spreadsheets.values.batchGet"), 1);
}

#[tokio::test]
async fn turning_the_page_is_not_disturbed_by_offices_that_come_and_go() {
    let client = Client::start().await;
    fill_sheet(&client, ["b", "d", "f"].map(str::to_owned).into_iter());
    let first = get(&client, "?limit=2").await.json();
    assert_eq!(first["offices"][1]["office_id"], "d", "{first}");
    fill_sheet(&client, ["a", "b", "e", "f"].map(str::to_owned).into_iter());
    assert_eq!(client.send("POST", "/api/v1/config_update", "").await.status, 200);
    let second = get(&client, &format!("?limit=2&page={}", first["next"].as_str().unwrap())).await.json();
    let names: Vec<_> = second["offices"].as_array().unwrap().iter().map(|office| &office["office_id"]).collect();
    assert_eq!(names, ["e", "f"]);
}

#[tokio::test]
async fn parameters_are_checked_strictly() {
    let client = Client::start().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit", "limit"),
        ("limit=1&limit=1", "limit"),
        ("page=", "page"),
        ("page=2", "page"),
        ("office_id=prague", "office_id"),
        ("Limit=1", "Limit"),
    ] {
        get(&client, &format!("?{query}")).await.expect_problem_with(422, "invalid-content", field);
    }
    client.expect_no_calls();
}

#[tokio::test]
async fn a_place_in_another_listing_is_no_page_of_this_one() {
    let client = Client::start().await;
    let next = get(&client, "?limit=1").await.json()["next"].as_str().unwrap().to_owned();
    let forms = client.send("GET", &format!("/api/v1/forms?page={next}"), "").await;
    let of_forms = forms.expect_problem_with(422, "invalid-content", "page");
    let of_offices = get(&client, "?page=WyI4YmVjODc1N2Y2NjIiLCJwcmFndWUiXQ").await;
    assert_eq!(of_offices.expect_problem_with(422, "invalid-content", "page")["detail"], of_forms["detail"]);
}

#[tokio::test]
async fn without_a_snapshot_and_the_spreadsheet_they_cannot_be_known() {
    let client = Client::start().await;
    client.stage.world.fail("spreadsheets.values.batchGet", Fault::status(403, "forbidden"));
    get(&client, "").await.expect_problem(503, "offices-unavailable");
    assert_eq!(get(&client, "").await.status, 200);
}

#[tokio::test]
async fn an_unreadable_state_is_503() {
    let mut client = Client::start().await;
    client.stage.dynamodb.stop().await;
    get(&client, "").await.expect_problem(503, "temporarily-unavailable");
}
