//! The states of a form.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use moffman::domain::form::{AskingEvent, Claim, ClaimId, Form, Happening, Outcome};

use crate::pages::page;

/// A form in each state, and none; under a claim that is over and one that is not.
fn forms_in_every_state() -> Vec<(Option<Form>, DateTime<Utc>)> {
    let now: DateTime<Utc> = "2026-06-15T08:00:00Z".parse().unwrap();
    let mut forms = vec![(None, now)];
    for _ in 0..4 {
        let next = forms.iter().flat_map(|(form, now)| {
            let happened = happenings(*now).into_iter().filter_map(|happening| {
                let form = Form::after(form.as_ref(), &happening, *now).changed()?;
                Some((Some(form), *now))
            });
            happened.chain([(form.clone(), *now + Duration::days(4))]).collect::<Vec<_>>()
        });
        let mut known = BTreeSet::new();
        let next: Vec<_> = next.filter(|(form, now)| known.insert(format!("{form:?} {now}"))).collect();
        forms.extend(next);
    }
    forms
}

fn happenings(now: DateTime<Utc>) -> Vec<Happening> {
    let id = || ClaimId("worker".to_owned());
    let claim = Claim::new(id(), now + Duration::seconds(75));
    let event = AskingEvent { calendar: "prague@example.com".into(), event: "e1".into() };
    let mut happenings = vec![
        Happening::Sending { claim, event, dated: now },
        Happening::NotSent(id()),
        Happening::Issued,
        Happening::LeftToPerson,
        Happening::Resend,
        Happening::Again,
        Happening::Discard(Outcome::Arrived),
        Happening::Discard(Outcome::NotWanted),
    ];
    for flag in [false, true] {
        happenings.push(Happening::Refused { claim: id(), is_try: flag, luck: 0 });
        happenings.push(Happening::Unknown { claim: id(), hold: flag, luck: 0 });
    }
    happenings
}

#[test]
fn the_drawing_of_a_forms_states_is_what_the_code_does() {
    let name = |form: Option<&Form>| form.map_or_else(|| "[*]".to_owned(), |form| form.state.to_string());
    let mut real = BTreeSet::new();
    for (form, now) in forms_in_every_state() {
        for happening in happenings(now) {
            if let Some(after) = Form::after(form.as_ref(), &happening, now).changed() {
                let (from, to) = (name(form.as_ref()), name(Some(&after)));
                real.extend((from != to).then_some((from, to)));
            }
        }
    }
    let page = page("shared/README.md");
    let drawn: BTreeSet<(String, String)> = page
        .lines()
        .filter_map(|line| line.trim().split_once(" --> "))
        .map(|(from, rest)| (from.to_owned(), rest.split_once(':').map_or(rest, |(to, _)| to).to_owned()))
        .collect();
    assert_eq!(drawn, real);
}
