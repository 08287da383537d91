//! Forms that wait for a person: seen, and settled.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::directory::DirectoryError;
use moffman::forms::{self, Filter, Form, FormsError, State};
use moffman::store::open_record::Claim;
use moffman_simulators::{Fault, Matcher, Moment};

use crate::context::{ANNA, BORIS, BRNO, Context, PRAGUE, run_test, run_test_with};

const HOLD: &str = r#"{"forms.on_unknown_outcome": "hold"}"#;

/// All forms that have come so far, or all.
async fn listed(ctx: &Context, state: impl Into<Option<State>>) -> Vec<Form> {
    let filter = Filter { office: None, state: state.into() };
    let page = forms::list(&ctx.app, &filter, None, forms::MOST_ON_A_PAGE, None).await.unwrap();
    assert_eq!(page.next, None);
    page.forms
}

/// The only form that has come so far.
async fn the_only(ctx: &Context, state: State) -> Form {
    let forms = listed(ctx, state).await;
    let [form] = <[Form; 1]>::try_from(forms).unwrap();
    assert_eq!(form.state, state);
    form
}

async fn resend(app: &Moffman, id: &str) -> Result<Form, FormsError> {
    forms::resend(app, id, None).await
}

async fn discard(app: &Moffman, id: &str) -> Result<Form, FormsError> {
    forms::discard(app, id, None).await
}

/// A form whose outcome is unknown, and which is held for that.
async fn held(ctx: &mut Context) -> (String, Form) {
    let event = ctx.person_adds(PRAGUE, ANNA, "2026-06-18", "2026-06-20");
    ctx.world.fail("form", Fault::DropAfterEffect);
    assert_eq!(ctx.sweep().await.forms.held, 1);
    ctx.expect_form();
    (event, the_only(ctx, State::Held).await)
}

/// A form that Byroapi refused, and which waits.
async fn refused(ctx: &Context) -> (String, Form) {
    let event = ctx.person_adds(PRAGUE, ANNA, "2026-06-18", "2026-06-19");
    ctx.world.fail("form", Fault::status(500, "no blank PDF"));
    assert_eq!(ctx.sweep().await.forms.refused, 1);
    (event, the_only(ctx, State::Open).await)
}

#[tokio::test]
async fn a_held_form_that_arrived_is_discarded_and_its_event_approved_without_a_second_one() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        assert_eq!((form.office_id.as_str(), form.user_id.as_deref()), ("prague", Some(ANNA)));
        assert_eq!(form.days.to_string(), "2026-06-18/2026-06-20");
        assert_eq!(form.found_at, Some(ctx.world.now()));

        let discarded = discard(&ctx.app, &form.id).await.unwrap();
        assert_eq!((discarded.state, &discarded.id), (State::Done, &form.id));
        assert_eq!(the_only(ctx, State::Done).await, discarded);
        ctx.expect_untouched(PRAGUE, &event);

        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.open), (1, 0, 0));
        ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-20");
        assert_eq!(the_only(ctx, State::Done).await.id, form.id);
    })
    .await;
}

#[tokio::test]
async fn a_held_form_that_did_not_arrive_is_sent_again_by_the_next_sweep() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        let due = resend(&ctx.app, &form.id).await.unwrap();
        assert_eq!((due.state, due.failures), (State::Open, None));
        assert_eq!(resend(&ctx.app, &form.id).await.unwrap(), due, "safe to repeat");

        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.open), (1, 1, 0));
        ctx.expect_form_for(ANNA, "18.06.2026", "19.06.2026");
        ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-20");
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_need_not_wait_for_its_backoff() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        let failures = form.failures.unwrap();
        assert_eq!((failures.count, failures.since), (1, ctx.world.now()));
        assert!(failures.next_try_at.unwrap() > ctx.world.now());
        assert_eq!(ctx.sweep().await.forms.issued, 0, "it waits");

        assert_eq!(resend(&ctx.app, &form.id).await.unwrap().failures, None);
        assert_eq!(ctx.sweep().await.forms.issued, 1);
        ctx.expect_form();
        ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-19");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_not_wanted_is_discarded_before_it_is_held() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        discard(&ctx.app, &form.id).await.unwrap();
        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-19");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_during_a_sweep_is_kept_by_it() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        ctx.advance(Duration::minutes(1));
        let other = ctx.another_process("{}");
        // The sweep has read the record, and has not claimed it yet.
        ctx.world.when(Matcher::operation("events.list").on_calendar(PRAGUE), Moment::AfterEffect, move |_| {
            let discarded = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { discard(&other, &form.id).await.unwrap() })
            });
            discarded.join().unwrap();
        });
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (1, 0), "{report:?}");
        ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-19");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_a_sweep_works_on_is_left_to_it() {
    run_test(async |ctx| {
        let (_, form) = refused(ctx).await;
        let record = ctx.open(PRAGUE).await.remove(0);
        let claim = Claim { id: "other".to_owned(), until: ctx.world.now() + Duration::seconds(75) };
        ctx.app.store.claim(&PRAGUE.into(), &record, &claim, Some(record.days)).await.unwrap().unwrap();
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::InProgress));
        assert_eq!(discard(&ctx.app, &form.id).await, Err(FormsError::InProgress));

        // The sweep was killed: what became of the form is not known, and the person says that it arrived.
        ctx.advance(Duration::seconds(76));
        discard(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.forms.unknown), (1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_form_of_a_killed_sweep_is_sent_again_under_hold_when_a_person_wants_it() {
    run_test_with(HOLD, async |ctx| {
        let (_, form) = refused(ctx).await;
        let record = ctx.open(PRAGUE).await.remove(0);
        let claim = Claim { id: "other".to_owned(), until: ctx.world.now() + Duration::seconds(75) };
        ctx.app.store.claim(&PRAGUE.into(), &record, &claim, Some(record.days)).await.unwrap().unwrap();
        ctx.advance(Duration::seconds(76));
        resend(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.held), (1, 0));
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn what_is_done_is_listed_and_stays_as_it_is() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, "2026-06-18", "2026-06-19");
        ctx.sweep().await;
        ctx.world.person_moves(PRAGUE, &event, "2026-06-22", "2026-06-23");
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_form();
        let done = listed(ctx, State::Done).await;
        let days: Vec<String> = done.iter().map(|form| form.days.to_string()).collect();
        assert_eq!(days, ["2026-06-18/2026-06-19", "2026-06-22/2026-06-23"]);
        assert_eq!(listed(ctx, None).await, done);
        assert_eq!((listed(ctx, State::Open).await, listed(ctx, State::Held).await), (Vec::new(), Vec::new()));
        for form in &done {
            assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::Done));
            assert_eq!(discard(&ctx.app, &form.id).await, Err(FormsError::Done));
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_is_listed_once_while_its_event_waits_for_the_approval() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, "2026-06-18", "2026-06-19");
        ctx.sweep().await;
        ctx.world.person_moves(PRAGUE, &event, "2026-06-22", "2026-06-23");
        ctx.world.fail("events.patch", Fault::status(403, "forbidden"));
        assert_eq!(ctx.sweep().await.open, 1);
        ctx.expect_form();
        ctx.expect_form();
        let days = |forms: Vec<Form>| forms.iter().map(|form| form.days.to_string()).collect::<Vec<_>>();
        let both = ["2026-06-22/2026-06-23", "2026-06-18/2026-06-19"];
        assert_eq!(days(listed(ctx, State::Done).await), both);
        assert_eq!(days(listed(ctx, None).await), both);

        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.world.person_moves(PRAGUE, &event, "2026-06-18", "2026-06-19");
        ctx.world.fail("events.patch", Fault::status(403, "forbidden"));
        assert_eq!(ctx.sweep().await.open, 1, "issued before, and to be approved again without a form");
        let once = ["2026-06-18/2026-06-19", "2026-06-22/2026-06-23"];
        assert_eq!(days(listed(ctx, State::Done).await), once);
        assert_eq!(days(listed(ctx, None).await), once);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_one_another_through_all_calendars() {
    run_test(async |ctx| {
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        for day in 16..20 {
            let (start, end) = (format!("2026-06-{day}"), format!("2026-06-{}", day + 1));
            ctx.person_adds(PRAGUE, ANNA, &start, &end);
            ctx.person_adds(BRNO, BORIS, &start, &end);
        }
        ctx.sweep().await;
        ctx.world.heal();
        let ids: Vec<String> = listed(ctx, State::Open).await.into_iter().map(|form| form.id).collect();
        assert_eq!(ids.len(), 8);
        for limit in [1, 3, 4, 8] {
            for state in [None, Some(State::Open)] {
                let filter = Filter { office: None, state };
                let (mut next, mut gone_through) = (None, Vec::new());
                loop {
                    let page = forms::list(&ctx.app, &filter, next.as_deref(), limit, None).await.unwrap();
                    assert!(page.forms.len() <= limit);
                    gone_through.extend(page.forms.into_iter().map(|form| form.id));
                    next = page.next;
                    if next.is_none() {
                        break;
                    }
                }
                assert_eq!(gone_through, ids, "{limit} a page");
            }
        }
        let filter = Filter { office: Some("prague".to_owned()), state: None };
        let page = forms::list(&ctx.app, &filter, None, 3, None).await.unwrap();
        assert!(page.forms.iter().all(|form| form.office_id == "prague"), "{page:?}");
        let rest = forms::list(&ctx.app, &filter, page.next.as_deref(), 3, None).await.unwrap();
        assert_eq!((page.forms.len(), rest.forms.len(), rest.next), (3, 1, None));
    })
    .await;
}

#[tokio::test]
async fn the_days_of_one_event_are_split_between_pages() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, "2026-06-16", "2026-06-17");
        ctx.sweep().await;
        ctx.expect_form();
        for day in [17, 18] {
            let (start, end) = (format!("2026-06-{day}"), format!("2026-06-{}", day + 1));
            ctx.world.person_moves(PRAGUE, &event, start.as_str(), end.as_str());
            ctx.sweep().await;
            ctx.expect_form();
        }
        let all = listed(ctx, State::Done).await;
        let one = |page: Option<String>| {
            let app = ctx.app.clone();
            async move { forms::list(&app, &Filter::default(), page.as_deref(), 1, None).await.unwrap() }
        };
        let first = one(None).await;
        let second = one(first.next.clone()).await;
        let third = one(second.next.clone()).await;
        assert_eq!(third.next, None);
        assert_eq!([first.forms, second.forms, third.forms].concat(), all);

        // A place of a listing of everything means the same to a narrower one, which has nothing after it.
        let open = Filter { office: None, state: Some(State::Open) };
        let page = forms::list(&ctx.app, &open, first.next.as_deref(), 1, None).await.unwrap();
        assert_eq!((page.forms, page.next), (Vec::new(), None));
    })
    .await;
}

#[tokio::test]
async fn a_page_looks_into_a_hundred_calendars() {
    let offices: Vec<String> =
        (0..120).map(|n| format!("{{name: o{n:03}, id: o{n:03}@group.calendar.google.com}}")).collect();
    let offices = format!("[{}, {{name: prague, id: {PRAGUE}}}]", offices.join(", "));
    let settings = serde_json::json!({"offices.office_list": offices});
    run_test_with(&settings.to_string(), async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, "2026-06-18", "2026-06-19");
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        let order = moffman::sweep::Order {
            scope: moffman::sweep::Scope::Office("prague".to_owned()),
            ..crate::context::everything()
        };
        moffman::sweep::sweep(&ctx.app, &order).await.unwrap();
        let first = forms::list(&ctx.app, &Filter::default(), None, 1, None).await.unwrap();
        assert_eq!(first.forms, []);
        let second = forms::list(&ctx.app, &Filter::default(), first.next.as_deref(), 1, None).await.unwrap();
        assert_eq!((second.forms.len(), second.next), (1, None));
    })
    .await;
}

#[tokio::test]
async fn what_no_listing_answered_is_no_form_and_no_page() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        for id in ["", "form", &form.id[1..], &event] {
            assert_eq!(resend(&ctx.app, id).await, Err(FormsError::NoSuchForm), "{id}");
            assert_eq!(discard(&ctx.app, id).await, Err(FormsError::NoSuchForm), "{id}");
        }
        let page = forms::list(&ctx.app, &Filter::default(), Some("page"), 1, None).await;
        assert_eq!(page, Err(FormsError::NoSuchPage));
        let unknown = Filter { office: Some("Prague".to_owned()), state: None };
        let refused = forms::list(&ctx.app, &unknown, None, 1, None).await;
        assert_eq!(refused, Err(FormsError::Directory(DirectoryError::UnknownOffice)));

        ctx.world.person_moves(PRAGUE, &event, "2026-06-22", "2026-06-23");
        ctx.sweep().await;
        ctx.expect_form();
        assert_eq!(discard(&ctx.app, &form.id).await, Err(FormsError::NoSuchForm), "the event has other days now");

        ctx.restart(r#"{"offices.office_list": "[{name: brno, id: brno@group.calendar.google.com}]"}"#);
        assert_eq!(listed(ctx, None).await, []);
        assert_eq!(discard(&ctx.app, &form.id).await, Err(FormsError::NoSuchForm), "the office is gone");
    })
    .await;
}

#[tokio::test]
async fn a_decision_whose_answer_was_lost_has_been_taken() {
    for decide in [State::Open, State::Done] {
        run_test_with(HOLD, async |ctx| {
            let (event, form) = held(ctx).await;
            ctx.dynamodb.take();
            ctx.dynamodb.lose_answers_of("UpdateItem");
            let decided = match decide {
                State::Done => discard(&ctx.app, &form.id).await,
                _ => resend(&ctx.app, &form.id).await,
            };
            assert_eq!(decided.unwrap().state, decide);
            ctx.sweep().await;
            if decide == State::Open {
                ctx.expect_form();
            }
            ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-20");
        })
        .await;
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_written_changes_nothing() {
    run_test_with(HOLD, async |ctx| {
        let (_, form) = held(ctx).await;
        ctx.dynamodb.fail_all();
        assert!(matches!(discard(&ctx.app, &form.id).await, Err(FormsError::Store(_))));
        ctx.dynamodb.heal();
        assert_eq!(the_only(ctx, State::Held).await, form);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_wants_a_form_sent_again_need_not_say_so_twice() {
    run_test_with(HOLD, async |ctx| {
        let (event, _) = held(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        ctx.sweep().await;
        ctx.world.person_restores(PRAGUE, &event);
        assert_eq!(ctx.sweep().await.forms.held, 1);

        let form = the_only(ctx, State::Held).await;
        resend(&ctx.app, &form.id).await.unwrap();
        ctx.world.person_renames(PRAGUE, &event, "me");
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.held, report.open), (1, 0, 0), "{report:?}");
        ctx.expect_form();
    })
    .await;
}
