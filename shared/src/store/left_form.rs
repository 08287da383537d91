//! A form that an event left behind before it was settled: the event asks for another one now, or is nothing to approve
//! any more. No open record shows such a form, so this item does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{Item, Kind, attributes};
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::form::FormKey;

/// A form that an event left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftForm {
    /// Which form.
    pub form: FormKey,
    /// When that was found.
    pub left_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Attributes {
    person: PersonKey,
    days: DateRange,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    left_at: DateTime<Utc>,
}

impl Kind for LeftForm {
    const NAME: &'static str = "form that was left behind";
    const ATTRIBUTES: &'static [&'static str] = &["person", "days", "left_at"];

    fn write(&self) -> Result<Item, StoreError> {
        let FormKey { person, days } = self.form.clone();
        attributes(&Attributes { person, days, left_at: self.left_at }, Self::NAME)
    }

    fn read(item: Item) -> Option<Self> {
        let Attributes { person, days, left_at } = serde_dynamo::from_item(item).ok()?;
        Some(Self { form: FormKey { person, days }, left_at })
    }
}
