//! What the table says of events, found by their names: for whoever shows or settles forms.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::calendar::{CALENDARS, CalendarItems};
use super::form::{BATCH, FormItem, person_partition, read_form, sort_key};
use super::item::{Item, ItemKey, Kept, has_ended, text};
use super::open_record::OpenRecord;
use super::seen::Seen;
use super::{Store, StoreError};
use crate::domain::calendar_id::CalendarId;
use crate::domain::email::PersonKey;
use crate::domain::form::{AskingEvent, FormId};

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
        let keys = events.into_iter().flat_map(|event| {
            let [open, seen] = self.calendar(&event.calendar).keys_of(&event.event);
            [(open, event.clone()), (seen, event)]
        });
        let keys: HashMap<ItemKey, AskingEvent> = keys.collect();
        let mut found: HashMap<AskingEvent, EventItems> = HashMap::new();
        let wanted: Vec<ItemKey> = keys.keys().cloned().collect();
        for batch in wanted.chunks(BATCH) {
            for item in self.batch_of(batch).await?.into_iter().filter(|item| !has_ended(item, now)) {
                let Some(event) = ItemKey::of(&item).and_then(|key| keys.get(&key)) else { continue };
                let items = found.entry(event.clone()).or_default();
                match Seen::from_item(&item) {
                    Some(seen) => items.seen = Some(seen),
                    None => items.open = Kept::from_item(item).ok().map(|open: Kept<OpenRecord>| (*open).clone()),
                }
            }
        }
        Ok(found)
    }

    /// The forms of a person in the order of their days, strongly consistent. What has ended or cannot be read is left out.
    pub async fn forms_of(&self, person: &PersonKey, now: DateTime<Utc>) -> Result<Vec<Kept<FormItem>>, StoreError> {
        let mut items = self
            .client()
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("pk = :person AND begins_with(sk, :form)")
            .expression_attribute_values(":person", text(person_partition(&person.digest())))
            .expression_attribute_values(":form", text("form#"))
            .into_paginator()
            .items()
            .send();
        let mut forms = Vec::new();
        while let Some(item) = items.next().await {
            forms.extend(read_form(Some(item?), now).ok().flatten());
        }
        Ok(forms)
    }

    /// All calendars that have ever been read.
    pub async fn known_calendars(&self) -> Result<Vec<CalendarId>, StoreError> {
        let mut items = self
            .client()
            .query()
            .table_name(self.table())
            .key_condition_expression("pk = :calendars")
            .expression_attribute_values(":calendars", text(CALENDARS))
            .into_paginator()
            .items()
            .send();
        let mut calendars = Vec::new();
        while let Some(item) = items.next().await {
            calendars.extend(ItemKey::of(&item?).map(|key| CalendarId::from(key.sort)));
        }
        Ok(calendars)
    }

    /// The form that an id names, strongly consistent. What has ended counts as absent.
    pub async fn form_named(&self, id: &FormId, now: DateTime<Utc>) -> Result<Option<Kept<FormItem>>, StoreError> {
        let key = ItemKey::new(person_partition(&id.person_digest), sort_key(id.days));
        read_form(self.item(&key).await?, now)
    }
}

impl CalendarItems<'_> {
    /// The people who have asked for a form in this calendar as far as it is remembered, by their digests.
    pub async fn people(&self) -> Result<BTreeMap<String, PersonKey>, StoreError> {
        let mut items = self.everything("person").send();
        let mut people = BTreeMap::new();
        while let Some(item) = items.next().await {
            let item: Item = item?;
            if let Some(person) =
                item.get("person").cloned().and_then(|person| serde_dynamo::from_attribute_value(person).ok())
            {
                let person: PersonKey = person;
                people.insert(person.digest(), person);
            }
        }
        Ok(people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;
    use crate::domain::form::FormKey;
    use crate::store::form::form_key;

    #[test]
    fn an_id_names_the_place_of_its_form() {
        let person = Email::parse("anna@example.com").unwrap().key();
        let key = FormKey { person, days: "2026-06-18/2026-06-20".parse().unwrap() };
        let id = FormId::of(&key);
        assert_eq!(ItemKey::new(person_partition(&id.person_digest), sort_key(id.days)), form_key(&key));
    }
}
