//! The part of [`Form`] that gives its next state when something happens to it.

use chrono::{DateTime, Utc};

use super::claim::{Claim, ClaimId};
use super::failures::Failures;
use super::state::{AskingEvent, Form, MOST_MAILS, OrderedCopy, Outcome, State};

/// Something that happens to a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Somebody is about to send it for an event, which last changed at `dated`.
    Sending {
        /// The right under which it is sent.
        claim: Claim,
        /// The event that asks for it.
        event: AskingEvent,
        /// The last change of the event.
        dated: DateTime<Utc>,
    },
    /// Whoever was about to send it did not.
    NotSent(ClaimId),
    /// It was issued. That counts whoever has the claim by now.
    Issued,
    /// It was not issued: the form service said so, or was not reached.
    Refused {
        /// Who had sent it.
        claim: ClaimId,
        /// Whether the form service was reached.
        is_try: bool,
        /// How much of the possible wait is added, in thousandths.
        luck: u16,
    },
    /// Nobody knows whether it was issued.
    Unknown {
        /// Who had sent it.
        claim: ClaimId,
        /// Whether a person is asked at once.
        hold: bool,
        /// How much of the possible wait is added, in thousandths.
        luck: u16,
    },
    /// A worker finds that it must not be sent again without a person.
    LeftToPerson,
    /// One more event asks for it.
    Asked(AskingEvent),
    /// A person has it sent.
    Resend,
    /// A person orders a copy of what is issued or discarded.
    Again,
    /// A person ends it.
    Discard(Outcome),
}

/// What became of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// It becomes this form.
    Becomes(Form),
    /// It stays as it is.
    Stays(Stays),
}

/// Why a form stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// It is already what it would become.
    AsItIs,
    /// Somebody sends it.
    BeingSent,
    /// It was issued.
    Issued,
    /// A person ended it.
    Discarded,
    /// Nobody asked for it, or what happened is not about its present state.
    OutOfPlace,
}

impl After {
    /// The form that is to be written, if any is.
    pub fn changed(self) -> Option<Form> {
        match self {
            Self::Becomes(form) => Some(form),
            Self::Stays(_) => None,
        }
    }
}

impl Form {
    /// What a form becomes by `happening`; it is `None` before anybody sends it.
    pub fn after(form: Option<&Self>, happening: &Happening, now: DateTime<Utc>) -> After {
        match (form, happening) {
            (None, Happening::Sending { claim, event, dated }) => {
                After::Becomes(Self::new(State::Due, *dated).sent_by(claim).asked_by(event))
            }
            // Its item is gone, and it was issued all the same.
            (None, Happening::Issued) => After::Becomes(Self::new(State::Issued { at: now }, now)),
            (None, Happening::Discard(outcome)) => {
                After::Becomes(Self::new(State::Discarded { outcome: *outcome, at: now }, now))
            }
            // The next sweep sends it anyway.
            (None, Happening::Resend | Happening::Again) => After::Stays(Stays::AsItIs),
            (None, _) => After::Stays(Stays::OutOfPlace),
            (Some(form), happening) => form.clone().then(happening, now),
        }
    }

    fn then(self, happening: &Happening, now: DateTime<Utc>) -> After {
        match happening {
            Happening::Sending { claim, event, .. } => self.sending(claim, event, now),
            Happening::NotSent(claim) => self.under(claim, Self::not_sent),
            Happening::Issued => self.issued(now),
            Happening::Refused { claim, is_try, luck } => self.under(claim, |form| form.refused(*is_try, now, *luck)),
            Happening::Unknown { claim, hold, luck } => self.under(claim, |form| form.unknown(*hold, now, *luck)),
            Happening::LeftToPerson => self.left_to_person(now),
            Happening::Asked(event) if self.events.contains(event) => After::Stays(Stays::AsItIs),
            Happening::Asked(event) => After::Becomes(self.asked_by(event)),
            Happening::Resend => self.resend(now),
            Happening::Again => self.again(now),
            Happening::Discard(outcome) => self.discard(*outcome, now),
        }
    }

    fn sending(mut self, claim: &Claim, event: &AskingEvent, now: DateTime<Utc>) -> After {
        match &self.state {
            State::Sending(other) if other.runs(now) => return After::Stays(Stays::BeingSent),
            State::Held => return After::Stays(Stays::OutOfPlace),
            State::Issued { .. } => return After::Stays(Stays::Issued),
            State::Discarded { outcome: Outcome::Arrived, .. } => return After::Stays(Stays::Discarded),
            State::Discarded { outcome: Outcome::NotWanted, .. } => self.failures = None,
            State::Due | State::Waiting | State::InDoubt | State::Sending(_) => {}
        }
        After::Becomes(self.sent_by(claim).asked_by(event))
    }

    /// The mail is counted before it is sent: whoever sends it may never tell.
    fn sent_by(mut self, claim: &Claim) -> Self {
        self.mails += 1;
        self.state = State::Sending(claim.clone());
        self
    }

    /// Applies what only the worker that sends the form may say.
    fn under(self, claim: &ClaimId, then: impl FnOnce(Self) -> Self) -> After {
        match &self.state {
            State::Sending(own) if own.id == *claim => After::Becomes(then(self)),
            _ => After::Stays(Stays::OutOfPlace),
        }
    }

    fn not_sent(mut self) -> Self {
        self.mails = self.mails.saturating_sub(1);
        self.state = match self.failures {
            _ if self.is_ordered => State::Due,
            _ if self.mails > 0 => State::InDoubt,
            Some(_) => State::Waiting,
            None => State::Due,
        };
        self
    }

    fn issued(mut self, now: DateTime<Utc>) -> After {
        match self.state {
            State::Issued { .. } | State::Discarded { outcome: Outcome::Arrived, .. } => After::Stays(Stays::AsItIs),
            _ => {
                self.settle(State::Issued { at: now });
                After::Becomes(self)
            }
        }
    }

    /// Ends it; failures and a person's order are over then.
    fn settle(&mut self, state: State) {
        (self.state, self.failures, self.is_ordered) = (state, None, false);
    }

    /// Only a refusal takes a mail off the count.
    fn refused(mut self, is_try: bool, now: DateTime<Utc>, luck: u16) -> Self {
        self.mails = self.mails.saturating_sub(1);
        let failures = Failures::one_more(self.failures, is_try, now, luck);
        self.failed(failures, failures.gives_up(now), State::Waiting)
    }

    fn unknown(self, hold: bool, now: DateTime<Utc>, luck: u16) -> Self {
        let failures = Failures::one_more(self.failures, true, now, luck);
        let is_held = hold || self.is_ordered || self.mails >= MOST_MAILS || failures.gives_up(now);
        self.failed(failures, is_held, State::InDoubt)
    }

    fn failed(mut self, failures: Failures, is_held: bool, state: State) -> Self {
        self.failures = Some(failures);
        self.state = if is_held { State::Held } else { state };
        self.is_ordered &= !is_held;
        self
    }

    fn left_to_person(mut self, now: DateTime<Utc>) -> After {
        match &self.state {
            State::InDoubt => {}
            State::Waiting if self.is_doubtful() => {}
            State::Sending(claim) if !claim.runs(now) => {}
            _ => return After::Stays(Stays::OutOfPlace),
        }
        (self.state, self.is_ordered) = (State::Held, false);
        After::Becomes(self)
    }

    fn resend(mut self, now: DateTime<Utc>) -> After {
        match &self.state {
            State::Sending(claim) if claim.runs(now) => After::Stays(Stays::BeingSent),
            State::Issued { .. } => After::Stays(Stays::Issued),
            State::Discarded { .. } => After::Stays(Stays::Discarded),
            State::Due if self.is_ordered => After::Stays(Stays::AsItIs),
            State::Due | State::Sending(_) | State::Waiting | State::InDoubt | State::Held => {
                (self.state, self.failures, self.is_ordered) = (State::Due, None, true);
                After::Becomes(self)
            }
        }
    }

    fn again(mut self, now: DateTime<Utc>) -> After {
        if !matches!(self.state, State::Issued { .. } | State::Discarded { .. }) {
            return self.resend(now);
        }
        match &self.copy {
            Some(OrderedCopy { claim: Some(_), .. }) => After::Stays(Stays::BeingSent),
            Some(OrderedCopy { claim: None, .. }) => After::Stays(Stays::AsItIs),
            None => {
                self.copy = Some(OrderedCopy { claim: None, failures: None });
                After::Becomes(self)
            }
        }
    }

    fn discard(mut self, outcome: Outcome, now: DateTime<Utc>) -> After {
        match (&self.state, outcome) {
            (State::Sending(claim), _) if claim.runs(now) => After::Stays(Stays::BeingSent),
            (State::Issued { .. }, Outcome::Arrived) => After::Stays(Stays::AsItIs),
            (State::Issued { .. }, Outcome::NotWanted) => After::Stays(Stays::Issued),
            (State::Discarded { outcome: earlier, .. }, _) if *earlier == outcome => After::Stays(Stays::AsItIs),
            (State::Discarded { outcome: Outcome::Arrived, .. }, _) => After::Stays(Stays::Discarded),
            _ => {
                self.settle(State::Discarded { outcome, at: now });
                After::Becomes(self)
            }
        }
    }
}
