//! One form, for a person and days, as the table and Byroapi have it. Finds what must never become of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::table::WireForm;

/// How many more mails the policy `resend` allows while the outcome is unknown.
const MOST_REPEATED: u32 = 2;
/// A form that was announced so often may wait for a person under any policy.
const ENOUGH_SENDINGS: u32 = 3;

/// Something that was true of a form at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// An answer of Byroapi did not say what became of it.
    Unknown,
    /// Byroapi did not say what became of it, or its sender may have been unable to write that down.
    InDoubt,
    /// The table said that events may be approved on it.
    Settled,
    /// The table said that it went out or arrived.
    Issued,
    /// The table said that a person ended it.
    Discarded,
}

/// What is known of a form.
#[derive(Debug, Default)]
pub struct FormHistory {
    /// Its item in the table.
    item: Option<WireForm>,
    marks: BTreeSet<Mark>,
    /// The processes with the last claim on the form itself, and on its copy.
    senders: [String; 2],
    /// How often Byroapi has mailed it, copies included.
    mails: u32,
    /// How often Byroapi has mailed it, without copies.
    own_mails: u64,
    /// How many mails beyond the first persons have allowed.
    wishes: u32,
    /// How many mails beyond the first the policy for unknown outcomes has allowed.
    repeated: u32,
    /// How often it was announced that it would be sent.
    sendings: u32,
    /// Whether a person had it sent again and its outcome is open, because such an order is good for one mail.
    is_ordered: bool,
    /// Whether a person ordered a copy that nobody has begun to send.
    pub is_copy_due: bool,
}

impl FormHistory {
    /// A request that `caller` made at `now` has written the item. Answers what is wrong with that.
    pub fn written(&mut self, item: &WireForm, caller: &str, now: DateTime<Utc>) -> Vec<String> {
        let mut wrong = Vec::new();
        let before = self.item.replace(item.clone());
        if before.as_ref().is_some_and(WireForm::is_issued) && !item.is_issued() {
            wrong.push(format!("it was issued, and is {} now", item.state));
        }
        let earlier = before.as_ref().map(|before| before.claims.clone()).unwrap_or_default();
        let is_announced = item.claims[0].is_some() && item.claims[0] != earlier[0];
        if is_announced && item.mails <= self.own_mails {
            wrong.push(format!("it is to be sent, and {} were mailed though it counts {}", self.own_mails, item.mails));
        }
        self.sendings += u32::from(is_announced);
        for (number, earlier) in
            earlier.into_iter().enumerate().filter(|(number, claim)| item.claims[*number] != *claim)
        {
            let is_anothers = self.senders[number] != caller;
            if is_anothers && earlier.as_ref().is_some_and(|claim| claim.until >= now) && !item.is_issued() {
                wrong.push(format!("it is {} although {} is sending it", item.state, self.senders[number]));
            }
            // The earlier sender can no longer write down what became of the form.
            self.marks.extend(earlier.filter(|_| is_anothers || item.claims[number].is_some()).map(|_| Mark::InDoubt));
            if item.claims[number].is_some() {
                caller.clone_into(&mut self.senders[number]);
            }
        }
        self.wishes += before.as_ref().map_or(0, |before| item.wishes_since(before));
        self.is_copy_due |= item.has_copy && before.as_ref().is_none_or(|before| !before.has_copy);
        self.is_copy_due &= item.claims[1].is_none();
        self.is_ordered |= before.is_some_and(|before| item.is_resent_since(&before));
        self.is_ordered &= !matches!(item.state.as_str(), "held" | "issued" | "discarded");
        self.marks.extend(item.is_issued().then_some(Mark::Issued));
        self.marks.extend((item.state == "discarded").then_some(Mark::Discarded));
        self.marks.extend(matches!(item.state.as_str(), "issued" | "discarded").then_some(Mark::Settled));
        wrong
    }

    /// Byroapi has mailed it once more. `is_resending` says that the sender had announced the form itself, and that it
    /// was in doubt before. Answers what is wrong with that.
    pub fn mailed(&mut self, hold: bool, is_resending: bool) -> Option<String> {
        self.mails += 1;
        self.own_mails += u64::from(self.item.as_ref().is_some_and(|item| item.claims[0].is_some()));
        if self.mails <= 1 + self.wishes + self.repeated {
            return None;
        }
        let is_right = !hold && is_resending && !self.is_ordered;
        if is_right && self.repeated < MOST_REPEATED {
            self.repeated += 1;
            return None;
        }
        Some(format!("mail {}, and persons allowed {} more than one", self.mails, self.wishes))
    }

    /// Remembers that this is true of it from now on.
    pub fn mark(&mut self, mark: Mark) {
        self.marks.insert(mark);
    }

    /// Whether this was ever true of it.
    pub fn was(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }

    /// Its state in the table.
    pub fn state(&self) -> &str {
        self.item.as_ref().map_or("absent", |item| item.state.as_str())
    }

    /// Whether the table counts a mail and does not know what became of it.
    pub fn may_be_out(&self) -> bool {
        self.item.as_ref().is_some_and(|item| item.mails > 0 && !matches!(item.state.as_str(), "issued" | "discarded"))
    }

    /// Since when nobody wants it, unless it was issued.
    pub fn not_wanted(&self) -> Option<DateTime<Utc>> {
        self.item.as_ref()?.not_wanted.filter(|_| !self.was(Mark::Issued))
    }

    /// Whether it was mailed, or a person decided that it need not be.
    pub fn is_done(&self) -> bool {
        self.mails > 0 || self.was(Mark::Discarded)
    }

    /// What is wrong with its state after some time without faults.
    pub fn in_the_end(&self, hold: bool) -> Option<&'static str> {
        let is_nobodys = self.wishes == 0 && !self.was(Mark::Discarded);
        let has_reason = self.was(Mark::InDoubt) && (hold || self.sendings >= ENOUGH_SENDINGS || self.wishes > 0);
        if hold && self.was(Mark::Unknown) && is_nobodys && self.was(Mark::Issued) {
            Some("issued, though nobody knows of it")
        } else {
            (self.state() == "held" && !has_reason).then_some("held without a reason")
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::table::WireClaim;

    fn item(state: &str, mails: u64, claim: Option<WireClaim>) -> WireForm {
        WireForm {
            place: ("person".to_owned(), "form".to_owned()),
            key: ("anna".to_owned(), "2026-06-28".to_owned(), "2026-06-28".to_owned()),
            state: state.to_owned(),
            mails,
            claims: [claim, None],
            is_ordered: false,
            has_copy: false,
            not_wanted: None,
            events: Vec::new(),
        }
    }

    fn sending(mails: u64, since: DateTime<Utc>) -> WireForm {
        item("sending", mails, Some(WireClaim { id: format!("{mails}"), until: since + TimeDelta::minutes(1) }))
    }

    #[test]
    fn what_was_announced_in_doubt_may_go_out_although_the_slow_one_has_written_by_then() {
        let now = DateTime::UNIX_EPOCH;
        let mut form = FormHistory::default();
        assert_eq!(form.written(&sending(1, now), "slow", now), Vec::<String>::new());
        assert_eq!(form.mailed(false, false), None);
        let later = now + TimeDelta::minutes(2);
        assert_eq!(form.written(&sending(2, later), "other", later), Vec::<String>::new());
        assert!(form.was(Mark::InDoubt));
        assert_eq!(form.written(&item("issued", 2, None), "slow", later), Vec::<String>::new());
        assert_eq!(form.mailed(false, true), None);
    }

    #[test]
    fn an_issued_form_that_was_never_in_doubt_does_not_go_out_again() {
        let now = DateTime::UNIX_EPOCH;
        let mut form = FormHistory::default();
        assert_eq!(form.written(&sending(1, now), "p1", now), Vec::<String>::new());
        assert_eq!(form.mailed(false, false), None);
        assert_eq!(form.written(&item("issued", 1, None), "p1", now), Vec::<String>::new());
        assert!(form.mailed(false, false).is_some());
    }
}
