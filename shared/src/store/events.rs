//! How a [`Store`] finds what the table says of events by their names, for whoever shows or settles forms.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Store;
use super::attributes::has_ended;
use super::error::StoreError;
use super::item::Kept;
use super::key::ItemKey;
use super::open_record::OpenRecord;
use super::seen::Seen;
use crate::domain::form::AskingEvent;

/// What the table says of an event.
#[derive(Clone, Debug, Default)]
pub struct EventItems {
    /// Its open record.
    pub open: Option<OpenRecord>,
    /// How it was closed.
    pub seen: Option<Seen>,
}

impl Store {
    /// What the table says of these events, strongly consistent.
    pub async fn events(
        &self,
        events: Vec<AskingEvent>,
        now: DateTime<Utc>,
    ) -> Result<HashMap<AskingEvent, EventItems>, StoreError> {
        let keys = events.into_iter().flat_map(|asking| {
            let AskingEvent { calendar, event } = &asking;
            let (open, seen) = (OpenRecord::key_in(calendar, event), Seen::key_in(calendar, event));
            [(open, asking.clone()), (seen, asking)]
        });
        let keys: HashMap<ItemKey, AskingEvent> = keys.collect();
        let wanted: Vec<ItemKey> = keys.keys().cloned().collect();
        let mut found: HashMap<AskingEvent, EventItems> = HashMap::new();
        for item in self.items(&wanted).await?.into_iter().filter(|item| !has_ended(item, now)) {
            let Some(event) = ItemKey::of(&item).and_then(|key| keys.get(&key)) else { continue };
            let items = found.entry(event.clone()).or_default();
            match Seen::from_item(&item) {
                Some(seen) => items.seen = Some(seen),
                None => items.open = Kept::from_item(item).ok().map(|open: Kept<OpenRecord>| (*open).clone()),
            }
        }
        Ok(found)
    }
}
