//! Works on open records one at a time: claim, settle, close.
//!
//! Every write after a claim is conditional on the claim and on the record's revision.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, ReturnValue, TransactWriteItem, Update};
use chrono::{DateTime, Duration, Utc};

use super::calendar_state::calendar_key;
use super::open_record::{AS_READ, Claim, Failures, OpenRecord, milliseconds, open_key, seen_key, updated_at};
use super::recording::{days_value, snapshot};
use super::{Store, StoreError, number, text};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::event::Event;

/// How long it is remembered what was done with an event.
const MEMORY: Duration = Duration::days(400);

/// What a claim brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The form for these days was issued; the claim stays.
    Issued(DateRange),
    /// The form was not issued; the claim ends.
    Failed(Failures),
    /// It is not known whether the form was issued, and it is sent again; the claim stays.
    Resending(Failures),
    /// A person has to decide about the form for these days; the claim ends.
    Held(DateRange),
    /// The event was read again and is wanted for these days; the claim stays.
    Reread(Box<Event>, DateRange),
    /// Nothing; the claim ends. The form for these days was not sent under it after all.
    Released {
        /// The days.
        unsent: Option<DateRange>,
    },
}

impl Settlement {
    /// Whether a record under the same claim says so already.
    pub fn is_in(&self, record: &OpenRecord) -> bool {
        match self {
            Self::Issued(days) => record.issued.contains(days) && !record.unsettled.contains(days),
            Self::Resending(failures) => record.failures.as_ref() == Some(failures),
            Self::Reread(event, days) => record.event == **event && record.days == *days,
            Self::Failed(_) | Self::Held(_) | Self::Released { .. } => record.claim.is_none(),
        }
    }
}

/// How a record is closed.
#[derive(Clone, Debug)]
pub struct Closing<'a> {
    /// The claim under which it is closed; `None` closes a record that nobody holds.
    pub claim: Option<&'a str>,
    /// The days that need no form any more: remembered with the event.
    pub done: BTreeSet<DateRange>,
    /// The days of which nobody knows whether their form was issued: remembered too.
    pub unknown: BTreeSet<DateRange>,
    /// When the event last changed, as Google says.
    pub updated: Option<DateTime<Utc>>,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl<'a> Closing<'a> {
    /// Closes `record`, whose event is approved for the days `approved`.
    pub fn new(
        record: &OpenRecord,
        claim: Option<&'a str>,
        approved: Option<DateRange>,
        updated: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let done: BTreeSet<DateRange> = record.issued.iter().copied().chain(approved).collect();
        let unknown = record.unsettled.iter().copied().chain(record.held).filter(|days| !done.contains(days)).collect();
        Self { claim, done, unknown, updated, now }
    }
}

impl Store {
    /// Reads one open record, strongly consistent.
    pub async fn read_open(&self, calendar_id: &CalendarId, event_id: &str) -> Result<Option<OpenRecord>, StoreError> {
        let answer = self
            .client()
            .get_item()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", open_key(event_id))
            .consistent_read(true)
            .send()
            .await?;
        answer.item.map(OpenRecord::from_item).transpose()
    }

    /// Claims a record if it is as it was read; the caller has seen that no other's lease runs. `sending` names the days
    /// whose form is to be sent under this claim: they are unsettled until somebody writes down what became of it.
    pub async fn claim(
        &self,
        calendar_id: &CalendarId,
        record: &OpenRecord,
        claim: &Claim,
        sending: Option<DateRange>,
    ) -> Result<Option<OpenRecord>, StoreError> {
        let add = if sending.is_some() { ", unsettled :sending" } else { "" };
        let mut update = self
            .update_open(calendar_id, record)
            .update_expression(format!("SET claim = :claim, lease_until = :until ADD revision :one{add}"))
            .condition_expression(AS_READ)
            .expression_attribute_values(":claim", text(&claim.id))
            .expression_attribute_values(":until", milliseconds(claim.until));
        if let Some(days) = sending {
            update = update.expression_attribute_values(":sending", set_of(days));
        }
        updated(update).await
    }

    /// Writes what a claim brought and answers the record as it is now; `None` when the claim is lost or the record
    /// has changed.
    pub async fn settle(
        &self,
        calendar_id: &CalendarId,
        record: &OpenRecord,
        claim_id: &str,
        settlement: &Settlement,
    ) -> Result<Option<OpenRecord>, StoreError> {
        let update = self
            .update_open(calendar_id, record)
            .condition_expression(format!("claim = :claim AND {AS_READ}"))
            .expression_attribute_values(":claim", text(claim_id));
        updated(settled(update, settlement)?).await
    }

    /// Closes a record: it disappears, and what was done is remembered. Answers whether it was closed; it is not when
    /// the claim is lost or the record has changed.
    pub async fn close(
        &self,
        calendar_id: &CalendarId,
        record: &OpenRecord,
        closing: &Closing<'_>,
    ) -> Result<bool, StoreError> {
        let delete = Delete::builder()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", open_key(&record.event.id))
            .expression_attribute_values(":revision", number(record.revision))
            .expression_attribute_values(":recorded", milliseconds(record.recorded_at));
        let delete = match closing.claim {
            Some(claim) => delete
                .condition_expression(format!("claim = :claim AND {AS_READ}"))
                .expression_attribute_values(":claim", text(claim)),
            None => delete
                .condition_expression(format!("{AS_READ} AND (attribute_not_exists(claim) OR lease_until < :now)"))
                .expression_attribute_values(":now", milliseconds(closing.now)),
        };
        let mut actions = vec![TransactWriteItem::builder().delete(delete.build()?).build()];
        if !closing.done.is_empty() || !closing.unknown.is_empty() {
            actions.push(TransactWriteItem::builder().update(self.remember(calendar_id, record, closing)?).build());
        }
        Ok(self.transact(actions).await?.is_none())
    }

    /// Ends all leases, which is right when nobody else works on this table. What was being sent stays marked so.
    pub async fn end_leases(&self) -> Result<(), StoreError> {
        let mut claimed = self
            .client()
            .scan()
            .table_name(self.table())
            .filter_expression("attribute_exists(claim)")
            .projection_expression("pk, sk")
            .into_paginator()
            .items()
            .send();
        while let Some(key) = claimed.next().await {
            let update = self
                .client()
                .update_item()
                .table_name(self.table())
                .set_key(Some(key?))
                .update_expression("SET lease_until = :ended ADD revision :one")
                .condition_expression("attribute_exists(claim)")
                .expression_attribute_values(":ended", number(0))
                .expression_attribute_values(":one", number(1));
            match update.send().await.map_err(StoreError::from) {
                Ok(_) | Err(StoreError::ConditionFailed) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn remember(
        &self,
        calendar_id: &CalendarId,
        record: &OpenRecord,
        closing: &Closing<'_>,
    ) -> Result<Update, StoreError> {
        let updated = closing.updated.map_or(0, |updated| updated.timestamp_millis()).max(updated_at(&record.event));
        let expires = (closing.now + MEMORY).timestamp();
        let mut update = Update::builder()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", seen_key(&record.event.id))
            .expression_attribute_values(":updated", number(updated))
            .expression_attribute_values(":expires", number(expires));
        let mut adds = Vec::new();
        for (name, days) in [("done", &closing.done), ("unsettled", &closing.unknown)] {
            if let Some(days) = days_value(days) {
                adds.push(format!("{name} :{name}"));
                update = update.expression_attribute_values(format!(":{name}"), days);
            }
        }
        let adds = adds.join(", ");
        let update =
            update.update_expression(format!("SET event_updated = :updated, expires_at = :expires ADD {adds}"));
        Ok(update.build()?)
    }

    pub(super) fn update_open(&self, calendar_id: &CalendarId, record: &OpenRecord) -> UpdateItemFluentBuilder {
        self.client()
            .update_item()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", open_key(&record.event.id))
            .expression_attribute_values(":revision", number(record.revision))
            .expression_attribute_values(":recorded", milliseconds(record.recorded_at))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
    }
}

fn settled(update: UpdateItemFluentBuilder, settlement: &Settlement) -> Result<UpdateItemFluentBuilder, StoreError> {
    Ok(match settlement {
        Settlement::Issued(days) => update
            .update_expression("ADD issued :days, revision :one DELETE unsettled :days")
            .expression_attribute_values(":days", set_of(*days)),
        Settlement::Failed(failures) => {
            with_failures(update, failures, "REMOVE claim, lease_until ADD revision :one DELETE unsettled :sent")
                .expression_attribute_values(":sent", set_of(failures.days))
        }
        Settlement::Resending(failures) => with_failures(update, failures, "ADD revision :one"),
        Settlement::Held(days) => update
            .update_expression("SET held = :days REMOVE claim, lease_until ADD revision :one")
            .expression_attribute_values(":days", text(days)),
        Settlement::Reread(event, days) => update
            .update_expression("SET #event = :event, #days = :days, event_updated = :updated ADD revision :one")
            .expression_attribute_names("#event", "event")
            .expression_attribute_names("#days", "days")
            .expression_attribute_values(":event", snapshot(event)?)
            .expression_attribute_values(":days", text(days))
            .expression_attribute_values(":updated", number(updated_at(event))),
        Settlement::Released { unsent: None } => {
            update.update_expression("REMOVE claim, lease_until ADD revision :one")
        }
        Settlement::Released { unsent: Some(days) } => update
            .update_expression("REMOVE claim, lease_until ADD revision :one DELETE unsettled :days")
            .expression_attribute_values(":days", set_of(*days)),
    })
}

/// Days as a set to add or to delete.
pub(super) fn set_of(days: DateRange) -> AttributeValue {
    AttributeValue::Ss(vec![days.to_string()])
}

fn with_failures(update: UpdateItemFluentBuilder, failures: &Failures, then: &str) -> UpdateItemFluentBuilder {
    update
        .update_expression(format!(
            "SET failed_days = :days, failures = :count, tries = :tries, failing_since = :since, next_try_at = :next {then}"
        ))
        .expression_attribute_values(":days", text(failures.days))
        .expression_attribute_values(":count", number(failures.count))
        .expression_attribute_values(":tries", number(failures.tries))
        .expression_attribute_values(":since", milliseconds(failures.since))
        .expression_attribute_values(":next", milliseconds(failures.next_try_at))
}

pub(super) async fn updated(update: UpdateItemFluentBuilder) -> Result<Option<OpenRecord>, StoreError> {
    let item: Option<HashMap<String, AttributeValue>> = match update.send().await.map_err(StoreError::from) {
        Ok(answer) => answer.attributes,
        Err(StoreError::ConditionFailed) => return Ok(None),
        Err(error) => return Err(error),
    };
    item.ok_or(StoreError::Malformed("open record")).and_then(OpenRecord::from_item).map(Some)
}
