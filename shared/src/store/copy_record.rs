//! The record of a copy that a person ordered: a sweep of its calendar finds it and sends the copy.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{Item, Kind, attributes};
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::form::FormKey;

/// A copy that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRecord {
    /// Of which form.
    pub form: FormKey,
    /// When it was ordered.
    pub recorded_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Attributes {
    person: PersonKey,
    days: DateRange,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    recorded_at: DateTime<Utc>,
}

impl Kind for CopyRecord {
    const NAME: &'static str = "record of a copy";
    const ATTRIBUTES: &'static [&'static str] = &["person", "days", "recorded_at"];

    fn write(&self) -> Result<Item, StoreError> {
        let FormKey { person, days } = self.form.clone();
        attributes(&Attributes { person, days, recorded_at: self.recorded_at }, Self::NAME)
    }

    fn read(item: Item) -> Option<Self> {
        let Attributes { person, days, recorded_at } = serde_dynamo::from_item(item).ok()?;
        Some(Self { form: FormKey { person, days }, recorded_at })
    }
}
