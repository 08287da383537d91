//! Anything that items may hold, for properties.

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::domain::date_range::DateRange;
use crate::domain::email::{Email, PersonKey};
use crate::domain::event::{Event, EventKind, Marks};
use crate::domain::form::{AskingEvent, Claim, ClaimId, Failures, Form, FormKey, OrderedCopy, Outcome, State};

/// In whole milliseconds, as the clock gives them.
pub(super) fn instants() -> impl Strategy<Value = DateTime<Utc>> + Clone {
    (0..4_000_000_000_000_i64).prop_map(|milliseconds| DateTime::from_timestamp_millis(milliseconds).unwrap())
}

pub(super) fn days() -> impl Strategy<Value = DateRange> + Clone {
    (0..20_000_u64, 0..400_u64).prop_map(|(first, length)| {
        let start = NaiveDate::default() + Days::new(first);
        DateRange::new(start, start + Days::new(length)).unwrap()
    })
}

fn emails() -> impl Strategy<Value = Email> + Clone {
    "[a-zA-Z0-9.]{1,20}@[a-z]{1,9}\\.[a-z]{2}".prop_map(|text| Email::parse(&text).unwrap())
}

pub(super) fn form_keys() -> impl Strategy<Value = FormKey> + Clone {
    let people = emails().prop_map(|email| -> PersonKey { email.key() });
    (people, days()).prop_map(|(person, days)| FormKey { person, days })
}

fn texts() -> impl Strategy<Value = Option<String>> + Clone {
    option::of(".*")
}

fn marks() -> impl Strategy<Value = Marks> {
    (texts(), texts(), texts(), option::of(days())).prop_map(|(processed, reservation, approved, approved_dates)| {
        Marks { processed, reservation, approved_event: approved.map(Into::into), approved_dates }
    })
}

pub(super) fn events() -> impl Strategy<Value = Event> {
    let names = (".*", ".*", texts(), texts(), texts());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let kinds = prop_oneof![Just(EventKind::Single), Just(EventKind::Series), Just(EventKind::Special)];
    let rest = (kinds, option::of(emails()), option::of(instants()), option::of(days()), marks());
    (names, flags, rest).prop_map(|((id, etag, title, series, url), (cancelled, timed, fixed), rest)| {
        let (kind, creator, updated, days, marks) = rest;
        let (id, etag, series) = (id.into(), etag.into(), series.map(Into::into));
        Event { id, etag, cancelled, kind, creator, updated, days, timed, title, series, fixed, marks, url }
    })
}

fn claims() -> impl Strategy<Value = Claim> {
    (".*", instants()).prop_map(|(id, until)| Claim::new(ClaimId(id), until))
}

fn failures() -> impl Strategy<Value = Failures> {
    let counts = (any::<u32>(), any::<u32>());
    (counts, instants(), instants()).prop_map(|((count, tries), since, next_try_at)| Failures {
        count,
        tries,
        since,
        next_try_at,
    })
}

fn states() -> impl Strategy<Value = State> {
    let outcomes = prop_oneof![Just(Outcome::Arrived), Just(Outcome::NotWanted)];
    prop_oneof![
        prop_oneof![Just(State::Due), Just(State::Waiting), Just(State::InDoubt), Just(State::Held)],
        claims().prop_map(State::Sending),
        instants().prop_map(|at| State::Issued { at }),
        (outcomes, instants()).prop_map(|(outcome, at)| State::Discarded { outcome, at }),
    ]
}

pub(super) fn forms() -> impl Strategy<Value = Form> {
    let copies =
        (option::of(claims()), option::of(failures())).prop_map(|(claim, failures)| OrderedCopy { claim, failures });
    let asking = (".*", ".*")
        .prop_map(|(calendar, event): (String, String)| AskingEvent { calendar: calendar.into(), event: event.into() });
    let counts = (any::<u32>(), any::<u32>(), any::<bool>());
    (states(), counts, option::of(failures()), option::of(copies), instants(), vec(asking, 0..4)).prop_map(
        |(state, (mails, copies, is_ordered), failures, copy, dated, events)| Form {
            state,
            mails,
            is_ordered,
            failures,
            copy,
            copies,
            dated,
            events,
        },
    )
}
