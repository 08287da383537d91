//! The part of [`Form`] that gives the next state of a copy that a person ordered. The form itself keeps its state.

use chrono::{DateTime, Utc};

use super::claim::{Claim, ClaimId};
use super::failures::Failures;
use super::state::{Form, OrderedCopy};

/// Something that happens to a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyHappening {
    /// Somebody is about to send it.
    Sending(Claim),
    /// Whoever was about to send it did not.
    NotSent(ClaimId),
    /// It was refused, or the form service was not reached.
    Refused {
        /// Who had sent it.
        claim: ClaimId,
        /// Whether the form service was reached.
        is_try: bool,
        /// How much of the possible wait is added, in thousandths.
        luck: u16,
    },
    /// It was issued, or may have been: a copy goes out once.
    Sent(ClaimId),
    /// It is given up: whoever sent it never told, or its person is not registered any more.
    GivenUp,
}

impl Form {
    /// What the form becomes; `None` if `happening` does not fit the present copy.
    #[must_use]
    pub fn after_copy(&self, happening: &CopyHappening, now: DateTime<Utc>) -> Option<Self> {
        let copy = self.copy.as_ref()?;
        let is_own = |id: &ClaimId| copy.claim.as_ref().is_some_and(|claim| claim.id == *id);
        let is_claimed = copy.claim.as_ref().is_some_and(|claim| claim.runs(now));
        let mut form = self.clone();
        let failures = copy.failures;
        (form.copy, form.copies) = match happening {
            CopyHappening::Sending(claim) if copy.claim.is_none() => {
                (Some(OrderedCopy { claim: Some(claim.clone()), failures }), self.copies + 1)
            }
            CopyHappening::NotSent(id) if is_own(id) => {
                (Some(OrderedCopy { claim: None, failures }), self.copies.saturating_sub(1))
            }
            CopyHappening::Refused { claim, is_try, luck } if is_own(claim) => {
                let failures = Some(Failures::one_more(failures, *is_try, now, *luck));
                (Some(OrderedCopy { claim: None, failures }), self.copies.saturating_sub(1))
            }
            CopyHappening::Sent(id) if is_own(id) => (None, self.copies),
            CopyHappening::GivenUp if !is_claimed => (None, self.copies),
            _ => return None,
        };
        Some(form)
    }
}
