//! Forms, one item for each person and days that were asked for, and how a [`Store`] finds them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attributes::{Item, TTL, has_ended, number, text};
use super::error::StoreError;
use super::item::{ItemKind, Kept, kept};
use super::key::{ItemKey, in_key, person_partition};
use super::write::{Condition, Write};
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::form::{Form, FormId, FormKey};
use crate::domain::revision::Revision;

/// A form with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormItem {
    /// Its person and days.
    #[serde(flatten)]
    pub key: FormKey,
    /// What is known of it.
    #[serde(flatten)]
    pub form: Form,
}

/// The forms of one person.
#[derive(Clone, Debug)]
pub struct PersonItems<'a> {
    store: &'a Store,
    person: &'a PersonKey,
}

impl FormItem {
    /// How the sort keys begin.
    pub(super) const SORT_KEYS: &str = "form#";

    /// Where the form with this key lies.
    pub fn key_of(form: &FormKey) -> ItemKey {
        Self::key_named(&FormId::of(form))
    }

    /// Where the form lies that an id names.
    pub(super) fn key_named(id: &FormId) -> ItemKey {
        ItemKey::new(person_partition(&id.person_digest), format!("{}{}", Self::SORT_KEYS, in_key(id.days)))
    }
}

impl ItemKind for FormItem {
    const NAME: &'static str = "form";
    const ATTRIBUTES: &'static [&'static str] = &[
        "person",
        "days",
        "state",
        "mails",
        "ordered",
        "claim",
        "lease_until",
        "failures",
        "issued_at",
        "discarded_at",
        "outcome",
        "copy",
        "copies",
        "dated",
        "events",
    ];

    fn for_others(&self) -> Vec<(&'static str, AttributeValue)> {
        self.form.ends_at(self.key.days).map(|end| (TTL, number(end.timestamp()))).into_iter().collect()
    }
}

impl Store {
    /// The forms of a person.
    pub fn person<'a>(&'a self, person: &'a PersonKey) -> PersonItems<'a> {
        PersonItems { store: self, person }
    }

    /// The forms of these keys, which differ, strongly consistent. Forms that are absent, have ended or cannot be read are
    /// left out.
    pub async fn forms(
        &self,
        keys: &[FormKey],
        now: DateTime<Utc>,
    ) -> Result<HashMap<FormKey, Kept<FormItem>>, StoreError> {
        let places: Vec<ItemKey> = keys.iter().map(FormItem::key_of).collect();
        let items = self.items(&places).await?.into_iter();
        let read = items.filter_map(|item| read_form(Some(item), now).ok().flatten());
        Ok(read.map(|form| (form.key.clone(), form)).collect())
    }

    /// The form that an id names, strongly consistent. What has ended counts as absent.
    pub async fn form_named(&self, id: &FormId, now: DateTime<Utc>) -> Result<Option<Kept<FormItem>>, StoreError> {
        read_form(self.item(&FormItem::key_named(id)).await?, now)
    }
}

impl PersonItems<'_> {
    /// The form for these days, strongly consistent. What has ended counts as absent.
    pub async fn form(&self, days: DateRange, now: DateTime<Utc>) -> Result<Option<Kept<FormItem>>, StoreError> {
        let key = FormKey { person: self.person.clone(), days };
        read_form(self.store.item(&FormItem::key_of(&key)).await?, now)
    }

    /// All forms in the order of their days, strongly consistent. What has ended or cannot be read is left out.
    pub async fn forms(&self, now: DateTime<Utc>) -> Result<Vec<Kept<FormItem>>, StoreError> {
        let mut items = self
            .store
            .query()
            .consistent_read(true)
            .key_condition_expression("pk = :person AND begins_with(sk, :form)")
            .expression_attribute_values(":person", text(person_partition(&self.person.digest())))
            .expression_attribute_values(":form", text(FormItem::SORT_KEYS))
            .into_paginator()
            .items()
            .send();
        let mut forms = Vec::new();
        while let Some(item) = items.next().await.transpose()? {
            forms.extend(read_form(Some(item), now).ok().flatten());
        }
        Ok(forms)
    }
}

/// The write of a form in place of the one that was `read`, under a fresh `revision`; and the item as it is afterwards.
pub fn put_form(
    read: Option<&Kept<FormItem>>,
    item: FormItem,
    revision: Revision,
    now: DateTime<Utc>,
) -> Result<(Write, Kept<FormItem>), StoreError> {
    let item = kept(read, item, revision);
    Ok((Write::put(FormItem::key_of(&item.key), &item, as_read(read, now))?, item))
}

/// The condition that a form is as it was `read`, or that there still is none.
pub fn as_read(read: Option<&Kept<FormItem>>, now: DateTime<Utc>) -> Condition {
    read.map_or(Condition::Absent(now), |read| Condition::AsRead(read.revision.clone()))
}

/// A form that was read or met; what has ended counts as absent.
pub fn read_form(item: Option<Item>, now: DateTime<Utc>) -> Result<Option<Kept<FormItem>>, StoreError> {
    item.filter(|item| !has_ended(item, now)).map(Kept::from_item).transpose()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::email::Email;
    use crate::store::arbitrary::{form_keys, forms};
    use crate::store::attributes::end_of;
    use crate::store::item::tests::assert_reads_back;

    #[test]
    fn an_id_names_the_place_of_its_form() {
        let person = Email::parse("anna@example.com").unwrap().key();
        let digest = person.digest();
        let key = FormKey { person, days: "2026-06-18/2026-06-20".parse().unwrap() };
        let place = ItemKey::new(format!("person#{digest}"), "form#2026-06-18..2026-06-20");
        assert_eq!((FormItem::key_of(&key), FormItem::key_named(&FormId::of(&key))), (place.clone(), place));
    }

    proptest! {
        #[test]
        fn a_form_reads_back(key in form_keys(), form in forms()) {
            let end = form.ends_at(key.days).map(|end| end.timestamp());
            let item = FormItem { key, form };
            assert_reads_back(&item);
            let written = kept(None, item, Revision(String::new())).to_item(&ItemKey::new("partition", "sort"));
            prop_assert_eq!(end_of(&written.unwrap()), end);
        }
    }
}
