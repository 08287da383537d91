//! Where upstream fails: each of these is a case that we get right. Items 1 and 5 are tests of the REST API, 14 and 15 of
//! the directory.

use chrono::Duration;
use moffman::config::{Place, Sources, load};
use moffman::domain::reservation::{RequestedReservation, Status};
use moffman::reserve::{Placed, ReserveError};
use moffman::sweep::sweep;
use moffman_simulators::{CalendarOptions, CopyTarget, Fault, HookPoint, Matcher, NewEvent, Recurrence};
use serde_json::json;

use crate::context::{ANNA, BORIS, BRNO, CYRIL, Context, PRAGUE, everything, request, run_test, run_test_with};

const SHEET: &str = "1Id24zwRK41IDkdl34jpfx90tkY3bi4dGrl340nnldf9";

fn approved(request: &RequestedReservation) -> RequestedReservation {
    RequestedReservation { approved: true, ..request.clone() }
}

/// One hand-made event in Prague on Thursday, 18 June.
fn thursday(ctx: &Context) -> String {
    ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"))
}

fn expect_thursday_approved(ctx: &Context, event: &str) {
    ctx.expect_approved((PRAGUE, event), "Anna Nová", ("2026-06-18", "2026-06-19"));
}

#[tokio::test]
async fn upstream_02_a_repeated_reservation_is_no_error() {
    run_test(async |ctx| {
        let first = ctx.reserve(&request()).await.unwrap();
        assert_eq!(ctx.reserve(&request()).await.unwrap(), Placed { is_new: false, ..first });
        ctx.world.fail("events.insert", Fault::DropAfterEffect);
        let other = RequestedReservation { start: "2022-06-20".to_owned(), ..request() };
        ctx.reserve(&other).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn upstream_03_reservations_whose_ids_collide_are_told_apart() {
    run_test(async |ctx| {
        let one = RequestedReservation { name: "a.b".to_owned(), request_dt: "c".to_owned(), ..request() };
        let other = RequestedReservation { name: "a".to_owned(), request_dt: "b.c".to_owned(), ..request() };
        ctx.reserve(&one).await.unwrap();
        assert!(matches!(ctx.reserve(&approved(&other)).await, Err(ReserveError::Conflict)));
    })
    .await;
}

#[tokio::test]
async fn upstream_04_a_deleted_reservation_comes_back() {
    run_test(async |ctx| {
        for wanted in [approved(&request()), request()] {
            let placed = ctx.reserve(&wanted).await.unwrap();
            ctx.world.person_deletes(PRAGUE, &placed.id);
            let again = ctx.reserve(&wanted).await.unwrap();
            assert_eq!(again.status == Status::Approved, wanted.approved);
            assert_eq!(ctx.event(PRAGUE, &again.id)["status"], "confirmed");
            ctx.world.person_deletes(PRAGUE, &placed.id);
        }
    })
    .await;
}

#[tokio::test]
async fn upstream_06_passing_trouble_is_retried_and_hanging_calls_end() {
    run_test(async |ctx| {
        for fault in [
            Fault::Unauthorized401,
            Fault::status(403, "rateLimitExceeded"),
            Fault::retry_after(429, "rateLimitExceeded", 1),
            Fault::status(500, "backendError"),
            Fault::DropBeforeEffect,
        ] {
            ctx.world.fail("events.get", fault.clone());
            let name = format!("{fault:?}");
            ctx.reserve(&approved(&RequestedReservation { name, ..request() })).await.unwrap();
        }
        let time = ctx.time.clone();
        ctx.world.when_hanging(move |_| time.advance(Duration::seconds(11)));
        ctx.world.fail("events.insert", Fault::Hang).always();
        assert!(matches!(ctx.reserve(&request()).await, Err(ReserveError::Google(_))));
        ctx.world.heal();
    })
    .await;
}

#[tokio::test]
async fn upstream_07_two_identical_approvals_at_once_both_succeed() {
    run_test(async |ctx| {
        let request = approved(&request());
        let (one, two) = tokio::join!(ctx.reserve(&request), ctx.reserve(&request));
        let [one, two] = [one.unwrap(), two.unwrap()];
        assert_eq!(one, Placed { is_new: one.is_new, ..two });
        assert_eq!(ctx.world.events(PRAGUE).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn upstream_08_more_than_one_page_of_events_is_swept() {
    run_test(async |ctx| {
        ctx.world.set_page_size(10);
        for _ in 0..25 {
            ctx.person_adds(PRAGUE, CYRIL, ("2026-06-18", "2026-06-19"));
        }
        let last = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();
        expect_thursday_approved(ctx, &last);
    })
    .await;
}

#[tokio::test]
async fn upstream_09_one_failing_office_starves_no_other() {
    run_test(async |ctx| {
        ctx.world.fail(Matcher::operation("events.list").on_calendar(PRAGUE), Fault::status(403, "forbidden")).always();
        let event = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((BRNO, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        ctx.world.heal();
    })
    .await;
}

#[tokio::test]
async fn upstream_10_a_form_is_sent_once() {
    run_test(async |ctx| {
        ctx.world.fail("form", Fault::status_after_effect(204, "No Content"));
        ctx.world.fail("events.patch", Fault::DropAfterEffect);
        let event = thursday(ctx);
        let other = ctx.another_process("{}");
        let order = everything();
        let (one, two) = tokio::join!(sweep(&ctx.app, &order), sweep(&other, &order));
        assert_eq!(one.unwrap().forms.issued + two.unwrap().forms.issued, 1);
        ctx.sweep().await;
        ctx.expect_form();
        expect_thursday_approved(ctx, &event);
    })
    .await;
}

#[tokio::test]
async fn upstream_11_an_approval_that_was_refused_is_made_later_and_a_read_only_calendar_gets_no_form() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("events.patch", Fault::status(403, "forbidden"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.sweep().await;
        expect_thursday_approved(ctx, &event);

        ctx.world.set_access_role(BRNO, "reader");
        ctx.person_adds(BRNO, ANNA, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_no_form();
    })
    .await;
}

#[tokio::test]
async fn upstream_12_a_timed_event_without_a_title_blocks_nothing() {
    run_test(async |ctx| {
        let timed = NewEvent::new("2026-06-18T08:00:00Z", "2026-06-18T16:00:00Z");
        let timed = ctx.world.person_adds(PRAGUE, ANNA, timed);
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.open), (1, 0));
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        expect_thursday_approved(ctx, &timed);
    })
    .await;
}

#[test]
fn upstream_13_configuration_mistakes_are_named_at_the_start() {
    let options = [
        ("--forms--template", "T"),
        ("--forms--url", "http://127.0.0.1/"),
        ("--forms--email--subject", "{surname}"),
        ("--forms--email--cc", "not an address"),
        ("--calendar--colors--approved", "12"),
    ];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let sources = Sources { file: None, environment: Vec::new(), options, place: Place::Local };
    let message = load(&sources).unwrap_err().to_string();
    for path in
        ["forms.email.subject", "forms.email.cc", "forms.email.from", "forms.email.to", "calendar.colors.approved"]
    {
        assert!(message.contains(path), "{path} is missing in:\n{message}");
    }
}

fn rows(rows: serde_json::Value) -> Vec<Vec<serde_json::Value>> {
    serde_json::from_value(rows).unwrap()
}

fn sheet_settings() -> String {
    json!({
        "manual_users.user_list": "[]",
        "offices.office_list": "[]",
        "manual_users.google_config": format!("{{sheet_id: {SHEET}, range: 'Manual users!A2:D'}}"),
        "offices.google_config": SHEET,
    })
    .to_string()
}

#[tokio::test]
async fn upstream_16_events_of_a_person_who_is_registered_later_are_found() {
    run_test_with(&sheet_settings(), async |ctx| {
        ctx.world.set_sheet(SHEET, "Offices", rows(json!([["name", "id"], ["prague", PRAGUE]])));
        let users = |more| rows(json!([["e-mail"], [BORIS, "Boris", "Malý", "A 12"], more]));
        ctx.world.set_sheet(SHEET, "Manual users", users(json!([])));
        let event = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &event);

        ctx.world.set_sheet(SHEET, "Manual users", users(json!([ANNA, "Anna", "Nová", "007"])));
        moffman::reload::reload(&ctx.app, &moffman::reload::ReloadOrder::default()).await.unwrap();
        ctx.sweep().await;
        ctx.expect_form();
        expect_thursday_approved(ctx, &event);
    })
    .await;
}

#[tokio::test]
async fn upstream_17_an_event_made_far_ahead_before_the_first_sweep_is_found_in_time() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-09-01", "2026-09-02"));
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &event);
        ctx.advance(Duration::days(70));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "01.09.2026", "01.09.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-09-01", "2026-09-02"));
    })
    .await;
}

#[tokio::test]
async fn upstream_18_an_event_moved_after_its_approval_gets_a_new_form() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-25", "2026-06-26"));
    })
    .await;
}

#[tokio::test]
async fn upstream_19_a_copied_approved_event_gets_its_own_form() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();
        let copy = ctx.world.person_copies(PRAGUE, &event, CopyTarget { calendar: PRAGUE, creator: BORIS });
        ctx.sweep().await;
        ctx.expect_form_for(BORIS, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &copy), "Boris Malý", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn upstream_20_dates_that_change_while_the_form_is_made_are_not_approved_unseen() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        let moved = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-25", "2026-06-26"));
        });
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-25", "2026-06-26"));
        let patch = ctx.world.calls().into_iter().find(|call| call.operation == "events.patch").unwrap();
        assert!(patch.if_match.is_some());
    })
    .await;
}

#[tokio::test]
async fn upstream_21_an_approval_sets_the_dates_that_were_requested() {
    run_test(async |ctx| {
        let placed = ctx.reserve(&request()).await.unwrap();
        ctx.world.person_moves(PRAGUE, &placed.id, ("2022-08-01", "2022-08-02"));
        let placed = ctx.reserve(&approved(&request())).await.unwrap();
        assert_eq!(placed.days.to_string(), "2022-06-28/2022-06-29");
        assert_eq!(ctx.event(PRAGUE, &placed.id)["start"]["date"], "2022-06-28");
    })
    .await;
}

#[tokio::test]
async fn upstream_22_a_calendar_with_two_offices_is_swept_once() {
    let offices = json!({"offices.office_list": format!("[{{name: a, id: '{PRAGUE}'}}, {{name: b, id: '{PRAGUE}'}}]")});
    run_test_with(&offices.to_string(), async |ctx| {
        thursday(ctx);
        ctx.sweep().await;
        assert_eq!(ctx.world.count("events.list"), 1);
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn upstream_23_a_call_is_one_call() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        let mark = ctx.world.mark();
        ctx.reserve(&RequestedReservation { start: "2022-06-20".to_owned(), ..request() }).await.unwrap();
        let calls: Vec<String> = ctx.world.calls_since(mark).into_iter().map(|call| call.operation).collect();
        assert_eq!(calls, ["events.insert"]);
    })
    .await;
}

#[tokio::test]
async fn upstream_24_a_process_that_is_told_to_stop_finishes_what_it_claimed() {
    run_test(async |ctx| {
        let events = [thursday(ctx), ctx.person_adds(PRAGUE, ANNA, ("2026-06-22", "2026-06-23"))];
        let stop = ctx.app.stop.clone();
        ctx.world.when("form", HookPoint::BeforeEffect, move |_| stop.want());
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 1));
        ctx.restart("{}");
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_form();
        expect_thursday_approved(ctx, &events[0]);
        ctx.expect_approved((PRAGUE, &events[1]), "Anna Nová", ("2026-06-22", "2026-06-23"));
    })
    .await;
}

#[tokio::test]
async fn upstream_25_each_day_of_a_series_gets_a_form() {
    run_test(async |ctx| {
        let daily = NewEvent::new("2026-06-16", "2026-06-17").repeating(Recurrence::daily().times(3));
        ctx.world.person_adds(PRAGUE, ANNA, daily);
        assert_eq!(ctx.sweep().await.forms.issued, 3);
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn upstream_26_an_event_that_was_deleted_before_the_sweep_gets_no_form() {
    run_test(async |ctx| {
        ctx.world.add_calendar(PRAGUE, CalendarOptions::default());
        ctx.world.show_details_of_deleted(PRAGUE);
        ctx.sweep().await;
        let event = thursday(ctx);
        ctx.world.person_deletes(PRAGUE, &event);
        ctx.sweep().await;
        ctx.expect_no_form();
        assert_eq!(ctx.world.count("events.patch"), 0);
    })
    .await;
}
