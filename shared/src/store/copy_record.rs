//! The record of a copy that a person ordered: a sweep of its calendar finds it and sends the copy.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::ItemKind;
use super::key::ItemKey;
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::FormKey;

/// A copy that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRecord {
    /// The form of which it is a copy.
    #[serde(flatten)]
    pub form: FormKey,
    /// When it was ordered.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub recorded_at: DateTime<Utc>,
}

impl CopyRecord {
    /// How the sort keys begin.
    pub(super) const SORT_KEYS: &str = "copy#";

    pub(super) fn key_in(calendar: &CalendarId, form: &FormKey) -> ItemKey {
        ItemKey::of_form(calendar, Self::SORT_KEYS, form)
    }
}

impl ItemKind for CopyRecord {
    const NAME: &'static str = "record of a copy";
    const ATTRIBUTES: &'static [&'static str] = &["person", "days", "recorded_at"];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::arbitrary::{form_keys, instants};
    use crate::store::item::tests::assert_reads_back;

    proptest! {
        #[test]
        fn a_record_of_a_copy_reads_back(form in form_keys(), recorded_at in instants()) {
            assert_reads_back(&CopyRecord { form, recorded_at });
        }
    }
}
