//! What an operation costs: calls to Google and requests to DynamoDB, as budgeted.

use std::collections::BTreeMap;

use moffman::reload::{ReloadOrder, ScheduledReloadOrder, reload, reload_on_schedule};
use moffman::shards::{NoteOrder, note_run};
use moffman::store::shard_run::ShardRun;
use moffman_simulators::CalendarOptions;
use serde_json::json;

use crate::context::{ANNA, Context, PRAGUE, days, request, run_test, run_test_with};

const ONE_OFFICE: &str = r#"{"offices.office_list": "[{name: prague, id: prague@group.calendar.google.com}]"}"#;

#[tokio::test]
async fn a_reservation_costs_one_call_an_approval_two() {
    run_test(async |ctx| {
        let mut wanted = request();
        ctx.reserve(&wanted).await.unwrap();
        wanted.start = "2022-06-27".to_owned();

        let mark = ctx.world.mark();
        ctx.reserve(&wanted).await.unwrap();
        assert_eq!(ctx.world.calls_since(mark).len(), 1, "register");

        let mark = ctx.world.mark();
        wanted.approved = true;
        ctx.reserve(&wanted).await.unwrap();
        assert_eq!(ctx.world.calls_since(mark).len(), 2, "approve");

        let mark = ctx.world.mark();
        wanted.start = "2022-06-26".to_owned();
        ctx.reserve(&wanted).await.unwrap();
        assert_eq!(ctx.world.calls_since(mark).len(), 2, "register directly as approved");
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_office_costs_one_call_one_query_and_no_write() {
    run_test_with(ONE_OFFICE, async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.sweep().await;

        let mark = ctx.world.mark();
        ctx.dynamodb.take();
        let report = ctx.sweep().await;
        assert_eq!(report.offices_swept, 1);
        assert_eq!(ctx.world.calls_since(mark).len(), 1);
        assert_eq!(format!("{:?}", ctx.dynamodb.take()), r#"{"Query": 1}"#);
    })
    .await;
}

#[tokio::test]
async fn a_new_event_costs_one_more_call() {
    run_test_with(ONE_OFFICE, async |ctx| {
        ctx.sweep().await;
        for day in ["2026-06-18", "2026-06-19", "2026-06-20"] {
            ctx.person_adds(PRAGUE, ANNA, (day, day));
        }

        let mark = ctx.world.mark();
        let report = ctx.sweep().await;
        assert_eq!(report.events_approved, 3);
        let google = ctx.world.calls_since(mark).len() - ctx.world.count_since(mark, "form");
        assert_eq!(google, 1 + 3);
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

/// Calls to Google and Byroapi and requests to DynamoDB of a sweep.
async fn cost(ctx: &Context) -> (usize, BTreeMap<String, usize>) {
    ctx.dynamodb.take();
    let mark = ctx.world.mark();
    ctx.sweep().await;
    (ctx.world.calls_since(mark).len(), ctx.dynamodb.take())
}

/// Requests to DynamoDB of a sweep, without the cursor's write.
async fn requests(ctx: &Context) -> BTreeMap<String, usize> {
    let (_, mut requests) = cost(ctx).await;
    let puts = requests.entry("PutItem".to_owned()).or_default();
    *puts = puts.saturating_sub(1);
    requests.retain(|_, count| *count > 0);
    requests
}

fn counted(requests: &[(&str, usize)]) -> BTreeMap<String, usize> {
    requests.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
}

/// Recorded, announced, issued, closed.
#[tokio::test]
async fn a_new_event_costs_four_writes_and_no_read() {
    run_test_with(ONE_OFFICE, async |ctx| {
        ctx.sweep().await;
        for (start, end) in days(ctx).take(3) {
            ctx.person_adds(PRAGUE, ANNA, (&start, &end));
        }
        let expected = counted(&[("Query", 1), ("TransactWriteItems", 3 * 3), ("PutItem", 3)]);
        assert_eq!(requests(ctx).await, expected);
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

/// Recorded, not announced because the form is there, closed.
#[tokio::test]
async fn an_event_on_an_earlier_form_costs_three_writes() {
    run_test_with(ONE_OFFICE, async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.sweep().await;
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        assert_eq!(requests(ctx).await, counted(&[("Query", 1), ("TransactWriteItems", 3)]));
    })
    .await;
}

#[tokio::test]
async fn open_events_cost_one_read_of_a_hundred_forms_and_no_write_while_they_wait() {
    run_test_with(ONE_OFFICE, async |ctx| {
        ctx.sweep().await;
        ctx.world.fail("form", moffman_simulators::Fault::status(500, "no blank PDF")).always();
        for (start, end) in days(ctx).take(120) {
            ctx.person_adds(PRAGUE, ANNA, (&start, &end));
        }
        assert_eq!(ctx.sweep().await.forms.refused, 120);
        ctx.world.heal();
        let (google, dynamodb) = cost(ctx).await;
        assert_eq!((google, dynamodb), (1, counted(&[("Query", 1), ("BatchGetItem", 2)])));
    })
    .await;
}

/// A second event that meets a held form is named in it, once.
#[tokio::test]
async fn events_that_rest_on_a_held_form_cost_nothing_but_its_reading() {
    let office = "[{name: prague, id: prague@group.calendar.google.com}]";
    let settings = json!({"offices.office_list": office, "forms.on_unknown_outcome": "hold"}).to_string();
    run_test_with(&settings, async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", moffman_simulators::Fault::DropAfterEffect);
        assert_eq!(ctx.sweep().await.forms.held, 1);
        ctx.expect_form();
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let first = requests(ctx).await;
        let writes = first.get("TransactWriteItems").unwrap() + first.get("PutItem").unwrap_or(&0);
        assert!(writes <= 4, "{first:?}");
        let (google, dynamodb) = cost(ctx).await;
        assert_eq!((google, dynamodb), (1, counted(&[("Query", 1), ("BatchGetItem", 1)])));
    })
    .await;
}

#[tokio::test]
async fn noting_a_scheduled_sweep_costs_one_read_and_one_write() {
    run_test(async |ctx| {
        let now = ctx.world.now();
        let run = ShardRun { schedule: "sweep-0-of-1".to_owned(), ran_at: now, due_at: now, ..ShardRun::default() };
        let order = NoteOrder { run };
        for _ in 0..2 {
            ctx.dynamodb.take();
            note_run(&ctx.app, &order).await;
            assert_eq!(ctx.dynamodb.take(), counted(&[("GetItem", 1), ("PutItem", 1)]));
        }
    })
    .await;
}

#[tokio::test]
async fn noting_a_scheduled_reload_costs_one_write_and_the_status_one_read() {
    run_test(async |ctx| {
        let order = ReloadOrder::default();
        reload(&ctx.app, &order).await.unwrap();
        ctx.dynamodb.take();
        reload(&ctx.app, &order).await.unwrap();
        let mut expected = ctx.dynamodb.take();
        reload_on_schedule(&ctx.app, &ScheduledReloadOrder::default()).await.unwrap();
        *expected.entry("PutItem".to_owned()).or_default() += 1;
        assert_eq!(ctx.dynamodb.take(), expected);
        moffman::status::status(&ctx.app).await.unwrap();
        assert_eq!(ctx.dynamodb.take(), counted(&[("Query", 1)]));
    })
    .await;
}

/// `make bench` asserts it for a thousand events.
#[tokio::test]
async fn history_costs_nothing() {
    run_test_with(ONE_OFFICE, async |ctx| {
        ctx.sweep().await;
        let mut processed = 0;
        for history in [10, 100] {
            for (start, end) in days(ctx).take(history).skip(processed) {
                ctx.person_adds(PRAGUE, ANNA, (&start, &end));
            }
            // Once to approve them, once to see the approvals.
            ctx.sweep().await;
            ctx.sweep().await;
            for _ in processed..history {
                ctx.expect_form();
            }
            processed = history;
            let (google, dynamodb) = cost(ctx).await;
            assert_eq!((google, format!("{dynamodb:?}").as_str()), (1, r#"{"Query": 1}"#), "after {history} events");
        }
    })
    .await;
}

#[tokio::test]
async fn many_offices_cost_one_call_and_one_query_each_and_only_the_changed_one_more() {
    for count in [10, 100, 500] {
        let calendar = |number: usize| format!("office-{number}@group.calendar.google.com");
        let offices: Vec<_> = (0..count).map(|n| json!({"name": calendar(n), "id": calendar(n)})).collect();
        let settings = json!({"offices.office_list": json!(offices).to_string()}).to_string();
        run_test_with(&settings, async |ctx| {
            for number in 0..count {
                ctx.world.add_calendar(&calendar(number), CalendarOptions { subscribed: true, ..Default::default() });
            }
            ctx.sweep().await;
            let (google, dynamodb) = cost(ctx).await;
            assert_eq!((google, dynamodb), (count, BTreeMap::from([("Query".to_owned(), count)])));
            ctx.person_adds(&calendar(0), ANNA, ("2026-06-18", "2026-06-19"));
            let (calls, _) = cost(ctx).await;
            assert_eq!(calls, count + 2, "the form and the approval");
            ctx.expect_form();
        })
        .await;
    }
}
