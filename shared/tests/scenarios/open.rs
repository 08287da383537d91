//! What is open can be seen and comes to an end: refusals, people and offices that left, and plans that tell the truth.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Duration};
use moffman::domain::form::Outcome;
use moffman::forms::{self, FormsError, ShownState, ShownStatus};
use moffman::orphans::{Orphans, TendOrder, tend};
use moffman::sweep::{SweepOrder, sweep};
use moffman_simulators::{CopyTarget, Fault, NewEvent, Recurrence};
use serde_json::json;

use crate::context::{
    ANNA, BORIS, BRNO, CYRIL, Context, ONLY_PRAGUE, PRAGUE, everything, page_of, run_test, run_test_with, thursday,
};
use crate::decisions::{again, discard, not_wanted, resend};

#[tokio::test]
async fn what_google_does_not_let_the_calendar_change_gets_no_form_and_is_named_once() {
    let annas = json!({"organizer": {"email": ANNA, "displayName": null, "self": null}});
    for fields in [annas, json!({"locked": true})] {
        run_test(async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            ctx.world.person_edits(PRAGUE, &event, &fields);
            let plan = ctx.plan("prague").await;
            assert!(plan[0].starts_with("leave 1: another calendar's, or locked"), "{plan:?}");
            let report = ctx.sweep().await;
            assert_eq!((report.events_refused, report.forms.issued, report.open), (1, 0, 0), "{report:?}");
            let [problem] = report.problems.as_slice() else { panic!("{report:?}") };
            assert!(problem.problem.contains(&event) && problem.office == "prague", "{problem:?}");
            ctx.expect_untouched(PRAGUE, &event);
            let report = ctx.sweep().await;
            assert_eq!((report.events_refused, report.problems.len()), (0, 0), "{report:?}");

            let ours = json!({"organizer": {"email": PRAGUE, "self": true}, "locked": null});
            ctx.world.person_edits(PRAGUE, &event, &ours);
            assert_eq!(ctx.sweep().await.forms.issued, 1);
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn guests_who_may_change_an_event_have_it_approved() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        let annas = json!({"organizer": {"email": ANNA, "displayName": null, "self": null}, "guestsCanModify": true});
        ctx.world.person_edits(PRAGUE, &event, &annas);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn an_approval_that_google_refuses_for_good_ends_until_the_event_changes() {
    for fault in [Fault::status(403, "forbiddenForNonOrganizer"), Fault::status(400, "invalid")] {
        run_test(async |ctx| {
            let event = thursday(ctx);
            ctx.world.fail("events.patch", fault.clone());
            let report = ctx.sweep().await;
            assert_eq!((report.events_refused, report.forms.issued, report.open), (1, 1, 0), "{report:?}");
            assert!(report.problems[0].problem.contains("until it changes"), "{report:?}");
            ctx.expect_form();
            let form = ctx.the_form().await;
            assert_eq!((form.state, form.events[0].status), (ShownState::Issued, ShownStatus::Refused));

            let mark = ctx.world.mark();
            for _ in 0..3 {
                let report = ctx.sweep().await;
                assert_eq!((report.events_refused, report.problems.len(), report.open), (0, 0, 0), "{report:?}");
                ctx.advance(Duration::days(1));
            }
            assert_eq!(ctx.world.count_since(mark, "events.patch"), 0);
            assert!(ctx.plan("prague").await.iter().all(|line| !line.starts_with("approve")));

            ctx.world.person_renames(PRAGUE, &event, "me");
            let report = ctx.sweep().await;
            assert_eq!((report.events_approved, report.forms.issued), (1, 0), "{report:?}");
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn rights_that_went_away_after_the_listing_leave_the_event_open() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("events.patch", Fault::status(403, "requiredAccessLevel"));
        let report = ctx.sweep().await;
        assert_eq!((report.events_refused, report.open), (0, 1), "{report:?}");
        ctx.expect_form();
        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn what_is_open_in_a_calendar_of_no_office_is_seen_and_ends_with_its_form() {
    run_test(async |ctx| {
        let event = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        ctx.sweep().await;
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), Orphans::default());

        ctx.restart(ONLY_PRAGUE);
        ctx.advance(Duration::hours(1));
        assert_eq!(ctx.sweep().await.open, 0, "no sweep gets there");
        let open = Orphans { calendars: 1, open: 1, closed: 0 };
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), open);
        let form = ctx.the_form().await;
        let asking = &form.events[0];
        assert_eq!((form.state, asking.status, &asking.office_id), (ShownState::Waiting, ShownStatus::Orphaned, &None));
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::NoEvent));

        not_wanted(&ctx.app, &form.id).await.unwrap();
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), Orphans { calendars: 0, open: 0, closed: 1 });
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), Orphans::default());
        ctx.expect_untouched(BRNO, &event);
    })
    .await;
}

#[tokio::test]
async fn an_office_that_comes_back_takes_up_what_was_open() {
    run_test(async |ctx| {
        let event = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        ctx.sweep().await;
        ctx.restart(ONLY_PRAGUE);
        ctx.advance(Duration::hours(1));
        ctx.sweep().await;
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap().open, 1);
        ctx.restart("{}");
        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.expect_form();
        ctx.expect_approved((BRNO, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn somebody_who_is_not_registered_any_more_has_nothing_open_anywhere() {
    run_test(async |ctx| {
        ctx.sweep().await;
        ctx.person_adds(PRAGUE, ANNA, ("2026-12-01", "2026-12-02"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        assert_eq!(ctx.sweep().await.open, 1, "far outside the window");
        ctx.restart(
            r#"{"manual_users.user_list": "[{id: cyril@example.com, name: Cyril}]",
                "forms.email.contents": "", "forms.email.attachments": "form.pdf"}"#,
        );
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0), "{report:?}");
        assert!(report.problems[0].problem.contains("no longer a manual user"), "{report:?}");
        assert_eq!(ctx.the_form().await.events[0].status, ShownStatus::NotRegistered);
    })
    .await;
}

/// Something happens to the calendars, or a sweep goes more or less wrong.
async fn something_happens(ctx: &mut Context, random: &mut fastrand::Rng, events: &mut Vec<(&'static str, String)>) {
    let calendar = if random.bool() { PRAGUE } else { BRNO };
    let person = [ANNA, ANNA, ANNA, BORIS, BORIS, CYRIL][random.usize(..6)];
    let start = ctx.world.now().date_naive() + Days::new(random.u64(1..6));
    let chosen = random.choice(&*events).cloned();
    match (random.u8(..16), chosen) {
        (..=2, _) | (_, None) => {
            let event = NewEvent::new(start, start + Days::new(1));
            events.push((calendar, ctx.world.person_adds(calendar, person, event)));
        }
        (3, _) => {
            let series = NewEvent::new(start, start + Days::new(1)).repeating(Recurrence::daily().times(2));
            ctx.world.person_adds(calendar, person, series);
        }
        (4 | 10 | 11, Some((at, event))) if ctx.event(at, &event)["status"] == "confirmed" => {
            ctx.world.person_moves(at, &event, (start, start + Days::new(2)));
        }
        (5, Some((at, event))) if ctx.event(at, &event)["status"] == "confirmed" => {
            events.push((calendar, ctx.world.person_copies(at, &event, CopyTarget { calendar, creator: person })));
        }
        (6 | 12, Some((at, event))) if ctx.event(at, &event)["status"] == "confirmed" => {
            ctx.world.person_deletes(at, &event);
        }
        (7, Some((at, event))) if ctx.event(at, &event)["status"] == "confirmed" => {
            let organizer = json!({"organizer": {"email": ANNA, "displayName": null, "self": null}});
            ctx.world.person_edits(at, &event, &organizer);
        }
        (8 | 13, _) => {
            let page = forms::list(&ctx.app, &page_of(&forms::Filter::default(), None, 50)).await.unwrap();
            if let Some(form) = random.choice(page.forms) {
                let outcome = if random.bool() { Outcome::Arrived } else { Outcome::NotWanted };
                // Refused is fine.
                let _ = match (random.bool(), &form.id) {
                    (true, id) => discard(&ctx.app, id, outcome).await,
                    (false, id) if random.bool() => again(&ctx.app, id).await,
                    (false, id) => resend(&ctx.app, id).await,
                };
            }
        }
        (9, _) => ctx.advance(Duration::minutes(random.i64(1..2_000))),
        _ => {
            let faults = [
                ("form", Fault::status(500, "no blank PDF")),
                ("form", Fault::DropAfterEffect),
                ("events.patch", Fault::status(403, "requiredAccessLevel")),
                ("events.patch", Fault::status(400, "invalid")),
            ];
            for (operation, fault) in faults {
                if random.bool() {
                    ctx.world.fail(operation, fault);
                }
            }
            ctx.sweep().await;
            ctx.world.heal();
        }
    }
}

/// The events that the lines which begin so are about.
fn planned(plan: &[String], beginnings: &[&str]) -> Vec<String> {
    let rest = plan.iter().filter_map(|line| beginnings.iter().find_map(|beginning| line.strip_prefix(beginning)));
    rest.map(|rest| rest.split([' ', ':']).next().unwrap_or_default().to_owned()).collect()
}

/// What the plans of random worlds say, all of it.
const KINDS: [&str; 10] = [
    "made by hand",
    "moved after its approval",
    "on its form",
    "on the form that is sent",
    "send the form again",
    "wait with",
    "in sight",
    "leave the form for",
    "close ",
    "send a copy",
];

/// What a dry run says is what the next sweep does.
#[tokio::test]
async fn a_plan_tells_what_the_next_sweep_does_in_random_worlds() {
    let mut kinds: BTreeMap<&str, usize> = KINDS.iter().map(|kind| (*kind, 0)).collect();
    for seed in 0..80 {
        let hold = if seed % 2 == 0 { "hold" } else { "resend" };
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{hold}"}}"#), async |ctx| {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut events = Vec::new();
            for _ in 0..random.u32(6..26) {
                something_happens(ctx, &mut random, &mut events).await;
            }
            let dry = sweep(&ctx.app, &SweepOrder { dry_run: true, ..everything() }).await.unwrap();
            let plan: Vec<String> = dry.plans.unwrap_or_default().into_iter().flat_map(|office| office.plan).collect();
            let (forms, mark) = (ctx.world.forms().len(), ctx.world.mark());
            let report = ctx.sweep().await;
            let said = format!("seed {seed}: {plan:#?}\n{report:#?}");

            let approved = planned(&plan, &["approve ", "send the form again and approve "]);
            let changed: BTreeSet<String> = ctx
                .world
                .calls_since(mark)
                .into_iter()
                .filter_map(|call| if call.operation == "events.patch" { call.event } else { None })
                .collect();
            assert_eq!(approved.iter().cloned().collect::<BTreeSet<_>>(), changed, "{said}");
            assert_eq!(report.events_approved, approved.len(), "{said}");
            let is_sent = |line: &&String| {
                let sends = line.starts_with("approve ") || line.starts_with("send ");
                sends && !line.contains(" on its form ") && !line.contains(" on the form that is sent")
            };
            assert_eq!(ctx.world.forms().len() - forms, plan.iter().filter(is_sent).count(), "{said}");
            assert_eq!(report.events_closed, planned(&plan, &["close "]).len(), "{said}");
            let waiting = planned(&plan, &["wait with ", "keep ", "leave the form of "]).len();
            let copies = plan.iter().filter(|line| line.starts_with("wait with the copy")).count();
            assert_eq!(report.open, waiting - copies, "{said}");
            let left = plan.iter().filter(|line| line.starts_with("leave the form for")).count();
            assert!(report.left.len() <= left, "{said}");
            for _ in ctx.world.forms() {
                ctx.expect_form();
            }
            for (kind, count) in &mut kinds {
                *count += plan.iter().filter(|line| line.contains(kind)).count();
            }
        })
        .await;
    }
    assert!(kinds.values().all(|count| *count > 0), "the worlds have all kinds of lines: {kinds:?}");
}
