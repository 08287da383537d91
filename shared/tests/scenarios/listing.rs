//! Forms as a person sees them: all of them, page by page, each once.

use std::collections::BTreeSet;

use moffman::directory::DirectoryError;
use moffman::forms::{self, Filter, FormsError, ShownState, ShownStatus};
use moffman_simulators::Fault;

use crate::context::{ANNA, BORIS, BRNO, PRAGUE, days, page_of, recorded_thursday, run_test, run_test_with, thursday};
use crate::decisions::{HOLD, arrived, held, issued, not_wanted, resend};

#[tokio::test]
async fn what_is_done_is_listed_for_all_days_that_an_event_ever_had() {
    run_test(async |ctx| {
        let (event, _) = issued(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form();
        let done = ctx.forms(&[ShownState::Issued]).await;
        let days: Vec<String> = done.iter().map(|form| form.days.to_string()).collect();
        assert_eq!(days, ["2026-06-18/2026-06-19", "2026-06-22/2026-06-23"]);
        assert_eq!(ctx.forms(&[]).await, done);
        assert_eq!(ctx.forms(&ShownState::OPEN).await, []);
        assert_eq!((done[0].events[0].status, done[1].events[0].status), (ShownStatus::Gone, ShownStatus::Approved));
    })
    .await;
}

#[tokio::test]
async fn pages_follow_one_another_through_all_calendars_and_a_form_is_on_one_of_them() {
    run_test(async |ctx| {
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        for (start, end) in days(ctx).take(4) {
            for person in [ANNA, BORIS] {
                ctx.person_adds(PRAGUE, person, (&start, &end));
                ctx.person_adds(BRNO, person, (&start, &end));
            }
        }
        ctx.sweep().await;
        ctx.world.heal();
        let ids: Vec<String> = ctx.forms(&ShownState::OPEN).await.into_iter().map(|form| form.id).collect();
        assert_eq!(ids.len(), 8);
        for limit in [1, 3, 4, 8] {
            for states in [vec![], ShownState::OPEN.to_vec()] {
                let filter = Filter { office: None, states };
                let (mut next, mut gone_through) = (None, Vec::new());
                loop {
                    let page = forms::list(&ctx.app, &page_of(&filter, next.as_deref(), limit)).await.unwrap();
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
        for office in ["prague", "brno"] {
            let filter = Filter { office: Some(office.to_owned()), states: Vec::new() };
            let page = forms::list(&ctx.app, &page_of(&filter, None, 5)).await.unwrap();
            let rest = forms::list(&ctx.app, &page_of(&filter, page.next.as_deref(), 5)).await.unwrap();
            assert_eq!((page.forms.len(), rest.forms.len(), rest.next), (5, 3, None), "{office}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_looks_into_two_hundred_calendars() {
    let offices: Vec<String> =
        (0..220).map(|n| format!("{{name: o{n:03}, id: o{n:03}@group.calendar.google.com}}")).collect();
    let offices = format!("[{}, {{name: prague, id: {PRAGUE}}}]", offices.join(", "));
    let settings = serde_json::json!({"offices.office_list": offices});
    run_test_with(&settings.to_string(), async |ctx| {
        thursday(ctx);
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        let order = moffman::sweep::SweepOrder {
            scope: moffman::sweep::SweepScope::Office("prague".to_owned()),
            ..crate::context::everything()
        };
        moffman::sweep::sweep(&ctx.app, &order).await.unwrap();
        let first = forms::list(&ctx.app, &page_of(&Filter::default(), None, 1)).await.unwrap();
        assert_eq!(first.forms, []);
        let second = forms::list(&ctx.app, &page_of(&Filter::default(), first.next.as_deref(), 1)).await.unwrap();
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
            assert_eq!(arrived(&ctx.app, id).await, Err(FormsError::NoSuchForm), "{id}");
        }
        let page = forms::list(&ctx.app, &page_of(&Filter::default(), Some("page"), 1)).await;
        assert_eq!(page, Err(FormsError::NoSuchPage));
        let unknown = Filter { office: Some("Prague".to_owned()), states: Vec::new() };
        let refused = forms::list(&ctx.app, &page_of(&unknown, None, 1)).await;
        assert_eq!(refused, Err(FormsError::Directory(DirectoryError::UnknownOffice)));
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_not_sent_yet_is_listed_as_due() {
    run_test(async |ctx| {
        let event = recorded_thursday(ctx).await;
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.mails, &*form.events[0].event_id), (ShownState::Due, 0, event.as_str()));
        assert_eq!(resend(&ctx.app, &form.id).await.unwrap(), form, "it is sent anyway");
        assert_eq!(not_wanted(&ctx.app, &form.id).await.unwrap().state, ShownState::Discarded);
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (1, 0), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_not_sent_yet_and_is_asked_for_in_two_calendars_is_listed_once() {
    run_test(async |ctx| {
        for calendar in [BRNO, PRAGUE] {
            ctx.person_adds(calendar, ANNA, ("2026-06-18", "2026-06-19"));
            ctx.person_adds(calendar, BORIS, ("2026-06-18", "2026-06-19"));
        }
        ctx.sweep_without_time().await;
        let forms = ctx.forms(&[]).await;
        let people: BTreeSet<&str> = forms.iter().map(|form| form.user_id.as_str()).collect();
        assert_eq!((forms.len(), people), (2, BTreeSet::from([ANNA, BORIS])), "{forms:?}");
        assert!(forms.iter().all(|form| form.state == ShownState::Due && form.mails == 0), "{forms:?}");
        assert_eq!(ctx.forms(&[ShownState::Due]).await, forms);
        for office in ["prague", "brno"] {
            let filter = Filter { office: Some(office.to_owned()), states: Vec::new() };
            assert_eq!(forms::list(&ctx.app, &page_of(&filter, None, 5)).await.unwrap().forms.len(), 2, "{office}");
        }

        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved), (2, 4), "{report:?}");
        ctx.expect_form();
        ctx.expect_form();
        let ids = |forms: &[forms::ShownForm]| forms.iter().map(|form| form.id.clone()).collect::<BTreeSet<_>>();
        assert_eq!(ids(&ctx.forms(&[]).await), ids(&forms), "they keep their names");
    })
    .await;
}
