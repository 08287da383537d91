//! Forms: one item for each person and days that were asked for.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attributes::{Item, TTL, attributes, has_ended, instant, number};
use super::error::StoreError;
use super::item::{ItemKind, Kept, kept};
use super::key::{ItemKey, in_key, person_partition};
use super::write::{Condition, Write};
use crate::domain::form::{AskingEvent, Claim, ClaimId, Copy, Failures, Form, FormId, FormKey, Outcome, State};
use crate::domain::revision::Revision;

/// A form with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormItem {
    /// Its person and days.
    pub key: FormKey,
    /// What is known of it.
    pub form: Form,
}

/// The item as it lies in the table.
#[derive(Serialize, Deserialize)]
struct FormAttributes {
    #[serde(flatten)]
    key: FormKey,
    state: StateWord,
    mails: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ordered: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<ClaimId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease_until: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failures: Option<Failures>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discarded_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    copy: Option<Copy>,
    #[serde(default)]
    copies: u32,
    dated: i64,
    #[serde(default)]
    events: Vec<AskingEvent>,
}

/// A state's name.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateWord {
    Due,
    Sending,
    Waiting,
    InDoubt,
    Held,
    Issued,
    Discarded,
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

impl FormAttributes {
    fn new(item: &FormItem) -> Self {
        let form = &item.form;
        let mut attributes = Self {
            key: item.key.clone(),
            state: StateWord::Due,
            mails: form.mails,
            ordered: form.is_ordered,
            claim: None,
            lease_until: None,
            failures: form.failures,
            issued_at: None,
            discarded_at: None,
            outcome: None,
            copy: form.copy.clone(),
            copies: form.copies,
            dated: form.dated.timestamp_millis(),
            events: form.events.clone(),
        };
        attributes.state = match &form.state {
            State::Due => StateWord::Due,
            State::Waiting => StateWord::Waiting,
            State::InDoubt => StateWord::InDoubt,
            State::Held => StateWord::Held,
            State::Sending(claim) => {
                attributes.claim = Some(claim.id.clone());
                attributes.lease_until = Some(claim.until.timestamp_millis());
                StateWord::Sending
            }
            State::Issued { at } => {
                attributes.issued_at = Some(at.timestamp_millis());
                StateWord::Issued
            }
            State::Discarded { outcome, at } => {
                attributes.discarded_at = Some(at.timestamp_millis());
                attributes.outcome = Some(*outcome);
                StateWord::Discarded
            }
        };
        attributes
    }

    fn state(&self) -> Option<State> {
        Some(match self.state {
            StateWord::Due => State::Due,
            StateWord::Waiting => State::Waiting,
            StateWord::InDoubt => State::InDoubt,
            StateWord::Held => State::Held,
            StateWord::Sending => State::Sending(Claim { id: self.claim.clone()?, until: instant(self.lease_until?)? }),
            StateWord::Issued => State::Issued { at: instant(self.issued_at?)? },
            StateWord::Discarded => State::Discarded { outcome: self.outcome?, at: instant(self.discarded_at?)? },
        })
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

    fn write(&self) -> Result<Item, StoreError> {
        let mut item = attributes(&FormAttributes::new(self), Self::NAME)?;
        if let Some(end) = self.form.ends_at(self.key.days) {
            item.insert(TTL.to_owned(), number(end.timestamp()));
        }
        Ok(item)
    }

    fn read(item: Item) -> Option<Self> {
        let attributes: FormAttributes = serde_dynamo::from_item(item).ok()?;
        let state = attributes.state()?;
        let form = Form {
            state,
            mails: attributes.mails,
            is_ordered: attributes.ordered,
            failures: attributes.failures,
            copy: attributes.copy,
            copies: attributes.copies,
            dated: instant(attributes.dated)?,
            events: attributes.events,
        };
        Some(Self { key: attributes.key, form })
    }
}

impl Store {
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
            prop_assert_eq!(end_of(&item.write().unwrap()), end);
        }
    }
}
