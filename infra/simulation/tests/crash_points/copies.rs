//! A copy that a person ordered is sent by a process that ends anywhere: it goes out once at most, and is not due for ever.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::forms::{self, Filter, ListOrder, ResendOrder, ShownForm, ShownState};
use moffman::sweep::{SweepOrder, SweepReport, SweepScope, sweep};
use moffman_simulation::{CALENDARS, PEOPLE};
use moffman_simulators::NewEvent;

use crate::point::{Moment, at_every_point};
use crate::scene::Scene;

/// The points after which the copy is given up, and was not sent: it is written down that it is being sent, and it is not.
const NOT_SENT: [(&str, Moment); 3] =
    [("announce copy", Moment::AfterEffect), ("announce copy", Moment::BeforeReading), ("form", Moment::BeforeSending)];

/// More sweeps than it takes to put things right.
const MOST_SWEEPS: usize = 3;

#[test]
fn a_copy_goes_out_once_at_most_wherever_the_process_that_sends_it_ends() {
    for hold in [false, true] {
        let endings = at_every_point(hold, &play_sending);
        let sent = |copies| {
            let endings = endings.iter().filter(move |ending| ending.outcome == copies);
            endings.map(|ending| (ending.call.as_str(), ending.moment)).collect::<Vec<_>>()
        };
        assert_eq!(sent(0), NOT_SENT);
        assert_eq!(sent(1).len(), endings.len() - NOT_SENT.len(), "one copy everywhere else");
    }
}

#[test]
fn a_copy_goes_out_once_wherever_the_process_that_takes_its_order_ends() {
    let endings = at_every_point(false, &play_ordering);
    assert!(endings.iter().all(|ending| ending.outcome == 1));
}

/// A sweep that is to send the copy, which may end; then others. Answers how many copies there are.
async fn play_sending(scene: &mut Scene) -> usize {
    let form = prepare(scene).await;
    again(scene.another_process(), form.id.clone()).await;
    // The kept access token is too old by then.
    scene.company.time.advance(Duration::hours(2));
    if let Some(report) = scene.work(sweep_with).await {
        assert_eq!((report.forms.issued, report.open), (1, 0), "{report:?}");
    }
    let copies = recover(scene).await;
    expect_one_more_for_a_new_order(scene, &form, copies).await;
    copies
}

/// A person's order, whose process may end and which is then repeated; then sweeps. Answers how many copies there are.
async fn play_ordering(scene: &mut Scene) -> usize {
    let form = prepare(scene).await;
    scene.company.time.advance(Duration::hours(2));
    let id = form.id.clone();
    scene.work(async |process| again(process, id).await).await;
    again(scene.another_process(), form.id.clone()).await;
    let copies = recover(scene).await;
    expect_one_more_for_a_new_order(scene, &form, copies).await;
    copies
}

/// An event, approved on its form.
async fn prepare(scene: &mut Scene) -> ShownForm {
    scene.company.world.person_adds(CALENDARS[0], PEOPLE[0].0, NewEvent::new("2026-06-18", "2026-06-20"));
    let process = scene.another_process();
    let report = sweep_with(process.clone()).await;
    assert_eq!((report.forms.issued, report.events_approved), (1, 1), "{report:?}");
    the_form(&process).await
}

/// A new process sweeps, first when a lease is over, then a day apart. In the end nothing is due.
async fn recover(scene: &mut Scene) -> usize {
    let process = scene.another_process();
    for _ in 0..MOST_SWEEPS {
        scene.company.time.advance(Duration::minutes(5));
        let report = sweep_with(process.clone()).await;
        assert_eq!((report.offices_swept, report.open), (1, 0), "{report:?}");
        scene.company.time.advance(Duration::days(1));
    }
    expect_nothing_due(&process).await;
    let copies = scene.company.world.forms().len() - 1;
    let form = the_form(&process).await;
    // A copy that is given up may have gone out: it counts, as nobody knows.
    assert!((copies..=1).contains(&(usize::try_from(form.mails).unwrap() - 1)), "{copies} copies: {form:?}");
    assert_eq!(form.state, ShownState::Issued);
    copies
}

async fn expect_nothing_due(process: &Moffman) {
    for calendar in CALENDARS {
        let state = process.store.calendar(&calendar.into()).read().await.unwrap();
        assert_eq!((state.copies.len(), state.open.len(), state.unreadable), (0, 0, 0), "{calendar}");
    }
    assert!(sweep_with_plan(process).await.iter().all(|line| !line.contains("copy")));
}

/// What was, is over: each new order is one more copy.
async fn expect_one_more_for_a_new_order(scene: &mut Scene, form: &ShownForm, copies: usize) {
    let process = scene.another_process();
    again(process.clone(), form.id.clone()).await;
    for issued in [1, 0] {
        assert_eq!(sweep_with(process.clone()).await.forms.issued, issued);
    }
    assert_eq!(scene.company.world.forms().len(), 1 + copies + 1);
}

async fn again(process: Moffman, form: String) {
    assert_eq!(
        forms::resend(&process, &ResendOrder { id: form.clone(), again: true, deadline: None }).await.unwrap().state,
        ShownState::Issued
    );
}

async fn the_form(process: &Moffman) -> ShownForm {
    let order = ListOrder { filter: Filter::default(), page: None, limit: 2, deadline: None };
    let page = forms::list(process, &order).await.unwrap();
    let [form] = <[ShownForm; 1]>::try_from(page.forms).unwrap();
    form
}

async fn sweep_with(process: Moffman) -> SweepReport {
    sweep(&process, &order(false)).await.unwrap()
}

async fn sweep_with_plan(process: &Moffman) -> Vec<String> {
    let report = sweep(process, &order(true)).await.unwrap();
    report.plans.unwrap_or_default().into_iter().flat_map(|office| office.plan).collect()
}

/// The office with the event: one calendar, so that one call follows another.
fn order(dry_run: bool) -> SweepOrder {
    SweepOrder { scope: SweepScope::Office("prague".to_owned()), dry_run, deadline: None, share: None }
}
