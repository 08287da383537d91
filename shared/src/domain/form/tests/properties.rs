//! What is true of a form whatever workers and people do to it, and to its copies.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Something that is tried.
#[derive(Clone, Debug)]
enum Attempt {
    /// A worker looks whether it is to send the form, or to leave it to a person.
    Work {
        /// Its number.
        id: u8,
        /// For how many seconds the event has asked.
        asks_for: i64,
        /// The policy that it knows.
        hold: bool,
    },
    /// A worker looks whether it is to send a copy.
    WorkOnCopy {
        /// Its number.
        id: u8,
    },
    /// This happens to the form, if it is about it as it is.
    Form(Happening),
    /// This happens to a copy, if it is about it as it is.
    Copy(CopyHappening),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Happened {
    /// To the form; a worker that had it happen knew this policy.
    Form(Happening, Option<bool>),
    /// To a copy of it.
    Copy(CopyHappening),
}

/// What one happening made of a form.
struct Step<'a> {
    before: Option<&'a Form>,
    happened: &'a Happened,
    /// `None` where the form stays as it is.
    after: Option<&'a Form>,
    time: DateTime<Utc>,
}

fn seconds() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0_i64), 1..200_i64, 10_000..400_000_i64]
}

/// Anything that may be tried by one of two workers or by a person, and how long after what was tried before.
fn attempt() -> impl Strategy<Value = (Attempt, i64)> {
    let id = 1..3_u8;
    let luck = 0..=1_000_u16;
    let what = (id, any::<bool>(), any::<bool>(), luck, seconds(), 0..20_u8);
    let what = what.prop_map(|(id, flag, hold, luck, asks_for, kind)| {
        let claim = ClaimId(id.to_string());
        match kind {
            0..=4 => Attempt::Work { id, asks_for, hold },
            5 => Attempt::Form(Happening::NotSent(claim)),
            6 => Attempt::Form(Happening::Issued),
            7 | 8 => Attempt::Form(Happening::Refused { claim, is_try: flag, luck }),
            9 | 10 => Attempt::Form(Happening::Unknown { claim, hold, luck }),
            11 => Attempt::Form(Happening::Asked(event(id))),
            12 => Attempt::Form(if flag { Happening::Resend } else { Happening::Again }),
            13 => Attempt::Form(Happening::Again),
            14 => Attempt::Form(Happening::Discard(if flag { Outcome::Arrived } else { Outcome::NotWanted })),
            15 | 16 => Attempt::WorkOnCopy { id },
            17 => Attempt::Copy(CopyHappening::Refused { claim, is_try: flag, luck }),
            18 => Attempt::Copy(CopyHappening::Sent(claim)),
            _ if flag => Attempt::Copy(CopyHappening::NotSent(claim)),
            _ => Attempt::Copy(CopyHappening::GivenUp),
        }
    });
    (what, seconds())
}

fn attempts() -> impl Strategy<Value = Vec<(Attempt, i64)>> {
    vec(attempt(), 0..60)
}

/// The same, with one policy everywhere.
fn attempts_under_hold() -> impl Strategy<Value = Vec<(Attempt, i64)>> {
    let under_hold = |(attempt, pause)| {
        let attempt = match attempt {
            Attempt::Work { id, asks_for, .. } => Attempt::Work { id, asks_for, hold: true },
            Attempt::Form(Happening::Unknown { claim, luck, .. }) => {
                Attempt::Form(Happening::Unknown { claim, hold: true, luck })
            }
            other => other,
        };
        (attempt, pause)
    };
    vec(attempt().prop_map(under_hold), 0..60)
}

impl Attempt {
    /// What is about to happen at `time`: a worker sends only where it is the form's turn.
    fn at(self, form: Option<&Form>, time: DateTime<Utc>) -> Option<Happened> {
        let lease = |id| claim(id, time + Duration::seconds(75));
        match self {
            Self::Work { id, asks_for, hold } => {
                let happening = match turn(form, Asking { since: time - Duration::seconds(asks_for), hold }, time) {
                    Turn::Send { .. } => Happening::Sending { claim: lease(id), event: event(id), dated: time },
                    Turn::Leave { .. } => Happening::LeftToPerson,
                    _ => return None,
                };
                Some(Happened::Form(happening, Some(hold)))
            }
            Self::WorkOnCopy { id } => match copy_turn(form, time) {
                CopyTurn::Send => Some(Happened::Copy(CopyHappening::Sending(lease(id)))),
                CopyTurn::GiveUp => Some(Happened::Copy(CopyHappening::GivenUp)),
                CopyTurn::Close | CopyTurn::Rest => None,
            },
            Self::Form(happening) => Some(Happened::Form(happening, None)),
            Self::Copy(happening) => Some(Happened::Copy(happening)),
        }
    }
}

impl Happened {
    fn to(&self, form: Option<&Form>, time: DateTime<Utc>) -> Option<Form> {
        match self {
            Self::Form(happening, _) => Form::after(form, happening, time).changed(),
            Self::Copy(happening) => form?.after_copy(happening, time),
        }
    }
}

/// Plays what workers and people do.
fn play(attempts: Vec<(Attempt, i64)>, mut each: impl FnMut(&Step<'_>)) {
    let (mut form, mut time): (Option<Form>, _) = (None, now());
    for (attempt, seconds) in attempts {
        time += Duration::seconds(seconds);
        let Some(happened) = attempt.at(form.as_ref(), time) else { continue };
        let after = happened.to(form.as_ref(), time);
        each(&Step { before: form.as_ref(), happened: &happened, after: after.as_ref(), time });
        form = after.or(form);
    }
}

fn counts_as_issued(form: &Form) -> bool {
    matches!(form.state, State::Issued { .. } | State::Discarded { outcome: Outcome::Arrived, .. })
}

/// What persons and workers know of the mails of a form, counted apart from it.
#[derive(Debug, Default)]
struct Mails {
    /// How many mails were sent and neither refused nor taken back.
    sent: u32,
    /// How many mails a person had sent, or asked for by ending the form as not wanted.
    ordered: u32,
    /// How many mails have had an unknown outcome since a person last decided, or since the form was issued.
    unknown: u32,
    /// How many mails are on their way: one at most.
    on_its_way: u32,
}

impl Mails {
    /// Counts what has changed the form to `form`.
    fn count(&mut self, happening: &Happening, form: &Form) {
        match happening {
            Happening::Sending { .. } => {
                self.sent += 1;
                // A mail that is still on its way has a sender who will never say what became of it.
                self.unknown += std::mem::replace(&mut self.on_its_way, 1);
            }
            Happening::Refused { .. } | Happening::NotSent(_) => {
                self.sent -= 1;
                self.on_its_way = 0;
            }
            Happening::Unknown { .. } | Happening::LeftToPerson => self.unknown += std::mem::take(&mut self.on_its_way),
            Happening::Resend | Happening::Again if form.is_settled() => {}
            Happening::Resend | Happening::Again | Happening::Discard(_) => {
                self.ordered += u32::from(!matches!(happening, Happening::Discard(Outcome::Arrived)));
                (self.unknown, self.on_its_way) = (0, 0);
            }
            Happening::Issued => (self.unknown, self.on_its_way) = (0, 0),
            Happening::Asked(_) => {}
        }
    }
}

/// Plays it, and counts the mails beside it. `each` is told what was counted before.
fn play_and_count(attempts: Vec<(Attempt, i64)>, mut each: impl FnMut(&Step<'_>, &Mails)) {
    let mut mails = Mails::default();
    play(attempts, |step| {
        each(step, &mails);
        if let (Happened::Form(happening, _), Some(form)) = (step.happened, step.after) {
            mails.count(happening, form);
            assert_eq!(form.mails, mails.sent, "{happening:?}: {form:?}");
        }
    });
}

proptest! {
    #[test]
    fn nothing_loses_that_a_form_was_issued(attempts in attempts()) {
        play(attempts, |step| {
            if let (Some(before), Some(form)) = (step.before, step.after) {
                let is_kept = !counts_as_issued(before) || form.state == before.state;
                assert!(is_kept, "{before:?} by {:?}", step.happened);
            }
        });
    }

    #[test]
    fn only_an_issue_a_person_or_a_new_mail_ends_a_doubt(attempts in attempts()) {
        play(attempts, |step| {
            let Some(before) = step.before.filter(|form| matches!(form.state, State::InDoubt | State::Held)) else { return };
            let Some(form) = step.after else { return };
            let may = matches!(step.happened, Happened::Form(Happening::Issued | Happening::Sending { .. }
                | Happening::LeftToPerson | Happening::Resend | Happening::Again | Happening::Discard(_), _));
            assert!(may || form.state == before.state, "{before:?} by {:?}", step.happened);
        });
    }

    #[test]
    fn every_happening_counts_once(attempts in attempts()) {
        play(attempts, |step| {
            // What a worker does is repeated only after it was read that it has not happened.
            let Some(form) = step.after else { return };
            let repeated = step.happened.to(Some(form), step.time);
            assert!(repeated.as_ref().is_none_or(|again| again == form), "{:?} on {form:?}: {repeated:?}", step.happened);
        });
    }

    #[test]
    fn there_are_no_more_than_three_mails_without_a_person(attempts in attempts()) {
        play_and_count(attempts, |step, mails| {
            assert!(mails.sent <= 3 + mails.ordered, "{mails:?}: {:?}", step.before);
        });
    }

    #[test]
    fn under_hold_there_is_no_more_than_one_mail_without_a_person(attempts in attempts_under_hold()) {
        play_and_count(attempts, |step, mails| {
            assert!(mails.sent <= 1 + mails.ordered, "{mails:?}: {:?}", step.before);
        });
    }

    #[test]
    fn nothing_is_sent_under_hold_while_nobody_knows_of_a_mail_whatever_the_policy_was(attempts in attempts()) {
        play_and_count(attempts, |step, mails| {
            if let (Happened::Form(Happening::Sending { .. }, Some(true)), Some(_)) = (step.happened, step.after) {
                assert_eq!(mails.unknown + mails.on_its_way, 0, "{:?}", step.before);
            }
        });
    }

    #[test]
    fn only_an_issue_or_a_person_has_a_mail_forgotten_of_which_nobody_knows(attempts in attempts()) {
        play_and_count(attempts, |step, mails| {
            let Some(form) = step.before else { return };
            assert!(form.mails >= mails.unknown + mails.on_its_way, "{mails:?}: {form:?}");
            assert!(mails.unknown == 0 || form.is_doubtful(), "{mails:?}: {form:?}");
        });
    }

    #[test]
    fn each_order_has_at_most_one_copy_sent(attempts in attempts()) {
        let (mut sent, mut orders) = (0, 0);
        play(attempts, |step| {
            let Some(form) = step.after else { return };
            match step.happened {
                Happened::Form(Happening::Again, _) => orders += u32::from(form.is_settled()),
                Happened::Copy(CopyHappening::Sending(_)) => sent += 1,
                Happened::Copy(CopyHappening::Refused { .. } | CopyHappening::NotSent(_)) => sent -= 1,
                Happened::Copy(CopyHappening::Sent(_) | CopyHappening::GivenUp) | Happened::Form(..) => {}
            }
            assert!(sent <= orders, "{sent} copies, {orders} orders: {form:?}");
            assert_eq!(form.copies, sent, "{form:?}");
        });
    }

    #[test]
    fn a_copy_changes_nothing_else_of_its_form(attempts in attempts()) {
        play(attempts, |step| {
            if let (Happened::Copy(_), Some(before), Some(form)) = (step.happened, step.before, step.after) {
                let Form { copy, copies, .. } = before.clone();
                assert_eq!(&Form { copy, copies, ..form.clone() }, before);
            }
        });
    }
}
