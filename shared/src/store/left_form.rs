//! A form that an event left behind before it was settled: the event asks for another form now, or for none. No open
//! record shows such a form, so this item does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::ItemKind;
use super::key::ItemKey;
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::FormKey;

/// A form that an event left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftForm {
    /// The form.
    #[serde(flatten)]
    pub form: FormKey,
    /// When a sweep found that.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub left_at: DateTime<Utc>,
}

impl LeftForm {
    /// How the sort keys begin.
    pub(super) const SORT_KEYS: &str = "left#";

    pub(super) fn key_in(calendar: &CalendarId, form: &FormKey) -> ItemKey {
        ItemKey::of_form(calendar, Self::SORT_KEYS, form)
    }
}

impl ItemKind for LeftForm {
    const NAME: &'static str = "form that was left behind";
    const ATTRIBUTES: &'static [&'static str] = &["person", "days", "left_at"];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::{form_keys, instants};
    use crate::store::item::tests::assert_reads_back;

    proptest! {
        #[test]
        fn a_form_that_was_left_behind_reads_back(form in form_keys(), left_at in instants()) {
            assert_reads_back(&LeftForm { form, left_at });
        }
    }
}
