//! Windows of a spreadsheet.

use crate::wire::{Reply, Wire, encoded};
use serde_json::{Value, json};

fn rows(rows: &Value) -> Vec<Vec<Value>> {
    rows.as_array().unwrap().iter().map(|row| row.as_array().unwrap().clone()).collect()
}

async fn started() -> Wire {
    let wire = Wire::start().await;
    let offices =
        json!([["Office", "Calendar"], ["Prague", "p@example.com", "note"], ["", ""], ["Brno", ""], [], ["", null]]);
    wire.world.set_sheet("sheet", "Offices", rows(&offices));
    wire.world.set_sheet("sheet", "Manual users", rows(&json!([["heading"], ["eva@example.com", 7, true, ""]])));
    wire
}

async fn range(wire: &Wire, range: &str) -> Reply {
    wire.get(&format!("/v4/spreadsheets/sheet/values/{}", encoded(range))).await
}

#[tokio::test]
async fn rows_of_the_window_without_trailing_blanks() {
    let wire = started().await;
    let expected = json!({
        "range": "Offices!A2:B1000",
        "majorDimension": "ROWS",
        "values": [["Prague", "p@example.com"], [], ["Brno"]],
    });
    assert_eq!(range(&wire, "Offices!A2:B").await.json(), expected);
    assert_eq!(range(&wire, "'Offices'!A2:B").await.json(), expected);
    assert_eq!(range(&wire, "A2:B").await.json(), expected, "the first tab");
    assert_eq!(range(&wire, "Offices!C2").await.json()["values"], json!([["note"]]));
    assert_eq!(
        range(&wire, "Offices!A5:B").await.json(),
        json!({ "range": "Offices!A5:B1000", "majorDimension": "ROWS" })
    );
    assert_eq!(range(&wire, "Offices").await.json()["range"], "Offices!A1:Z1000");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_range_is_answered_with_its_place_in_the_sheet() {
    let wire = started().await;
    wire.world.name_range("sheet", "Team", "'Manual users'!A2:D");
    for (asked, place) in [
        ("offices!B2:A", "Offices!A2:B1000"),
        ("Offices!R2C1:R50C2", "Offices!A2:B50"),
        ("Offices!A2:B2000", "Offices!A2:B1000"),
        ("Manual users", "'Manual users'!A1:Z1000"),
        ("Offices!A2", "Offices!A2"),
        ("Team", "'Manual users'!A2:D1000"),
    ] {
        assert_eq!(range(&wire, asked).await.json()["range"], place, "{asked}");
    }
    assert_eq!(range(&wire, "offices!B2:A").await.json()["values"][0], json!(["Prague", "p@example.com"]));
    let beyond = range(&wire, "offices!A2000:B2001").await.json();
    let message = "Range (Offices!A2000:B2001) exceeds grid limits. Max rows: 1000, max columns: 26";
    assert_eq!(beyond, json!({"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}));
    for asked in [" Offices!A2:B", "Offices!A2:B ", "Offices!B", "Offices!A0"] {
        assert_eq!(range(&wire, asked).await.json()["error"]["message"], format!("Unable to parse range: {asked}"));
    }
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn titles_with_a_blank_are_quoted_and_values_are_formatted() {
    let wire = started().await;
    let users = range(&wire, "Manual users!A2:D").await.json();
    assert_eq!(users["range"], "'Manual users'!A2:D1000");
    assert_eq!(users["values"], json!([["eva@example.com", "7", "TRUE"]]));
    assert_eq!(range(&wire, "'Manual users'!A2:D").await.json(), users);
    let path = "/v4/spreadsheets/sheet/values/Manual%20users!A2:D?valueRenderOption=UNFORMATTED_VALUE";
    assert_eq!(wire.get(path).await.json()["values"], json!([["eva@example.com", 7, true]]));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn several_ranges_at_once() {
    let wire = started().await;
    let ranges = [encoded("Manual users!A2:B"), encoded("Offices!A2:A")];
    let path = format!("/v4/spreadsheets/sheet/values:batchGet?ranges={}&ranges={}", ranges[0], ranges[1]);
    let answer = wire.get(&path).await.json();
    assert_eq!(answer["spreadsheetId"], "sheet");
    assert_eq!(answer["valueRanges"][0]["values"], json!([["eva@example.com", "7"]]));
    assert_eq!(answer["valueRanges"][1]["values"], json!([["Prague"], [], ["Brno"]]));
    assert_eq!(wire.world.count("spreadsheets.values.batchGet"), 1);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let wire = started().await;
    let unknown = range(&wire, "Users!A2:B").await;
    assert_eq!(
        (unknown.status, &unknown.json()["error"]["message"]),
        (400, &json!("Unable to parse range: Users!A2:B"))
    );
    assert_eq!(range(&wire, "Offices!A2:").await.status, 400);
    assert_eq!(range(&wire, "Offices!A2000:B").await.status, 400);
    let missing = wire.get("/v4/spreadsheets/other/values/A1").await;
    assert_eq!((missing.status, &missing.json()["error"]["status"]), (404, &json!("NOT_FOUND")));
    wire.world.break_sheet("sheet");
    assert_eq!(range(&wire, "Offices!A2:B").await.status, 503);
    wire.world.mend_sheet("sheet");
    assert_eq!(range(&wire, "Offices!A2:B").await.status, 200);
    wire.world.finish().unwrap();
}
