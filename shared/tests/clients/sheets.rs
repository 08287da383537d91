//! Ranges of a spreadsheet.

use moffman::google::{GoogleError, SheetError, SheetRange};
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
    let [offices, users] = <[SheetRange; 2]>::try_from(read).unwrap();
    assert_eq!(
        (offices.place.as_deref(), users.place.as_deref()),
        (Some("Offices!A2:B1000"), Some("'Manual users'!A2:D1000"))
    );
    assert_eq!([offices.rows, users.rows], expected);
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
    let failed = |error, words: Option<&str>| Err(SheetError { error, words: words.map(str::to_owned) });
    let unknown = Some("Requested entity was not found.");
    assert_eq!(read("nowhere", "Offices!A2:B").await, failed(GoogleError::NotFound, unknown));
    bench.world.set_sheet("sheet", "Offices", Vec::new());
    let refused = GoogleError::Refused { status: 400, reason: "INVALID_ARGUMENT".to_owned() };
    let words = Some("Unable to parse range: Elsewhere!A2:B");
    assert_eq!(read("sheet", "Elsewhere!A2:B").await, failed(refused, words));
    bench.world.break_sheet("sheet");
    assert_eq!(read("sheet", "Offices!A2:B").await, failed(GoogleError::Busy { retry_after: None }, None));
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
        assert_eq!(read.map_err(|error| error.error), Err(GoogleError::Unreadable), "{fault:?}");
        assert_eq!(bench.world.count("spreadsheets.values.batchGet"), 4, "{fault:?}");
        bench.finish();
    }
}
