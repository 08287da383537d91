use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::domain::calendar_id::CalendarId;

mod properties;

fn now() -> DateTime<Utc> {
    "2026-06-15T08:00:00Z".parse().unwrap()
}

fn claim(id: u8, until: DateTime<Utc>) -> Claim {
    Claim::new(ClaimId(id.to_string()), until)
}

fn event(id: u8) -> AskingEvent {
    AskingEvent { calendar: CalendarId::from("prague@example.com"), event: format!("e{id}").into() }
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
    // A mail is as unknown when the process that sent it never says what became of it.
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
