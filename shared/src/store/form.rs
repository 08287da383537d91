//! Forms: one item for each person and days that were asked for.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::{Item, ItemKey, Kept, Kind, attributes, has_ended, kept, number};
use super::write::{Condition, Write};
use super::{Store, StoreError, TTL};
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::form::{AskingEvent, Claim, ClaimId, Copy, Failures, Form, FormKey, Outcome, State};

/// How many items DynamoDB reads in one batch.
pub(super) const BATCH: usize = 100;
/// How often what a batch left out is asked for again.
const MOST_ATTEMPTS: usize = 5;

/// A form with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormItem {
    /// For whom and which days.
    pub key: FormKey,
    /// What is known of it.
    pub form: Form,
}

/// The item as it lies in the table.
#[derive(Serialize, Deserialize)]
struct Attributes {
    person: PersonKey,
    days: DateRange,
    state: Word,
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
enum Word {
    Due,
    Sending,
    Waiting,
    InDoubt,
    Held,
    Issued,
    Discarded,
}

impl Attributes {
    fn new(item: &FormItem) -> Self {
        let (form, key) = (&item.form, &item.key);
        let mut attributes = Self {
            person: key.person.clone(),
            days: key.days,
            state: Word::Due,
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
            State::Due => Word::Due,
            State::Waiting => Word::Waiting,
            State::InDoubt => Word::InDoubt,
            State::Held => Word::Held,
            State::Sending(claim) => {
                attributes.claim = Some(claim.id.clone());
                attributes.lease_until = Some(claim.until.timestamp_millis());
                Word::Sending
            }
            State::Issued { at } => {
                attributes.issued_at = Some(at.timestamp_millis());
                Word::Issued
            }
            State::Discarded { outcome, at } => {
                attributes.discarded_at = Some(at.timestamp_millis());
                attributes.outcome = Some(*outcome);
                Word::Discarded
            }
        };
        attributes
    }

    fn state(&self) -> Option<State> {
        Some(match self.state {
            Word::Due => State::Due,
            Word::Waiting => State::Waiting,
            Word::InDoubt => State::InDoubt,
            Word::Held => State::Held,
            Word::Sending => State::Sending(Claim { id: self.claim.clone()?, until: instant(self.lease_until?)? }),
            Word::Issued => State::Issued { at: instant(self.issued_at?)? },
            Word::Discarded => State::Discarded { outcome: self.outcome?, at: instant(self.discarded_at?)? },
        })
    }
}

impl Kind for FormItem {
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
        let mut item = attributes(&Attributes::new(self), Self::NAME)?;
        if let Some(end) = self.form.ends_at(self.key.days) {
            item.insert(TTL.to_owned(), number(end.timestamp()));
        }
        Ok(item)
    }

    fn read(item: Item) -> Option<Self> {
        let attributes: Attributes = serde_dynamo::from_item(item).ok()?;
        let state = attributes.state()?;
        let key = FormKey { person: attributes.person, days: attributes.days };
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
        Some(Self { key, form })
    }
}

impl Store {
    /// The form of this key, strongly consistent. What has ended counts as absent.
    pub async fn form(&self, key: &FormKey, now: DateTime<Utc>) -> Result<Option<Kept<FormItem>>, StoreError> {
        read_form(self.item(&form_key(key)).await?, now)
    }

    /// The forms of these keys, which differ, strongly consistent; those that are absent, have ended or cannot be read
    /// are left out.
    pub async fn forms(
        &self,
        keys: &[FormKey],
        now: DateTime<Utc>,
    ) -> Result<HashMap<FormKey, Kept<FormItem>>, StoreError> {
        let mut forms = HashMap::new();
        let places: Vec<ItemKey> = keys.iter().map(form_key).collect();
        for batch in places.chunks(BATCH) {
            let items = self.batch_of(batch).await?.into_iter();
            let read = items.filter_map(|item| read_form(Some(item), now).ok().flatten());
            forms.extend(read.map(|form| (form.key.clone(), form)));
        }
        Ok(forms)
    }

    /// At most a [`BATCH`] of items, strongly consistent; their keys differ.
    pub(super) async fn batch_of(&self, keys: &[ItemKey]) -> Result<Vec<Item>, StoreError> {
        let mut wanted: Vec<Item> = keys.iter().map(ItemKey::attributes).collect();
        let mut items = Vec::new();
        for _ in 0..MOST_ATTEMPTS {
            if wanted.is_empty() {
                break;
            }
            let (some, left) = self.batch(wanted).await?;
            items.extend(some);
            wanted = left;
        }
        if wanted.is_empty() { Ok(items) } else { Err(StoreError::Throttled) }
    }

    /// Some items, and the keys of those that DynamoDB left out this time.
    async fn batch(&self, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let keys = keys.map_err(|_| StoreError::Malformed("a request"))?;
        let answer = self.client().batch_get_item().request_items(self.table(), keys).send().await?;
        let items = answer.responses.and_then(|mut responses| responses.remove(self.table()));
        let left = answer.unprocessed_keys.and_then(|mut left| left.remove(self.table()));
        Ok((items.unwrap_or_default(), left.map(|left| left.keys).unwrap_or_default()))
    }

    /// Ends all claims, which is right when nobody else works on this table. What was being sent stays marked so.
    pub async fn end_claims(&self) -> Result<(), StoreError> {
        let mut claimed = self
            .client()
            .scan()
            .table_name(self.table())
            .filter_expression("attribute_exists(claim) OR attribute_exists(#copy.claim)")
            .expression_attribute_names("#copy", "copy")
            .into_paginator()
            .items()
            .send();
        while let Some(item) = claimed.next().await {
            let Ok(kept) = Kept::<FormItem>::from_item(item?) else { continue };
            let without = without_leases(&kept);
            if without == *kept {
                continue;
            }
            let revision = format!("{}-ended", kept.revision.0);
            let (put, _) = put_form(Some(&kept), without, revision, DateTime::UNIX_EPOCH)?;
            self.write(&[put]).await?;
        }
        Ok(())
    }
}

/// The write of a form in place of what was `read`, under a fresh `revision`, and the item that is then in the table.
pub fn put_form(
    read: Option<&Kept<FormItem>>,
    item: FormItem,
    revision: String,
    now: DateTime<Utc>,
) -> Result<(Write, Kept<FormItem>), StoreError> {
    let item = kept(read, item, revision);
    Ok((Write::put(form_key(&item.key), &item, as_read(read, now))?, item))
}

/// That a form is as it was `read`, or that there still is none.
pub fn as_read(read: Option<&Kept<FormItem>>, now: DateTime<Utc>) -> Condition {
    read.map_or(Condition::Absent(now), |read| Condition::AsRead(read.revision.clone()))
}

fn without_leases(item: &FormItem) -> FormItem {
    let mut item = item.clone();
    if let State::Sending(claim) = &mut item.form.state {
        claim.until = DateTime::UNIX_EPOCH;
    }
    if let Some(claim) = item.form.copy.as_mut().and_then(|copy| copy.claim.as_mut()) {
        claim.until = DateTime::UNIX_EPOCH;
    }
    item
}

/// A form that was read or met; what has ended counts as absent.
pub fn read_form(item: Option<Item>, now: DateTime<Utc>) -> Result<Option<Kept<FormItem>>, StoreError> {
    item.filter(|item| !has_ended(item, now)).map(Kept::from_item).transpose()
}

/// Where a form lies.
pub fn form_key(key: &FormKey) -> ItemKey {
    ItemKey::new(person_partition(&key.person.digest()), sort_key(key.days))
}

/// The partition of a person's forms.
pub(super) fn person_partition(digest: &str) -> String {
    format!("person#{digest}")
}

/// The sort key of a form.
pub(super) fn sort_key(days: DateRange) -> String {
    format!("form#{}", in_key(days))
}

/// Days as keys have them; the second date is not included.
pub(super) fn in_key(days: DateRange) -> String {
    format!("{}..{}", days.start(), days.end())
}

fn instant(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds)
}
