//! Growing is only more shards.

use std::collections::HashMap;

use chrono::TimeDelta;
use moffman::domain::quota::Share;
use moffman::sweep::{SweepOrder, SweepScope, sweep};
use serde_json::{Value, json};

use crate::context::{Context, FUNCTION, GROUP, calendar, run_test, with, with_offices};

/// What the shards are told that begin within these minutes.
fn fired(ctx: &Context, minutes: i64) -> Vec<Value> {
    let begin = ctx.world.now();
    let fired = (0..minutes).flat_map(|minute| ctx.world.firings(GROUP, begin + TimeDelta::minutes(minute)));
    fired
        .inspect(|firing| assert_eq!(firing.target, FUNCTION))
        .map(|firing| firing.input)
        .filter(|input| input["task"] == "sweep")
        .collect()
}

/// The order that such an event is.
fn order(input: &Value) -> SweepOrder {
    let number = |name: &str| u32::try_from(input[name].as_u64().unwrap()).unwrap();
    SweepOrder {
        scope: SweepScope::Shard { index: number("shard"), of: number("shards") },
        dry_run: false,
        deadline: None,
        share: Share::new(number("units_per_minute")),
    }
}

#[tokio::test]
async fn there_are_as_many_schedules_as_shards_and_all_fire_once_per_interval() {
    for (offices, shards) in [(1, 1), (200, 1), (201, 2), (10_000, 50)] {
        run_test(async |ctx| {
            ctx.world.set_page_size(20);
            let report = ctx.align(&with_offices(offices)).await;
            assert!(report.aligned && report.warnings.is_empty(), "{report:?}");
            assert_eq!(ctx.schedules().len(), shards, "{offices}");
            // The first interval, and another one after some days.
            for days in [0, 3] {
                ctx.advance(days * 24 * 60 + 1);
                let mut told: Vec<u64> = fired(ctx, 120).iter().map(|input| input["shard"].as_u64().unwrap()).collect();
                told.sort_unstable();
                assert_eq!(told, (0..shards as u64).collect::<Vec<_>>(), "{offices}");
            }
            assert!(ctx.align(&with_offices(offices)).await.changes.is_empty());
        })
        .await;
    }
}

#[tokio::test]
async fn every_calendar_is_swept_by_exactly_one_shard() {
    run_test(async |ctx| {
        ctx.add_calendars(201);
        let app = ctx.process(&with_offices(201));
        ctx.align(&with_offices(201)).await;
        ctx.advance(1);
        for input in fired(ctx, 120) {
            let report = sweep(&app, &order(&input)).await.unwrap();
            assert!(report.offices_swept > 50, "{report:?}");
        }
        let mut swept: HashMap<String, usize> = HashMap::new();
        for call in ctx.world.calls() {
            if call.operation == "events.list" {
                *swept.entry(call.calendar.unwrap()).or_default() += 1;
            }
        }
        assert!((0..201).all(|n| swept.get(&calendar(n)) == Some(&1)), "{swept:?}");
    })
    .await;
}

#[tokio::test]
async fn one_office_more_is_another_shard_and_one_less_takes_it_back() {
    run_test(async |ctx| {
        ctx.align(&with_offices(200)).await;
        ctx.align(&with_offices(201)).await;
        assert_eq!(ctx.schedules(), ["sweep-0-of-2", "sweep-1-of-2"]);
        ctx.align(&with_offices(200)).await;
        assert_eq!(ctx.schedules(), ["sweep-0-of-1"]);
        ctx.align(&with_offices(0)).await;
        assert_eq!(ctx.schedules(), [""; 0], "there is nothing to sweep");
    })
    .await;
}

#[tokio::test]
async fn an_interval_that_cannot_be_met_is_reported_with_the_smallest_that_can() {
    run_test(async |ctx| {
        let often = with(with_offices(10_000), "general/manual_calendar_check_interval", json!(60));
        let report = ctx.align(&often).await;
        assert_eq!(
            report.warnings,
            ["general.manual_calendar_check_interval: 1 minute cannot be met within Google's quota with 10000 offices; \
              the smallest interval that can is 1 hour, which is used; the template parameter SweepSilence should be 7200"]
        );
        assert_eq!(ctx.schedule("sweep-49-of-50")["ScheduleExpression"], "rate(1 hour)");
        let smallest = with(with_offices(10_000), "general/manual_calendar_check_interval", json!(3_600));
        let report = ctx.align(&smallest).await;
        assert!(report.warnings.is_empty() && report.changes.is_empty(), "{report:?}");
    })
    .await;
}
