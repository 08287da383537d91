//! Slow sweeps write down versions of an event that they listed long ago.

use chrono::Duration;
use moffman::store::open_record::OpenRecord;
use moffman_simulators::Fault;

use crate::context::{Context, PRAGUE, open_meanwhile, record_meanwhile, run_test, sweep_meanwhile, thursday};

/// An event that was moved after its form was refused, and the record of it from before.
async fn moved_thursday(ctx: &Context) -> (String, OpenRecord) {
    let event = thursday(ctx);
    ctx.world.fail("form", Fault::status(500, "no blank PDF"));
    ctx.sweep().await;
    let old = ctx.open(PRAGUE).await.remove(0);
    ctx.world.person_moves(PRAGUE, &event, "2026-06-25", "2026-06-26");
    ctx.advance(Duration::hours(1));
    (event, old)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_a_slow_sweep_listed_long_ago_gets_no_form_from_a_sweep_that_saw_a_newer_one() {
    run_test(async |ctx| {
        let (event, old) = moved_thursday(ctx).await;
        // When the moved event is about to be claimed, it is deleted and its record closed; then a sweep that listed it
        // before it was moved writes down what it saw.
        let (world, other, slow) = (ctx.world.clone(), ctx.another_process("{}"), ctx.another_process("{}"));
        ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || {
            world.person_deletes(PRAGUE, &event);
            assert_eq!(sweep_meanwhile(&other).events_closed, 1);
            record_meanwhile(&slow, &old);
        });
        let report = ctx.sweep().await;
        ctx.expect_no_form();
        assert_eq!((report.events_closed, report.open), (0, 0), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_google_does_not_know_any_more_gets_no_form_for_what_slow_sweeps_write_down() {
    run_test(async |ctx| {
        ctx.world.hide_deleted(PRAGUE);
        let (event, old) = moved_thursday(ctx).await;
        // As above; and when the record is to be closed, because the event is not found, another slow sweep writes down
        // the version that this one listed.
        let (world, other, slow) = (ctx.world.clone(), ctx.another_process("{}"), ctx.another_process("{}"));
        let table = ctx.dynamodb.clone();
        ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || {
            let moved = open_meanwhile(&slow).remove(0);
            world.person_deletes(PRAGUE, &event);
            assert_eq!(sweep_meanwhile(&other).events_closed, 1);
            record_meanwhile(&slow, &old);
            table.before(r#"{"Delete":"#, move || record_meanwhile(&slow, &moved));
        });
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (0, 0), "{report:?}");
        ctx.expect_no_form();
    })
    .await;
}
