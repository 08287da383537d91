//! All offices without the people, as the API lists them.

use std::sync::Arc;

use futures_util::future::join_all;
use moffman::directory::{DirectoryError, KnownOffice, OfficeSource};
use moffman::domain::office::Office;
use moffman_simulators::Fault;

use crate::context::Context;

const STATIC_AND_SHEET: &str = "
offices:
  office_list: [{name: Zlín, id: static@example.com}, {name: Prague, id: static@example.com}]
  google_config: sheet-1
manual_users: {google_config: sheet-1}
";

fn shown(offices: &[KnownOffice]) -> Vec<(&str, &str, OfficeSource)> {
    let shown = offices.iter().map(|KnownOffice { office, source }| {
        let Office { name, calendar_id } = office;
        (name.as_str(), calendar_id.as_str(), *source)
    });
    shown.collect()
}

#[tokio::test]
async fn they_are_in_the_order_of_code_points_and_the_configuration_wins() {
    let ctx = Context::new().await;
    ctx.set_offices(&[
        &["Žižkov", "zizkov@example.com"],
        &["brno", "brno@example.com"],
        &["Prague", "prague@example.com"],
        &["Brno", "brno@example.com"],
    ]);
    let offices = ctx.process(STATIC_AND_SHEET).offices().await.unwrap();
    let (configuration, spreadsheet) = (OfficeSource::Configuration, OfficeSource::Spreadsheet);
    assert_eq!(
        shown(&offices),
        [
            ("Brno", "brno@example.com", spreadsheet),
            ("Prague", "static@example.com", configuration),
            ("Zlín", "static@example.com", configuration),
            ("brno", "brno@example.com", spreadsheet),
            ("Žižkov", "zizkov@example.com", spreadsheet),
        ]
    );
    ctx.finish();
}

#[tokio::test]
async fn the_first_call_loads_the_offices_alone_and_the_rest_is_memory() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    let first = process.offices().await.unwrap();
    let ranges = ctx.world.calls().into_iter().filter_map(|call| call.parameter("ranges").map(str::to_owned));
    assert_eq!(ranges.collect::<Vec<_>>(), ["Offices!A2:B"]);
    assert!(Arc::ptr_eq(&first, &process.offices().await.unwrap()));
    assert_eq!(process.calendar("Brno").await, "brno@example.com");
    assert_eq!(ctx.usual_process().offices().await.unwrap(), first, "a cold process uses the snapshot");
    assert_eq!(ctx.sheet_reads(), 1);
    ctx.finish();
}

#[tokio::test]
async fn without_a_sheet_of_offices_nobody_is_asked() {
    let ctx = Context::new().await;
    ctx.lose_table().await;
    let process = ctx.process(
        "
        offices: {office_list: [{name: Brno, id: static@example.com}]}
        manual_users: {google_config: sheet-1}
        ",
    );
    let first = process.offices().await.unwrap();
    assert_eq!(shown(&first), [("Brno", "static@example.com", OfficeSource::Configuration)]);
    assert!(Arc::ptr_eq(&first, &process.offices().await.unwrap()));
    assert!(ctx.world.calls().is_empty());
    ctx.finish();
}

#[tokio::test]
async fn a_change_is_seen_within_a_minute() {
    let ctx = Context::new().await;
    let (process, other) = (ctx.usual_process(), ctx.usual_process());
    assert_eq!(process.offices().await.unwrap().len(), 2);
    ctx.set_offices(&[&["Ostrava", "ostrava@example.com"]]);
    other.reload().await;
    ctx.after(59);
    assert_eq!(process.offices().await.unwrap().len(), 2);
    ctx.after(1);
    let spreadsheet = OfficeSource::Spreadsheet;
    assert_eq!(shown(&process.offices().await.unwrap()), [("Ostrava", "ostrava@example.com", spreadsheet)]);
    ctx.finish();
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_load_and_its_failure() {
    let ctx = Context::new().await;
    let process = ctx.process(STATIC_AND_SHEET);
    ctx.world.fail("spreadsheets.values.batchGet", Fault::status(403, "forbidden"));
    let outcomes = join_all((0..20).map(|_| process.offices())).await;
    let unavailable = DirectoryError::Unavailable { retry_after: None };
    assert!(outcomes.iter().all(|outcome| *outcome == Err(unavailable.clone())), "{outcomes:?}");
    assert_eq!(ctx.sheet_reads(), 1);

    let outcomes = join_all((0..20).map(|_| process.offices())).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|offices| offices.len() == 3)), "{outcomes:?}");
    assert_eq!(ctx.sheet_reads(), 2);
    ctx.finish();
}
