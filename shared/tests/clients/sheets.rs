//! Ranges of a spreadsheet.

use moffman::google::GoogleError;
use moffman_simulators::Fault;
use serde_json::{Value, json};

use crate::bench::Bench;

fn rows(rows: &Value) -> Vec<Vec<Value>> {
    serde_json::from_value(rows.clone()).unwrap()
}

#[tokio::test]
async fn two_ranges_are_one_call() {
    let bench = Bench::new().await;
    let offices = json!([["Name", "Calendar"], ["Brno & okolí", "brno@example.com"], [], ["Praha"]]);
    bench.world.set_sheet("1/sheet#id", "Offices", rows(&offices));
    bench.world.set_sheet("1/sheet#id", "Manual users", rows(&json!([["E-mail"]])));
    let ranges = ["Offices!A2:B", "Manual users!A2:D"];
    let read = bench.google.read_ranges(&bench.budget, "1/sheet#id", &ranges).await.unwrap();
    let expected: [Vec<Vec<String>>; 2] = [
        vec![vec!["Brno & okolí".to_owned(), "brno@example.com".to_owned()], vec![], vec!["Praha".to_owned()]],
        vec![],
    ];
    assert_eq!(read, expected);
    assert_eq!(bench.world.count("spreadsheets.values.batchGet"), 1);
    bench.finish();
}

#[tokio::test]
async fn no_ranges_are_no_call() {
    let bench = Bench::new().await;
    let mark = bench.world.mark();
    assert!(bench.google.read_ranges(&bench.budget, "sheet", &[]).await.unwrap().is_empty());
    assert!(bench.world.calls_since(mark).is_empty());
    bench.finish();
}

#[tokio::test]
async fn a_sheet_that_cannot_be_read_is_an_error() {
    let bench = Bench::new().await;
    let read = async |sheet, range| bench.google.read_ranges(&bench.budget, sheet, &[range]).await;
    assert_eq!(read("nowhere", "Offices!A2:B").await, Err(GoogleError::NotFound));
    bench.world.set_sheet("sheet", "Offices", Vec::new());
    let refused = GoogleError::Refused { status: 400, reason: "INVALID_ARGUMENT".to_owned() };
    assert_eq!(read("sheet", "Elsewhere!A2:B").await, Err(refused));
    bench.world.break_sheet("sheet");
    assert_eq!(read("sheet", "Offices!A2:B").await, Err(GoogleError::Busy { retry_after: None }));
    assert_eq!(bench.world.count("spreadsheets.values.batchGet"), 6);
    bench.finish();
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_not_an_empty_sheet() {
    for fault in [Fault::Html(200), Fault::Truncated, Fault::Empty] {
        let bench = Bench::new().await;
        bench.world.set_sheet("sheet", "Offices", rows(&json!([["Name"], ["Brno", "brno@example.com"]])));
        bench.world.fail("spreadsheets.values.batchGet", fault.clone()).always();
        let read = bench.google.read_ranges(&bench.budget, "sheet", &["Offices!A2:B"]).await;
        assert_eq!(read, Err(GoogleError::Unreadable), "{fault:?}");
        assert_eq!(bench.world.count("spreadsheets.values.batchGet"), 4, "{fault:?}");
        bench.finish();
    }
}
