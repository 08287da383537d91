//! Looking up one office, as a reservation does.

use std::time::Duration;

use futures_util::future::join_all;
use moffman::directory::DirectoryError;
use moffman::store::StoreError;
use moffman_simulators::{Fault, HookPoint};

use crate::context::{Context, SHEET};

const STATIC_AND_SHEET: &str = "
offices:
  office_list: [{name: Prague, id: static@example.com}]
  google_config: sheet-1
";

#[tokio::test]
async fn a_static_office_needs_nobody_and_wins() {
    let ctx = Context::new().await;
    ctx.lose_table().await;
    assert_eq!(ctx.process(STATIC_AND_SHEET).calendar("Prague").await, "static@example.com");
    assert!(ctx.world.calls().is_empty());
    ctx.finish();
}

#[tokio::test]
async fn without_a_spreadsheet_only_static_offices_exist() {
    let ctx = Context::new().await;
    let process = ctx.process("offices: {office_list: [{name: Prague, id: static@example.com}]}");
    assert_eq!(process.office("prague").await, Err(DirectoryError::UnknownOffice));
    assert!(ctx.world.calls().is_empty());
    ctx.finish();
}

#[tokio::test]
async fn the_first_office_loads_the_offices_and_the_rest_is_memory() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    assert_eq!(process.calendar("Brno").await, "brno@example.com");
    assert_eq!(process.calendar("Prague").await, "prague@example.com");
    assert_eq!(ctx.sheet_reads(), 1);
    let ranges: Vec<_> =
        ctx.world.calls().into_iter().filter_map(|c| c.parameter("ranges").map(str::to_owned)).collect();
    assert_eq!(ranges, ["Offices!A2:B"]);

    let cold = ctx.usual_process();
    assert_eq!(cold.calendar("Brno").await, "brno@example.com");
    assert_eq!(ctx.sheet_reads(), 1, "a cold process uses the snapshot");
    ctx.finish();
}

#[tokio::test]
async fn an_unknown_office_forces_a_look_at_what_others_loaded() {
    let ctx = Context::new().await;
    let (process, other) = (ctx.usual_process(), ctx.usual_process());
    process.calendar("Brno").await;

    ctx.set_offices(&[&["Ostrava", "ostrava@example.com"]]);
    other.reload().await;
    let reads = ctx.sheet_reads();
    assert_eq!(process.calendar("Ostrava").await, "ostrava@example.com");
    assert_eq!(process.office("Brno").await, Err(DirectoryError::UnknownOffice));
    assert_eq!(process.office("ostrava").await, Err(DirectoryError::UnknownOffice), "names are exact");
    assert_eq!(ctx.sheet_reads(), reads, "the snapshot is enough");
    ctx.finish();
}

#[tokio::test]
async fn a_change_is_seen_within_a_minute_and_at_once_by_the_process_that_loaded_it() {
    let ctx = Context::new().await;
    let (process, other) = (ctx.usual_process(), ctx.usual_process());
    process.calendar("Brno").await;

    ctx.set_offices(&[&["Brno", "moved@example.com"]]);
    other.reload().await;
    assert_eq!(other.calendar("Brno").await, "moved@example.com");
    ctx.after(59);
    assert_eq!(process.calendar("Brno").await, "brno@example.com");
    ctx.after(1);
    assert_eq!(process.calendar("Brno").await, "moved@example.com");
    ctx.finish();
}

#[tokio::test]
async fn without_snapshot_and_spreadsheet_nothing_can_be_known() {
    let ctx = Context::new().await;
    let process = ctx.process(STATIC_AND_SHEET);
    ctx.world.fail("spreadsheets.values.batchGet", Fault::retry_after(429, "rateLimitExceeded", 7)).always();
    let unavailable = DirectoryError::Unavailable { retry_after: Some(Duration::from_secs(7)) };
    assert_eq!(process.office("Brno").await, Err(unavailable));
    assert_eq!(process.calendar("Prague").await, "static@example.com");
    ctx.world.heal();
    assert_eq!(process.calendar("Brno").await, "brno@example.com");
    assert_eq!(process.office("Nowhere").await, Err(DirectoryError::UnknownOffice));
    ctx.finish();
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_load_and_its_failure() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    ctx.world.fail("spreadsheets.values.batchGet", Fault::status(403, "forbidden"));
    let outcomes = join_all((0..20).map(|_| process.office("Brno"))).await;
    assert!(outcomes.iter().all(|o| *o == Err(DirectoryError::Unavailable { retry_after: None })), "{outcomes:?}");
    assert_eq!(ctx.sheet_reads(), 1);

    let outcomes = join_all((0..20).map(|_| process.office("Brno"))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(ctx.sheet_reads(), 2);
    ctx.finish();
}

#[tokio::test]
async fn two_cold_processes_load_at_the_same_time() {
    let ctx = Context::new().await;
    let (one, two) = (ctx.usual_process(), ctx.usual_process());
    let (brno, prague) = tokio::join!(one.calendar("Brno"), two.calendar("Prague"));
    assert_eq!((brno.as_str(), prague.as_str()), ("brno@example.com", "prague@example.com"));
    ctx.finish();
}

#[tokio::test]
async fn another_range_is_another_directory() {
    let ctx = Context::new().await;
    ctx.usual_process().calendar("Brno").await;
    ctx.world.set_sheet(SHEET, "Branches", vec![vec!["Brno".into(), "branch@example.com".into()]]);
    let process = ctx.process("offices: {google_config: {sheet_id: sheet-1, range: Branches}}");
    assert_eq!(process.calendar("Brno").await, "branch@example.com");
    assert_eq!(ctx.sheet_reads(), 2);
    ctx.finish();
}

#[tokio::test]
async fn without_the_table_the_offices_in_memory_stay_known() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    process.calendar("Brno").await;
    ctx.lose_table().await;
    ctx.after(61);
    assert_eq!(process.calendar("Brno").await, "brno@example.com");
    let refused = StoreError::Refused("ResourceNotFoundException".to_owned());
    assert_eq!(process.office("Ostrava").await, Err(DirectoryError::Store(refused)));
    ctx.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_load_does_not_replace_what_was_loaded_after_it_read_the_sheet() {
    let ctx = Context::new().await;
    let (slow, fast) = (ctx.usual_process(), ctx.usual_process());
    slow.reload().await;
    let here = tokio::runtime::Handle::current();
    ctx.set_offices(&[&["Brno", "old@example.com"]]);
    ctx.world.when("spreadsheets.values.batchGet", HookPoint::AfterEffect, move |world| {
        world.set_sheet(SHEET, "Offices", vec![vec![], vec!["Brno".into(), "new@example.com".into()]]);
        tokio::task::block_in_place(|| here.block_on(fast.reload()));
    });
    slow.reload().await;
    assert_eq!(slow.calendar("Brno").await, "new@example.com");
    ctx.finish();
}
