//! New calendars are put into the service account's calendar list.

use std::collections::HashSet;

use moffman::domain::quota::Share;
use moffman::google::Budget;
use moffman::google::pace::Pace;
use moffman::reload::{ReloadOrder, ReloadReport, reload};
use moffman_simulators::{CalendarOptions, Fault};
use std::time::Duration;

use crate::context::{Context, Process};
use crate::log::Log;

#[tokio::test]
async fn new_calendars_are_subscribed_once() {
    let ctx = Context::new().await;
    for calendar in ["prague@example.com", "brno@example.com", "static@example.com"] {
        ctx.world.add_calendar(calendar, CalendarOptions::default());
    }
    let process = ctx.process("offices: {office_list: [{name: HQ, id: static@example.com}], google_config: sheet-1}");
    let report = process.reload().await;
    assert_eq!((report.subscribed, report.subscribe_failures, report.subscribe_left), (3, 0, 0));
    let mut subscribed = ctx.world.subscriptions();
    subscribed.sort();
    assert_eq!(subscribed, ["brno@example.com", "prague@example.com", "static@example.com"]);

    let mark = ctx.world.mark();
    assert_eq!(process.reload().await.subscribed, 0);
    assert_eq!(ctx.world.count_since(mark, "calendarList.insert"), 0);
    ctx.finish();
}

#[tokio::test]
async fn a_calendar_that_is_not_shared_is_tried_again_and_fails_nothing() {
    let ctx = Context::new().await;
    ctx.world.add_calendar("brno@example.com", CalendarOptions::default());
    let process = ctx.usual_process();
    let report = process.reload().await;
    assert_eq!((report.subscribed, report.subscribe_failures), (1, 1));
    ctx.world.add_calendar("prague@example.com", CalendarOptions::default());
    let report = process.reload().await;
    assert_eq!((report.subscribed, report.subscribe_failures), (1, 0));
    ctx.finish();
}

#[tokio::test]
async fn a_calendar_in_two_spellings_is_subscribed_once() {
    let ctx = Context::new().await;
    ctx.world.add_calendar("prague@example.com", CalendarOptions::default());
    ctx.set_offices(&[&["Prague", "Prague@Example.com"], &["Centre", "prague@example.com"]]);
    let report = ctx.usual_process().reload().await;
    assert_eq!((report.subscribed, report.subscribe_failures, report.subscribe_left), (1, 0, 0));
    ctx.set_offices(&[&["Prague", "PRAGUE@example.com"]]);
    assert_eq!(ctx.usual_process().reload().await.subscribed, 0);
    assert_eq!(ctx.world.count("calendarList.insert"), 1);
    ctx.finish();
}

#[tokio::test]
async fn many_new_calendars_are_subscribed_by_several_reloads() {
    let ctx = Context::new().await;
    let calendars: Vec<String> = (0..60).map(|n| format!("office-{n}@example.com")).collect();
    for calendar in &calendars {
        ctx.world.add_calendar(calendar, CalendarOptions::default());
    }
    let rows: Vec<[&str; 2]> = calendars.iter().map(|id| [id.as_str(), id.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    ctx.set_offices(&rows);
    let process = ctx.usual_process();
    let report = process.reload().await;
    assert_eq!((report.subscribed, report.subscribe_left), (50, 10));
    let report = process.reload().await;
    assert_eq!((report.subscribed, report.subscribe_left), (10, 0));
    assert_eq!(ctx.world.subscriptions().len(), 60);
    ctx.finish();
}

/// Twelve new calendars that are all shared.
fn twelve_offices(ctx: &Context) {
    let calendars: Vec<String> = (0..12).map(|n| format!("office-{n}@example.com")).collect();
    for calendar in &calendars {
        ctx.world.add_calendar(calendar, CalendarOptions::default());
    }
    let rows: Vec<[&str; 2]> = calendars.iter().map(|id| [id.as_str(), id.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    ctx.set_offices(&rows);
}

/// A reload that has little time.
async fn reload_in_a_hurry(ctx: &Context, process: &Process) -> ReloadReport {
    let deadline = Some(ctx.clock().moment() + Duration::from_secs(25));
    reload(&process.app, &ReloadOrder { deadline }).await.unwrap()
}

#[tokio::test]
async fn what_has_no_turn_before_the_deadline_is_left_to_the_next_reload() {
    let ctx = Context::new().await;
    twelve_offices(&ctx);
    let process = ctx.usual_process();
    let counts = |report: ReloadReport| (report.subscribed, report.subscribe_failures, report.subscribe_left);
    assert_eq!(counts(reload_in_a_hurry(&ctx, &process).await), (5, 0, 7));
    assert_eq!(counts(reload_in_a_hurry(&ctx, &process).await), (0, 0, 7), "the share is that of the process");
    ctx.after(60);
    assert_eq!(counts(reload_in_a_hurry(&ctx, &process).await), (5, 0, 2));
    ctx.after(60);
    assert_eq!(counts(reload_in_a_hurry(&ctx, &process).await), (2, 0, 0));
    ctx.finish();
}

#[tokio::test]
async fn a_reload_that_has_time_waits_for_the_turn_of_every_calendar() {
    let ctx = Context::new().await;
    twelve_offices(&ctx);
    let (process, began) = (ctx.usual_process(), ctx.world.now());
    let order = ReloadOrder { deadline: Some(ctx.clock().moment() + Duration::from_mins(15)) };
    let report = reload(&process.app, &order).await.unwrap();
    assert_eq!((report.subscribed, report.subscribe_left), (12, 0));
    let waited = ctx.world.now() - began;
    assert!(
        (80..=90).contains(&waited.num_seconds()),
        "seven are not at once, and five have their turn in a minute: {waited}"
    );
    ctx.finish();
}

#[tokio::test]
async fn subscriptions_take_nothing_from_the_pace_of_sweeps() {
    let ctx = Context::new().await;
    twelve_offices(&ctx);
    let process = ctx.usual_process();
    let pace = Pace::new(ctx.clock(), Share::WHOLE);
    let deadline = Some(ctx.clock().moment() + Duration::from_secs(25));
    let budget = Budget { deadline, pace: Some(pace.clone()), ..Budget::default() };
    process.app.directory.roster(&budget).await.unwrap();
    assert_eq!(ctx.world.subscriptions().len(), 5);
    // Reading the sheet was one call.
    for _ in 0..Share::WHOLE.burst() - 1 {
        pace.acquire(1, Some(ctx.clock().moment() + Duration::from_millis(1))).await.unwrap();
    }
    ctx.finish();
}

#[tokio::test]
async fn no_minute_has_more_subscriptions_than_their_share() {
    let ctx = Context::new().await;
    let calendars: Vec<String> = (0..60).map(|n| format!("private-{n}@example.com")).collect();
    let rows: Vec<[&str; 2]> = calendars.iter().map(|id| [id.as_str(), id.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    ctx.set_offices(&rows);
    let process = ctx.usual_process();
    for _ in 0..3 {
        assert_eq!(process.reload().await.subscribe_failures, 50);
    }
    assert!(ctx.world.busiest_minute() <= Share::SUBSCRIPTIONS.units_per_minute(), "{}", ctx.world.busiest_minute());
    ctx.finish();
}

#[tokio::test]
async fn calendars_that_nobody_shared_do_not_hold_the_others_back() {
    let ctx = Context::new().await;
    ctx.world.add_calendar("shared@example.com", CalendarOptions::default());
    let calendars: Vec<String> = (0..60).map(|n| format!("private-{n}@example.com")).collect();
    let mut rows: Vec<[&str; 2]> = calendars.iter().map(|id| [id.as_str(), id.as_str()]).collect();
    rows.push(["Shared", "shared@example.com"]);
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    ctx.set_offices(&rows);
    let process = ctx.usual_process();
    for _ in 0..61 {
        ctx.after(7);
        process.reload().await;
        if !ctx.world.subscriptions().is_empty() {
            break;
        }
    }
    assert_eq!(ctx.world.subscriptions(), ["shared@example.com"]);
    ctx.finish();
}

#[tokio::test]
async fn calendars_that_cannot_be_subscribed_are_told_apart_in_the_log() {
    let ctx = Context::new().await;
    let names: Vec<String> = (0..30).map(|n| format!("Office {n}")).collect();
    let calendars: Vec<String> = (0..30).map(|n| format!("private-{n}@example.com")).collect();
    let rows: Vec<[&str; 2]> = names.iter().zip(&calendars).map(|(name, id)| [name.as_str(), id.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    ctx.set_offices(&rows);
    let log = Log::start();
    assert_eq!(ctx.usual_process().reload().await.subscribe_failures, 30);
    let lines = log.take("a calendar cannot be subscribed");
    let digests: HashSet<String> = names.iter().map(|name| moffman::domain::digest::digest(name)).collect();
    let told = digests.iter().filter(|&digest| lines.iter().any(|line| line.contains(digest.as_str()))).count();
    assert_eq!((lines.len(), told), (20, 20), "{lines:?}");
    assert!(!lines.concat().contains("example.com"), "{lines:?}");
    ctx.finish();
}

#[tokio::test]
async fn while_google_is_busy_the_rest_waits() {
    let ctx = Context::new().await;
    let calendars: Vec<String> = (0..20).map(|n| format!("office-{n}@example.com")).collect();
    let rows: Vec<[&str; 2]> = calendars.iter().map(|id| [id.as_str(), id.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
    ctx.set_offices(&rows);
    ctx.world.fail("calendarList.insert", Fault::status(503, "backendError")).always();
    let report = ctx.usual_process().reload().await;
    assert_eq!((report.subscribed, report.subscribe_failures, report.subscribe_left), (0, 5, 15));
    ctx.world.heal();
    ctx.finish();
}
