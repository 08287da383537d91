//! A sweep that ends anywhere loses no event, and sends a second form only where nobody can know of the first.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::sweep::{SweepOrder, SweepReport, SweepScope, sweep};
use moffman_simulation::{CALENDARS, PEOPLE};
use moffman_simulators::NewEvent;

use crate::point::{Ending, Moment, at_every_point};
use crate::scene::Scene;

/// The points that leave open whether the form was issued: it is written down that it is being sent, and not that it is issued.
const UNKNOWN: [(&str, Moment); 6] = [
    ("write sending", Moment::AfterEffect),
    ("write sending", Moment::BeforeReading),
    ("form", Moment::BeforeSending),
    ("form", Moment::AfterEffect),
    ("form", Moment::BeforeReading),
    ("write issued", Moment::BeforeSending),
];
/// The points of [`UNKNOWN`] at which the form was not issued.
const NOT_ISSUED: [(&str, Moment); 3] = [UNKNOWN[0], UNKNOWN[1], UNKNOWN[2]];
/// The points of [`UNKNOWN`] at which the form was issued.
const ISSUED: [(&str, Moment); 3] = [UNKNOWN[3], UNKNOWN[4], UNKNOWN[5]];

/// More sweeps than it takes to put things right.
const MOST_SWEEPS: usize = 4;

/// What a sweep finds.
#[derive(Clone, Copy)]
enum Found {
    /// The calendar, for the first time, with an event in it.
    First,
    /// An event that is new since the last sweep.
    New,
    /// An event that was moved since the last sweep, which approved it.
    Moved,
}

/// Days of an event: the first, the one after the last, and the last.
type Days = (&'static str, &'static str, &'static str);

const SOON: Days = ("2026-06-18", "2026-06-20", "2026-06-19");
/// Outside of the window that is listed once a day: only the sync token brings these days.
const LATER: Days = ("2028-03-01", "2028-03-04", "2028-03-03");

/// What came of a sweep that ended.
struct Outcome {
    /// How often the form for the last days was issued.
    forms: usize,
    /// How many unknown outcomes the sweeps reported.
    unknown: usize,
    /// How many forms wait for a person in the end.
    held: usize,
}

#[test]
fn a_first_sweep_that_ends_anywhere_loses_nothing() {
    loses_nothing(Found::First);
}

#[test]
fn a_sweep_that_ends_anywhere_with_a_new_event_loses_nothing() {
    loses_nothing(Found::New);
}

#[test]
fn a_sweep_that_ends_anywhere_with_a_moved_event_loses_nothing() {
    loses_nothing(Found::Moved);
}

#[test]
fn a_sweep_that_ends_anywhere_with_a_new_event_sends_no_second_form_under_hold() {
    sends_no_second_form(Found::New);
}

#[test]
fn a_sweep_that_ends_anywhere_with_a_moved_event_sends_no_second_form_under_hold() {
    sends_no_second_form(Found::Moved);
}

fn loses_nothing(found: Found) {
    let endings = at_every_point(false, &async |scene: &mut Scene| play(scene, found).await);
    assert_eq!(points(&endings, |outcome| outcome.forms == 2), ISSUED, "two forms");
    assert_eq!(points(&endings, |outcome| !(1..=2).contains(&outcome.forms)), [], "neither one form nor two");
    assert_eq!(points(&endings, |outcome| outcome.unknown == 1), UNKNOWN, "reported as unknown");
    assert_eq!(points(&endings, |outcome| outcome.held > 0), [], "held");
}

fn sends_no_second_form(found: Found) {
    let endings = at_every_point(true, &async |scene: &mut Scene| play(scene, found).await);
    assert_eq!(points(&endings, |outcome| outcome.forms == 0), NOT_ISSUED, "no form");
    assert_eq!(points(&endings, |outcome| outcome.forms > 1), [], "more than one form");
    assert_eq!(points(&endings, |outcome| outcome.unknown == 1), UNKNOWN, "reported as unknown");
    assert_eq!(points(&endings, |outcome| outcome.held == 1), UNKNOWN, "held");
}

/// The points after which `is_so`.
fn points(endings: &[Ending<Outcome>], is_so: impl Fn(&Outcome) -> bool) -> Vec<(&str, Moment)> {
    let so = endings.iter().filter(|ending| is_so(&ending.outcome));
    so.map(|ending| (ending.call.as_str(), ending.moment)).collect()
}

/// A sweep, which may end; then others until nothing is open; then the checks.
async fn play(scene: &mut Scene, found: Found) -> Outcome {
    let event = prepare(scene, found).await;
    let days = found.days();
    scene.company.time.advance(found.pause());
    if let Some(report) = scene.work(sweep_with).await {
        assert_eq!((report.events_approved, report.forms.issued, report.open), (1, 1, 0), "{report:?}");
    }
    let (unknown, held) = recover(scene).await;
    assert!(unknown <= 1 && held <= 1, "one form: {unknown} unknown, {held} held");
    check_event(scene, &event, days, held > 0);
    check_order(scene, &event);
    if let Some(earlier) = found.earlier_days() {
        assert_eq!(forms(scene, earlier), 1, "the form for the earlier days");
    }
    let outcome = Outcome { forms: forms(scene, days), unknown, held };
    let earlier = usize::from(found.earlier_days().is_some());
    assert_eq!(scene.company.world.forms().len(), earlier + outcome.forms, "a form for other days");
    outcome
}

/// What happened before the sweep. Answers the id of the event.
async fn prepare(scene: &mut Scene, found: Found) -> String {
    let world = scene.company.world.clone();
    let add = |(start, end, _): Days| world.person_adds(CALENDARS[0], PEOPLE[0].0, NewEvent::new(start, end));
    match found {
        Found::First => add(SOON),
        Found::New => {
            let report = sweep_with(scene.another_process()).await;
            assert_eq!((report.offices_swept, report.events_approved), (1, 0), "{report:?}");
            add(LATER)
        }
        Found::Moved => {
            let event = add(SOON);
            let report = sweep_with(scene.another_process()).await;
            assert_eq!((report.offices_swept, report.events_approved), (1, 1), "{report:?}");
            world.person_moves(CALENDARS[0], &event, (LATER.0, LATER.1));
            event
        }
    }
}

/// A new process sweeps, first when a lease is over, then a day apart, until nothing is open but what is held. Answers
/// how many outcomes were reported as unknown and how many forms are held.
async fn recover(scene: &mut Scene) -> (usize, usize) {
    let mut pause = Duration::minutes(5);
    let mut unknown = 0;
    let process = scene.another_process();
    for _ in 0..MOST_SWEEPS {
        scene.company.time.advance(pause);
        let report = sweep_with(process.clone()).await;
        assert_eq!(report.offices_swept, 1, "{report:?}");
        unknown += report.forms.unknown;
        if report.events_approved == 0 && report.open == report.forms.held {
            return (unknown, report.forms.held);
        }
        pause = Duration::days(1);
    }
    panic!("work is still open after {MOST_SWEEPS} sweeps");
}

/// Sweeps the office with the event: one calendar, so that one call follows another.
async fn sweep_with(process: Moffman) -> SweepReport {
    let order =
        SweepOrder { scope: SweepScope::Office("prague".to_owned()), dry_run: false, deadline: None, share: None };
    sweep(&process, &order).await.unwrap()
}

/// The event, the only one, is approved for its days; a held one is not.
fn check_event(scene: &Scene, id: &str, (start, end, _): Days, is_held: bool) {
    let events: Vec<_> = CALENDARS.iter().flat_map(|calendar| scene.company.world.events(calendar)).collect();
    let [event] = events.as_slice() else { panic!("one event, not {events:?}") };
    let private = &event["extendedProperties"]["private"];
    assert_eq!((&event["start"]["date"], &event["end"]["date"]), (&start.into(), &end.into()), "{event:#}");
    let days = format!("{start}/{end}");
    if is_held {
        assert_ne!(private["moffman_dates"], days, "{event:#}");
        return;
    }
    assert_eq!((&event["id"], &event["status"]), (&id.into(), &"confirmed".into()), "{event:#}");
    assert_eq!((&event["summary"], &event["colorId"]), (&PEOPLE[0].1.into(), &"5".into()), "{event:#}");
    assert_eq!(private["event_processed"], "true", "{event:#}");
    assert_eq!((&private["moffman_event"], &private["moffman_dates"]), (&id.into(), &days.into()), "{event:#}");
}

/// Nothing but the event was written to, once for its days, and not before the form for them was issued.
fn check_order(scene: &Scene, id: &str) {
    let mut issued = Vec::new();
    let mut approved = Vec::new();
    for effect in scene.effects().into_iter().filter(|effect| effect.is("form") || effect.is("events.patch")) {
        let body = effect.call.body.unwrap_or_default();
        if effect.call.operation == "form" {
            issued.push(body["form_data"]["date_from"].clone());
            continue;
        }
        assert_eq!(effect.call.event.as_deref(), Some(id), "{body:#}");
        let days = body["extendedProperties"]["private"]["moffman_dates"].as_str().unwrap().to_owned();
        let start = days.split('/').next().unwrap();
        assert!(issued.iter().any(|issued| issued == start), "approved for {days} before the form, {issued:?}");
        assert!(!approved.contains(&days), "approved twice for {days}");
        approved.push(days);
    }
}

/// How many forms there are for these days.
fn forms(scene: &Scene, (first, _, last): Days) -> usize {
    let forms = scene.company.world.forms();
    let wanted = [PEOPLE[0].0, first, last];
    let is_wanted = |data: &serde_json::Value| ["user_id", "date_from", "date_to"].map(|name| &data[name]) == wanted;
    forms.iter().filter(|form| is_wanted(&form.body["form_data"])).count()
}

impl Found {
    /// The days that the event has in the end.
    fn days(self) -> Days {
        match self {
            Self::First => SOON,
            Self::New | Self::Moved => LATER,
        }
    }

    /// The time between what was found and the sweep. The kept access token is too old by then; a day later the sweep
    /// also lists the whole window.
    fn pause(self) -> Duration {
        match self {
            Self::First | Self::New => Duration::hours(2),
            Self::Moved => Duration::days(1),
        }
    }

    /// The days that the event was approved for before.
    fn earlier_days(self) -> Option<Days> {
        match self {
            Self::First | Self::New => None,
            Self::Moved => Some(SOON),
        }
    }
}
