//! The forms that a sweep met, each once however many events and calendars ask for it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::form::{Form, FormKey, State};
use crate::store::left_form::LeftForm;
use crate::store::open_record::OpenRecord;
use crate::store::shard_run::OpenForms;

/// The forms that a sweep met.
pub type MetForms = BTreeMap<FormKey, MetForm>;

/// A form that a sweep met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetForm {
    /// When somebody first found that it is not settled.
    since: DateTime<Utc>,
    /// Whether an event asks for it.
    pub(super) is_asked: bool,
    how_far: HowFar,
}

/// How far a form has come. Where two calendars met it at different times, the greater one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum HowFar {
    /// It is due, or being sent, or was not read.
    Due,
    Waiting,
    InDoubt,
    Settled,
    Held,
}

impl HowFar {
    fn of(form: Option<&Form>, now: DateTime<Utc>) -> Self {
        match form.map(|form| &form.state) {
            None | Some(State::Due) => Self::Due,
            Some(State::Sending(claim)) if claim.runs(now) => Self::Due,
            Some(State::Sending(_) | State::InDoubt) => Self::InDoubt,
            Some(State::Waiting) => Self::Waiting,
            Some(State::Held) => Self::Held,
            Some(State::Issued { .. } | State::Discarded { .. }) => Self::Settled,
        }
    }
}

impl MetForm {
    /// The form of an open record; `form` is what is known of it.
    pub(super) fn of_record(record: &OpenRecord, form: Option<&Form>, now: DateTime<Utc>) -> Self {
        Self { since: record.recorded_at, is_asked: !record.is_gone, how_far: HowFar::of(form, now) }
    }

    /// A form that its event has left behind; `form` is what is known of it.
    pub(super) fn of_left(left: &LeftForm, form: Option<&Form>, now: DateTime<Utc>) -> Self {
        Self { since: left.left_at, is_asked: false, how_far: HowFar::of(form, now) }
    }

    fn and(self, other: Self) -> Self {
        Self {
            since: self.since.min(other.since),
            is_asked: self.is_asked || other.is_asked,
            how_far: self.how_far.max(other.how_far),
        }
    }
}

/// Adds a form, which may have been met before.
pub(super) fn meet(met: &mut MetForms, key: FormKey, form: MetForm) {
    met.entry(key).and_modify(|before| *before = before.and(form)).or_insert(form);
}

/// Adds forms, of which some may have been met before.
pub(super) fn meet_all(met: &mut MetForms, others: MetForms) {
    for (key, form) in others {
        meet(met, key, form);
    }
}

/// Counts the forms that are neither issued nor discarded.
pub(super) fn count(met: &MetForms) -> OpenForms {
    let open = || met.values().filter(|form| form.how_far != HowFar::Settled);
    let in_state = |how_far| open().filter(|form| form.how_far == how_far).count();
    OpenForms {
        open: open().count(),
        held: in_state(HowFar::Held),
        waiting: in_state(HowFar::Waiting),
        in_doubt: in_state(HowFar::InDoubt),
        without_event: open().filter(|form| !form.is_asked).count(),
        oldest_at: open().map(|form| form.since).min(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;

    fn key(day: u32) -> FormKey {
        let days = format!("2026-06-{day:02}/2026-06-{:02}", day + 1).parse().unwrap();
        FormKey { person: Email::parse("anna@example.com").unwrap().key(), days }
    }

    fn met(seconds: i64, is_asked: bool, how_far: HowFar) -> MetForm {
        MetForm { since: DateTime::from_timestamp(seconds, 0).unwrap(), is_asked, how_far }
    }

    #[test]
    fn a_form_counts_once_however_often_it_is_met() {
        let mut forms = MetForms::new();
        for form in [met(9, false, HowFar::Due), met(5, true, HowFar::Held), met(7, false, HowFar::InDoubt)] {
            meet(&mut forms, key(1), form);
        }
        meet(&mut forms, key(2), met(3, false, HowFar::InDoubt));
        meet(&mut forms, key(3), met(1, true, HowFar::Settled));
        let counted = count(&forms);
        assert_eq!((counted.open, counted.held, counted.in_doubt, counted.waiting), (2, 1, 1, 0));
        assert_eq!((counted.without_event, counted.oldest_at), (1, DateTime::from_timestamp(3, 0)));
        assert_eq!(count(&MetForms::new()), OpenForms::default());
    }
}
