use super::*;
use crate::domain::event::Marks;

const COLOURS: Colours = Colours { unapproved: 4, approved: 5 };

fn days() -> DateRange {
    "2026-06-18/2026-06-20".parse().unwrap()
}

fn event(processed: Option<&str>) -> Event {
    Event {
        id: "30f3552b9a2751e69401d63fca065a11".into(),
        etag: "\"2\"".into(),
        cancelled: false,
        kind: EventKind::Single,
        creator: None,
        updated: None,
        days: Some(days()),
        timed: false,
        title: Some("(Eva Example)".to_owned()),
        series: None,
        fixed: false,
        marks: Marks { processed: processed.map(str::to_owned), ..Marks::default() },
        url: None,
    }
}

fn pending() -> Event {
    event(Some("false"))
}

fn approved() -> Event {
    Event { title: Some("Eva Example".to_owned()), ..event(Some("true")) }
}

fn deleted() -> Event {
    Event { cancelled: true, ..pending() }
}

fn end(how: HowEnded, stage: EndStage) -> RememberedEnd {
    let at = "2026-06-15T08:00:00Z".parse().unwrap();
    RememberedEnd { how, reason: None, at, days: days(), read: "\"1\"".into(), stage }
}

fn ending(how: HowEnded) -> RememberedEnd {
    end(how, EndStage::beginning("2026-06-15T08:00:00Z".parse().unwrap()))
}

fn ended(how: HowEnded, deleted: &str) -> RememberedEnd {
    end(how, EndStage::Ended { deleted: deleted.into() })
}

/// What comes of approving, rejecting and cancelling, in this order.
fn steps(version: &WantedVersion, event: Option<&Event>, end: Option<&RememberedEnd>) -> [DecideStep; 3] {
    [Choice::Approve, Choice::Reject { reason: None }, Choice::Cancel].map(|choice| {
        let wanted = WantedDecision { choice, version: version.clone() };
        wanted.next_step(event, end, COLOURS)
    })
}

fn of(event: &Event) -> [DecideStep; 3] {
    steps(&WantedVersion::Any, Some(event), None)
}

fn all_refused(objection: Objection) -> [DecideStep; 3] {
    [(); 3].map(|()| DecideStep::Refuse(objection))
}

fn change(title: Option<&str>) -> EventChange {
    EventChange {
        title: title.map(str::to_owned),
        colour: Some(5),
        days: None,
        status: Some(StatusChange::Confirmed),
        properties: vec![(PROCESSED, "true".to_owned())],
    }
}

#[test]
fn a_pending_one_can_be_approved_rejected_and_cancelled() {
    let expected = [
        DecideStep::Approve(days(), change(Some("Eva Example"))),
        DecideStep::End(HowEnded::Rejected, days()),
        DecideStep::End(HowEnded::Cancelled, days()),
    ];
    assert_eq!(of(&pending()), expected);
}

#[test]
fn an_approved_one_stays_approved_or_is_cancelled() {
    let expected = [
        DecideStep::Leave(days()),
        DecideStep::Refuse(Objection::AlreadyApproved),
        DecideStep::End(HowEnded::Cancelled, days()),
    ];
    assert_eq!(of(&approved()), expected);
}

#[test]
fn an_approval_opens_the_parentheses_and_leaves_a_title_that_a_person_gave() {
    let cut = format!("({}", "ž".repeat(1_023));
    for (title, approved) in [
        (Some("(Eva (Brno))"), Some("Eva (Brno)")),
        (Some(cut.as_str()), Some(&cut[1..])),
        (Some("Eva, with a dog"), None),
        (Some("(Eva"), None),
        (Some("()"), None),
        (Some(""), None),
        (None, None),
    ] {
        let event = Event { title: title.map(str::to_owned), ..pending() };
        assert_eq!(of(&event)[0], DecideStep::Approve(days(), change(approved)), "{title:?}");
    }
}

#[test]
fn only_reservations_with_days_of_their_own_are_decided() {
    let strange = Event { id: "d62ledmiipeg0a3clkpneloopc".into(), ..pending() };
    for event in [event(None), strange] {
        assert_eq!(of(&event), all_refused(Objection::NotAReservation));
    }
    let series = Event { kind: EventKind::Series, ..pending() };
    let day = Event {
        id: "30f3552b9a2751e69401d63fca065a11_20260618".into(),
        series: Some("30f3552b9a2751e69401d63fca065a11".into()),
        ..pending()
    };
    for event in [series, day] {
        assert_eq!(of(&event), all_refused(Objection::Series));
    }
    assert_eq!(of(&Event { days: None, ..pending() }), all_refused(Objection::WithoutDays));
}

#[test]
fn another_version_is_refused_unless_it_is_as_wanted_already() {
    let of_version = |version: &str, event: &Event| {
        steps(&WantedVersion::OneOf(vec!["\"0\"".into(), version.into()]), Some(event), None)
    };
    assert_eq!(of_version("\"2\"", &pending()), of(&pending()));
    for other in ["\"1\"", "W/\"2\"", "2", ""] {
        assert_eq!(of_version(other, &pending()), all_refused(Objection::Changed), "{other}");
    }
    let expected = [
        DecideStep::Leave(days()),
        DecideStep::Refuse(Objection::AlreadyApproved),
        DecideStep::Refuse(Objection::Changed),
    ];
    assert_eq!(of_version("\"1\"", &approved()), expected);
    let wanted = WantedVersion::OneOf(Vec::new());
    let remembered = ended(HowEnded::Cancelled, "\"2\"");
    assert_eq!(steps(&wanted, Some(&deleted()), Some(&remembered))[2], DecideStep::AlreadyEnded);
}

#[test]
fn what_nobody_ended_over_the_api_is_not_there() {
    for event in [None, Some(&deleted())] {
        assert_eq!(steps(&WantedVersion::Any, event, None), all_refused(Objection::NoSuchReservation));
    }
}

#[test]
fn what_was_ended_stays_so() {
    let other = |how| DecideStep::Refuse(Objection::Ended(how));
    for event in [Some(&deleted()), None] {
        let rejected = steps(&WantedVersion::Any, event, Some(&ended(HowEnded::Rejected, "\"2\"")));
        assert_eq!(rejected, [other(HowEnded::Rejected), DecideStep::AlreadyEnded, other(HowEnded::Rejected)]);
        let cancelled = steps(&WantedVersion::Any, event, Some(&ended(HowEnded::Cancelled, "\"2\"")));
        assert_eq!(cancelled, [other(HowEnded::Cancelled), other(HowEnded::Cancelled), DecideStep::AlreadyEnded]);
    }
    let announced = steps(&WantedVersion::Any, Some(&deleted()), Some(&ending(HowEnded::Rejected)));
    assert_eq!(announced, [other(HowEnded::Rejected), DecideStep::NoteEnd, other(HowEnded::Rejected)]);
}

#[test]
fn a_live_event_beats_the_memory_and_so_does_one_that_is_deleted_in_another_version() {
    for end in [ending(HowEnded::Rejected), ended(HowEnded::Cancelled, "\"2\"")] {
        assert_eq!(steps(&WantedVersion::Any, Some(&pending()), Some(&end)), of(&pending()));
    }
    let nothing = all_refused(Objection::NoSuchReservation);
    let other = ended(HowEnded::Cancelled, "\"1\"");
    assert_eq!(steps(&WantedVersion::Any, Some(&deleted()), Some(&other)), nothing);
    assert_eq!(steps(&WantedVersion::Any, None, Some(&ending(HowEnded::Cancelled))), nothing, "it may be there");
}

#[test]
fn a_deleted_event_of_which_one_version_is_not_known_is_the_one_that_was_ended() {
    let without = Event { etag: Etag::default(), ..deleted() };
    for (event, version) in [(without, "\"2\""), (deleted(), "")] {
        let end = ended(HowEnded::Cancelled, version);
        assert_eq!(steps(&WantedVersion::Any, Some(&event), Some(&end))[2], DecideStep::AlreadyEnded);
    }
}
