//! A person's forms.

use chrono::{DateTime, Utc};

use super::Store;
use super::attributes::text;
use super::error::StoreError;
use super::form::{FormItem, read_form};
use super::item::Kept;
use super::key::person_partition;
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::form::FormKey;

/// The forms of one person.
#[derive(Clone, Debug)]
pub struct PersonItems<'a> {
    store: &'a Store,
    person: &'a PersonKey,
}

impl Store {
    /// The forms of a person.
    pub fn person<'a>(&'a self, person: &'a PersonKey) -> PersonItems<'a> {
        PersonItems { store: self, person }
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
            .client()
            .query()
            .table_name(self.store.table())
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
