//! What the world really sends: events that nobody can read, sync tokens that end in odd ways, listings without an end.

use std::sync::{Arc, Mutex};

use chrono::Duration;
use moffman::sweep::SweepReport;
use moffman_simulators::{CalendarOptions, Call, Fault, HookPoint, Matcher, Tamper};
use serde_json::{Value, json};

use crate::context::{ANNA, BORIS, BRNO, Context, PRAGUE, days, recorded_thursday, request, run_test, thursday};

/// One event is shown with a member that is not as Google's documentation says, wherever it is shown.
struct Odd {
    event: String,
    member: &'static str,
    value: &'static str,
}

impl Tamper for Odd {
    fn answer_text(&self, call: &Call, body: &mut String) {
        if !call.operation.starts_with("events.") || !body.contains(&self.event) {
            return;
        }
        let mut answer: Value = serde_json::from_str(body).unwrap();
        let spoil = |event: &mut Value| {
            if event["id"] == self.event.as_str() {
                event[self.member] = json!("<here>");
            }
        };
        match answer.get_mut("items").and_then(Value::as_array_mut) {
            Some(items) => items.iter_mut().for_each(spoil),
            None => spoil(&mut answer),
        }
        *body = answer.to_string().replace("\"<here>\"", self.value);
    }
}

/// From now on, the event is as Google's documentation says again.
struct Fine;

impl Tamper for Fine {}

fn spoil(ctx: &Context, event: &str, member: &'static str, value: &'static str) {
    ctx.world.tamper(Arc::new(Odd { event: event.to_owned(), member, value }));
}

fn problems(report: &SweepReport) -> Vec<&str> {
    report.problems.iter().map(|problem| problem.problem.as_str()).collect()
}

#[tokio::test]
async fn an_odd_event_costs_itself_and_is_approved_when_it_is_mended() {
    for (member, value) in [
        ("end", r#"{"date": "10000-01-01"}"#),
        ("end", "null"),
        ("end", r#"{"date": "2026-06-17"}"#),
        ("start", "{}"),
        ("start", r#"{"dateTime": "2026-06-18T09:00:00"}"#),
        ("start", r#"{"dateTime": "2026-06-18T09:00:00Z"}"#),
        ("summary", r#""\ud800""#),
        ("status", r#""maybe""#),
        ("recurrence", "7"),
        ("etag", "[]"),
    ] {
        run_test(async |ctx| {
            let odd = thursday(ctx);
            spoil(ctx, &odd, member, value);
            let others: Vec<String> =
                days(ctx).skip(1).take(9).map(|(start, end)| ctx.person_adds(PRAGUE, BORIS, (&start, &end))).collect();
            let plan = ctx.plan("prague").await;
            assert_eq!(plan.len(), 9, "{plan:?}");
            let report = ctx.sweep().await;
            assert_eq!((report.events_approved, report.events_unreadable, report.offices_failed), (9, 1, 0));
            let named = format!("event {odd} is left alone until it changes: ");
            let reasons = [format!("{named}its `{member}` cannot be read"), format!("{named}it has no valid dates")];
            assert!(reasons.iter().any(|reason| problems(&report) == [reason.as_str()]), "{report:?}");
            let days: Vec<_> = days(ctx).skip(1).take(9).collect();
            for ((start, end), event) in days.into_iter().zip(&others) {
                ctx.expect_form();
                ctx.expect_approved((PRAGUE, event), "Boris Malý", (&start, &end));
            }
            let report = ctx.sweep().await;
            assert_eq!((report.events_unreadable, report.problems.len()), (0, 0), "the cursor has moved on");
            ctx.expect_untouched(PRAGUE, &odd);

            ctx.world.tamper(Arc::new(Fine));
            ctx.world.person_renames(PRAGUE, &odd, "Anna");
            ctx.sweep().await;
            ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
            ctx.expect_approved((PRAGUE, &odd), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn an_open_event_that_becomes_odd_stays_open_and_is_named() {
    run_test(async |ctx| {
        let event = recorded_thursday(ctx).await;
        ctx.world.person_renames(PRAGUE, &event, "in an odd way");
        spoil(ctx, &event, "summary", r#""\udc00""#);
        let expected = format!("event {event} is left alone until it changes: its `summary` cannot be read");
        for _ in 0..2 {
            let plan = ctx.plan("prague").await;
            assert!(plan[0].starts_with(&format!("leave {event} open")), "{plan:?}");
            let report = ctx.sweep().await;
            assert_eq!((report.open, report.events_unreadable), (1, 1));
            assert_eq!(problems(&report), [expected.as_str()]);
        }
        ctx.expect_no_form();
        ctx.world.tamper(Arc::new(Fine));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn an_open_event_that_is_deleted_is_closed_however_odd_it_was() {
    run_test(async |ctx| {
        let event = recorded_thursday(ctx).await;
        spoil(ctx, &event, "summary", r#""\ud800""#);
        ctx.world.person_deletes(PRAGUE, &event);
        let report = ctx.sweep().await;
        assert_eq!((report.open, report.events_closed, report.events_unreadable), (0, 1, 0), "{report:?}");
    })
    .await;
}

/// Odd where it is read alone, and fine where it is listed.
struct OddAlone(Odd);

impl Tamper for OddAlone {
    fn answer_text(&self, call: &Call, body: &mut String) {
        if call.operation == "events.get" {
            self.0.answer_text(call, body);
        }
    }
}

#[tokio::test]
async fn an_event_that_is_there_again_is_approved_as_listed_if_it_cannot_be_read_alone() {
    run_test(async |ctx| {
        let event = recorded_thursday(ctx).await;
        let gone = Matcher::operation("events.get").on_calendar(PRAGUE);
        ctx.world.fail(gone, Fault::status(404, "notFound"));
        let report = ctx.sweep().await;
        assert_eq!((report.open, report.events_closed), (0, 1), "{report:?}");

        let layer = OddAlone(Odd { event: event.clone(), member: "summary", value: "7" });
        ctx.world.tamper(Arc::new(layer));
        ctx.advance(Duration::hours(25));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn an_approval_is_done_however_odd_its_answer_is() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        let odd = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.tamper(Arc::new(Odd { event: odd.clone(), member: "updated", value: "[]" }));
        });
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.open), (1, 0), "{report:?}");
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_reservation_with_odd_dates_and_title_is_approved_as_requested() {
    run_test(async |ctx| {
        let mut request = request();
        let id = ctx.reserve(&request).await.unwrap().id;
        spoil(ctx, &id, "end", r#"{"date": "10000-01-01"}"#);
        request.approved = true;
        let placed = ctx.reserve(&request).await.unwrap();
        assert_eq!(placed.days.to_string(), "2022-06-28/2022-06-29");
        assert_eq!(ctx.event(PRAGUE, &id)["summary"], "Some User");
    })
    .await;
}

#[tokio::test]
async fn a_sync_token_that_is_refused_in_any_way_starts_over() {
    for status in [400, 409, 410, 412, 422] {
        run_test(async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            let refused = Fault::status(status, "invalid");
            ctx.world
                .fail(Matcher::operation("events.list").on_calendar(PRAGUE).containing("syncToken"), refused)
                .always();
            for _ in 0..2 {
                let report = ctx.sweep().await;
                assert_eq!((report.offices_swept, report.problems.len()), (2, 0), "{status}: {report:?}");
            }
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn a_refused_window_is_a_problem_and_is_listed_once() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let mark = ctx.world.mark();
        ctx.world.fail(Matcher::operation("events.list").on_calendar(PRAGUE), Fault::status(400, "invalid")).always();
        let report = ctx.sweep().await;
        assert_eq!(problems(&report), ["Google refuses the request (400 invalid)"]);
        let of_prague = |call: &&Call| call.operation == "events.list" && call.calendar.as_deref() == Some(PRAGUE);
        assert_eq!(ctx.world.calls_since(mark).iter().filter(of_prague).count(), 2, "by token, and the window");
    })
    .await;
}

/// The page after the first leads nowhere: to itself, or to none.
#[derive(Default)]
struct Astray {
    to_itself: bool,
    token: Mutex<Option<Value>>,
}

impl Tamper for Astray {
    fn answer(&self, call: &Call, body: &mut Value) {
        if call.operation != "events.list" || body["nextPageToken"].is_null() {
            return;
        }
        let mut token = self.token.lock().unwrap();
        let odd = if self.to_itself { token.get_or_insert(body["nextPageToken"].clone()).clone() } else { json!("") };
        body["nextPageToken"] = odd;
    }
}

#[tokio::test]
async fn a_listing_that_does_not_end_is_a_failure_of_its_office_alone() {
    for (layer, why) in [
        (Some(false), "the token of the next page is empty"),
        (Some(true), "a page leads to one that was there before"),
        (None, "it has more pages than a calendar can have"),
    ] {
        run_test(async |ctx| {
            ctx.world.list_for_ever(PRAGUE);
            if let Some(to_itself) = layer {
                ctx.world.tamper(Arc::new(Astray { to_itself, ..Astray::default() }));
            }
            let event = ctx.person_adds(BRNO, BORIS, ("2026-06-18", "2026-06-19"));
            let report = ctx.sweep().await;
            assert_eq!((report.offices_swept, report.offices_failed), (1, 1), "{why}");
            assert_eq!(problems(&report), [format!("Google's listing of the calendar does not end: {why}")]);
            ctx.expect_form();
            ctx.expect_approved((BRNO, &event), "Boris Malý", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn a_listing_without_an_end_ends_with_the_time() {
    run_test(async |ctx| {
        ctx.world.list_for_ever(PRAGUE);
        let report = ctx.sweep_without_time().await;
        assert_eq!((report.offices_swept, report.offices_failed), (1, 1));
        assert_eq!(problems(&report), ["no time is left to call Google"]);
    })
    .await;
}

#[tokio::test]
async fn a_form_is_dated_by_when_its_event_was_found_if_google_says_what_cannot_be() {
    for updated in [r#""0000-12-31T00:00:00.000Z""#, r#""2026-06-15T20:00:00.000Z""#, r#""2099-01-01T00:00:00.000Z""#] {
        run_test(async |ctx| {
            let event = thursday(ctx);
            spoil(ctx, &event, "updated", updated);
            ctx.sweep().await;
            let form = ctx.expect_form();
            let contents = form["result"]["email"]["contents"].as_str().unwrap();
            assert!(contents.ends_with("approved 15.06.2026"), "{updated}: {contents}");
            ctx.advance(Duration::days(1));
            let report = ctx.sweep().await;
            assert_eq!((report.open, report.events_approved), (0, 0));
        })
        .await;
    }
}

#[tokio::test]
async fn a_move_is_seen_also_if_google_once_said_a_later_time() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        spoil(ctx, &event, "updated", r#""2026-06-15T18:00:00.000Z""#);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.tamper(Arc::new(Fine));
        ctx.advance(Duration::hours(1));
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "22.06.2026", "22.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-22", "2026-06-23"));
    })
    .await;
}

#[tokio::test]
async fn a_version_of_which_google_says_an_impossible_time_is_not_taken_for_newer() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        spoil(ctx, &event, "updated", r#""2099-01-01T00:00:00.000Z""#);
        ctx.sweep_without_time().await;
        ctx.world.tamper(Arc::new(Fine));
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "22.06.2026", "22.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-22", "2026-06-23"));
    })
    .await;
}

/// The calendar's zone is one that nobody knows.
struct Nowhere(&'static str);

impl Tamper for Nowhere {
    fn answer(&self, call: &Call, body: &mut Value) {
        if call.operation == "events.list" {
            body["timeZone"] = json!(self.0);
        }
    }
}

#[tokio::test]
async fn an_event_in_a_calendar_without_a_known_zone_has_its_own_days() {
    for zone in ["", "GMT+02:00", "Antarctica/New_Vostok"] {
        run_test(async |ctx| {
            let options = CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() };
            ctx.world.add_calendar(PRAGUE, options);
            let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18T00:30:00+02:00", "2026-06-18T08:30:00+02:00"));
            ctx.world.tamper(Arc::new(Nowhere(zone)));
            ctx.sweep().await;
            ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}
