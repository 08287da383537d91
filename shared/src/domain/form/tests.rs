use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-06-15T08:00:00Z".parse().unwrap()
}

fn claim(id: u8, until: DateTime<Utc>) -> Claim {
    Claim::new(ClaimId(id.to_string()), until)
}

fn event(id: u8) -> AskingEvent {
    AskingEvent { calendar: CalendarId::from("prague@example.com"), event: format!("e{id}") }
}

fn sending(id: u8, now: DateTime<Utc>) -> Happening {
    Happening::Sending { claim: claim(id, now + Duration::seconds(75)), event: event(id), dated: now }
}

fn asking(hold: bool) -> Asking {
    Asking { since: now(), hold }
}

/// What the form becomes by one happening after the other, at one instant.
fn by(happenings: &[Happening]) -> Form {
    let mut form = None;
    for happening in happenings {
        form = Form::after(form.as_ref(), happening, now()).changed().or(form);
    }
    form.unwrap()
}

fn refused(id: u8) -> Happening {
    Happening::Refused { claim: ClaimId(id.to_string()), is_try: true, luck: 0 }
}

fn unknown(id: u8, hold: bool) -> Happening {
    Happening::Unknown { claim: ClaimId(id.to_string()), hold, luck: 0 }
}

#[test]
fn a_mail_is_counted_before_it_is_sent_and_only_a_refusal_takes_it_back() {
    let form = by(&[sending(1, now())]);
    assert_eq!(form.mails, 1);
    assert!(matches!(form.state, State::Sending(_)));
    assert_eq!(by(&[sending(1, now()), refused(1)]).mails, 0);
    assert_eq!(by(&[sending(1, now()), unknown(1, false)]).mails, 1);
    let doubt = [sending(1, now()), unknown(1, false), sending(2, now()), refused(2)];
    assert_eq!((by(&doubt).mails, by(&doubt).state), (1, State::Waiting));
    let ordered = [&doubt[..], &[Happening::Resend]].concat();
    assert_eq!((by(&ordered).mails, by(&ordered).state), (1, State::Due));
}

#[test]
fn the_third_unknown_outcome_is_a_persons() {
    let mut happenings = Vec::new();
    for id in 1..=2 {
        happenings.extend([sending(id, now()), unknown(id, false)]);
        assert_eq!(by(&happenings).state, State::InDoubt);
    }
    happenings.extend([sending(3, now()), unknown(3, false)]);
    assert_eq!((by(&happenings).state, by(&happenings).mails), (State::Held, 3));
    assert_eq!(turn(Some(&by(&happenings)), asking(false), now()), Turn::Rest(Rest::Person));
}

#[test]
fn a_person_has_one_mail_sent_and_is_asked_again_when_nobody_knows_of_it_either() {
    let held = [sending(1, now()), unknown(1, true), Happening::Resend];
    assert_eq!(turn(Some(&by(&held)), asking(true), now()), Turn::Send { is_interrupted: false });
    let again = [&held[..], &[sending(2, now()), unknown(2, false)]].concat();
    assert_eq!(by(&again).state, State::Held);
    // The same where whoever sent it never told.
    let form = by(&[&held[..], &[sending(2, now())]].concat());
    let later = now() + Duration::minutes(2);
    assert_eq!(turn(Some(&form), asking(false), later), Turn::Leave { is_interrupted: true });
}

#[test]
fn a_late_success_lands_on_whatever_is_there() {
    let before: [&[Happening]; 5] = [
        &[sending(1, now()), unknown(1, false)],
        &[sending(1, now()), unknown(1, true)],
        &[sending(1, now()), refused(1)],
        &[sending(1, now()), Happening::Resend, sending(2, now())],
        &[sending(1, now()), refused(1), Happening::Discard(Outcome::NotWanted)],
    ];
    for happenings in before {
        let form = by(&[happenings, &[Happening::Issued]].concat());
        assert_eq!(form.state, State::Issued { at: now() }, "{happenings:?}");
    }
    let other = by(&[sending(2, now())]);
    for late in [refused(1), unknown(1, true), Happening::NotSent(ClaimId("1".to_owned()))] {
        assert_eq!(Form::after(Some(&other), &late, now()), After::Stays(Stays::OutOfPlace), "{late:?}");
    }
}

#[test]
fn nobody_settles_a_form_while_it_is_sent() {
    let form = by(&[sending(1, now())]);
    let later = now() + Duration::minutes(2);
    for decision in [Happening::Resend, Happening::Again, Happening::Discard(Outcome::Arrived)] {
        assert_eq!(Form::after(Some(&form), &decision, now()), After::Stays(Stays::BeingSent), "{decision:?}");
        assert!(Form::after(Some(&form), &decision, later).changed().is_some(), "{decision:?}");
    }
}

#[test]
fn what_is_not_wanted_covers_what_asked_before() {
    let form = by(&[sending(1, now()), refused(1), Happening::Discard(Outcome::NotWanted)]);
    let asked = |since| turn(Some(&form), Asking { since, hold: false }, now() + Duration::hours(1));
    assert_eq!(asked(now()), Turn::Approve { at: now() });
    assert_eq!(asked(now() + Duration::seconds(1)), Turn::Send { is_interrupted: false });
    let arrived = by(&[sending(1, now()), refused(1), Happening::Discard(Outcome::Arrived)]);
    let later = Asking { since: now() + Duration::hours(1), hold: false };
    assert_eq!(turn(Some(&arrived), later, now() + Duration::hours(2)), Turn::Approve { at: now() });
}

#[test]
fn what_was_issued_is_not_ended_otherwise() {
    let issued = by(&[sending(1, now()), Happening::Issued]);
    let after = |happening| Form::after(Some(&issued), &happening, now());
    assert_eq!(after(Happening::Discard(Outcome::Arrived)), After::Stays(Stays::AsItIs));
    assert_eq!(after(Happening::Discard(Outcome::NotWanted)), After::Stays(Stays::Issued));
    assert_eq!(after(Happening::Resend), After::Stays(Stays::Issued));
    let discarded = by(&[sending(1, now()), refused(1), Happening::Discard(Outcome::Arrived)]);
    let after = |happening| Form::after(Some(&discarded), &happening, now());
    assert_eq!(after(Happening::Discard(Outcome::Arrived)), After::Stays(Stays::AsItIs));
    assert_eq!(after(Happening::Discard(Outcome::NotWanted)), After::Stays(Stays::Discarded));
    assert_eq!(after(Happening::Resend), After::Stays(Stays::Discarded));
}

#[test]
fn a_copy_goes_out_once_beside_what_the_form_was() {
    let issued = by(&[sending(1, now()), Happening::Issued]);
    let due = Form::after(Some(&issued), &Happening::Again, now()).changed().unwrap();
    assert_eq!(Form::after(Some(&due), &Happening::Again, now()), After::Stays(Stays::AsItIs), "one copy at a time");
    let claim = claim(7, now() + Duration::seconds(75));
    let sent = due.after_copy(&CopyHappening::Sending(claim.clone()), now()).unwrap();
    assert_eq!(copy_turn(Some(&sent), now()), CopyTurn::Rest);
    assert_eq!(copy_turn(Some(&sent), now() + Duration::minutes(2)), CopyTurn::GiveUp);
    let refused = CopyHappening::Refused { claim: claim.id.clone(), is_try: true, luck: 0 };
    let waits = sent.after_copy(&refused, now()).unwrap();
    assert_eq!((copy_turn(Some(&waits), now()), waits.copies), (CopyTurn::Rest, 0));
    assert_eq!(copy_turn(Some(&waits), now() + Duration::minutes(1)), CopyTurn::Send);
    let done = sent.after_copy(&CopyHappening::Sent(claim.id), now()).unwrap();
    assert_eq!((copy_turn(Some(&done), now()), done.copies), (CopyTurn::Close, 1));
    for form in [&due, &sent, &waits, &done] {
        assert_eq!((&form.state, form.mails), (&State::Issued { at: now() }, 1));
    }
}

#[test]
fn only_the_last_events_are_named() {
    let named = (0..=60).map(|id| Happening::Asked(event(id)));
    let happenings: Vec<Happening> = std::iter::once(sending(0, now())).chain(named).collect();
    let form = by(&happenings);
    assert_eq!((form.events.len(), form.events.first(), form.events.last()), (50, Some(&event(11)), Some(&event(60))));
}

#[test]
fn a_form_is_forgotten_400_days_after_its_last_day_or_its_end() {
    let form = by(&[sending(1, now()), Happening::Issued]);
    let ends = |days: &str| form.ends_at(days.parse().unwrap()).unwrap().to_string();
    assert_eq!(ends("2026-06-01/2026-06-02"), "2027-07-20 08:00:00 UTC");
    assert_eq!(ends("2026-12-01/2026-12-03"), "2028-01-06 00:00:00 UTC");
    assert_eq!(by(&[sending(1, now())]).ends_at("2026-06-01/2026-06-02".parse().unwrap()), None);
}

/// Anything that may happen, by one of two workers.
fn happening() -> impl Strategy<Value = (Happening, i64)> {
    let seconds = prop_oneof![Just(0_i64), 1..200_i64, 10_000..400_000_i64];
    let what = (1..3_u8, any::<bool>(), 0..13_u8, 0..=1_000_u16).prop_map(|(id, flag, kind, luck)| match kind {
        0..=3 => Happening::Sending { claim: claim(id, DateTime::UNIX_EPOCH), event: event(id), dated: now() },
        4 => Happening::NotSent(ClaimId(id.to_string())),
        5 => Happening::Issued,
        6 | 7 => Happening::Refused { claim: ClaimId(id.to_string()), is_try: flag, luck },
        8 | 9 => Happening::Unknown { claim: ClaimId(id.to_string()), hold: flag, luck },
        10 => Happening::LeftToPerson,
        11 => {
            if flag {
                Happening::Resend
            } else {
                Happening::Again
            }
        }
        _ => Happening::Discard(if flag { Outcome::Arrived } else { Outcome::NotWanted }),
    });
    (what, seconds)
}

/// Plays what workers and people do: a worker sends only when it is the form's turn.
fn play(happenings: Vec<(Happening, i64)>, mut each: impl FnMut(Option<&Form>, &Happening, &After, DateTime<Utc>)) {
    let (mut form, mut time): (Option<Form>, _) = (None, now());
    for (happening, seconds) in happenings {
        time += Duration::seconds(seconds);
        let happening = match happening {
            Happening::Sending { claim, event, dated } => {
                let turn = turn(form.as_ref(), Asking { since: now(), hold: false }, time);
                if !matches!(turn, Turn::Send { .. }) {
                    continue;
                }
                let claim = Claim::new(claim.id, time + Duration::seconds(75));
                Happening::Sending { claim, event, dated }
            }
            other => other,
        };
        let after = Form::after(form.as_ref(), &happening, time);
        each(form.as_ref(), &happening, &after, time);
        form = after.changed().or(form);
    }
}

fn counts_as_issued(form: &Form) -> bool {
    matches!(form.state, State::Issued { .. } | State::Discarded { outcome: Outcome::Arrived, .. })
}

proptest! {
    #[test]
    fn nothing_loses_that_a_form_was_issued(happenings in proptest::collection::vec(happening(), 0..40)) {
        play(happenings, |before, happening, after, _| {
            if let (Some(before), After::Becomes(form)) = (before, after) {
                assert!(!counts_as_issued(before) || form.state == before.state, "{before:?} by {happening:?}");
            }
        });
    }

    #[test]
    fn only_an_issue_a_person_or_a_new_mail_ends_a_doubt(happenings in proptest::collection::vec(happening(), 0..40)) {
        play(happenings, |before, happening, after, _| {
            let Some(before) = before.filter(|form| matches!(form.state, State::InDoubt | State::Held)) else { return };
            let After::Becomes(form) = after else { return };
            let may = matches!(happening, Happening::Issued | Happening::Sending { .. } | Happening::LeftToPerson
                | Happening::Resend | Happening::Again | Happening::Discard(_));
            assert!(may || form.state == before.state, "{before:?} by {happening:?}");
        });
    }

    #[test]
    fn every_happening_counts_once(happenings in proptest::collection::vec(happening(), 0..40)) {
        play(happenings, |_, happening, after, time| {
            // What a worker does is repeated only after it was read that it has not happened.
            let After::Becomes(form) = after else { return };
            let repeated = Form::after(Some(form), happening, time);
            let is_other = matches!(&repeated, After::Becomes(again) if again.state != form.state || again.mails != form.mails);
            assert!(!is_other, "{happening:?} on {form:?}: {repeated:?}");
        });
    }

    #[test]
    fn there_are_no_more_than_three_mails_without_a_person(happenings in proptest::collection::vec(happening(), 0..60)) {
        let (mut sent, mut orders) = (0, 0);
        play(happenings, |_, happening, after, _| {
            let After::Becomes(form) = after else { return };
            match happening {
                Happening::Sending { .. } => sent += 1,
                Happening::Refused { .. } | Happening::NotSent(_) => sent -= 1,
                Happening::Resend | Happening::Again if form.state == State::Due => orders += 1,
                Happening::Discard(Outcome::NotWanted) => orders += 1,
                _ => {}
            }
            assert!(sent <= 3 + orders, "{sent} mails, {orders} orders: {form:?}");
            assert_eq!(form.mails, u32::try_from(sent).unwrap());
        });
    }
}
