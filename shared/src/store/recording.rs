//! Writes down an event that needs work, so that the cursor may move past it.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use chrono::{DateTime, Utc};

use super::calendar_state::calendar_key;
use super::open_record::{milliseconds, open_key, seen_key, updated_at};
use super::{Store, StoreError, number, text};
use crate::domain::date_range::DateRange;
use crate::domain::event::Event;

/// What a cancelled transaction says of an action whose condition failed.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
/// What it says of an action that met another transaction: worth repeating at once.
const CONFLICT: &str = "TransactionConflict";
/// How often a transaction that met another is repeated.
const MOST_ATTEMPTS: usize = 5;

/// An event of a listing that needs work.
#[derive(Clone, Debug)]
pub struct NewWork<'a> {
    /// The event as listed.
    pub event: &'a Event,
    /// The days to approve.
    pub days: DateRange,
    /// The key of its creator's address.
    pub user: &'a str,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// What became of an event that was to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// There is an open record of it, which begins with what is remembered.
    Open(Remembered),
    /// A newer version of the event is known already; nothing was written.
    Stale,
}

/// What is remembered of an event that was closed before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The days whose form was issued.
    pub issued: BTreeSet<DateRange>,
    /// The days of which nobody knows whether their form was issued.
    pub unsettled: BTreeSet<DateRange>,
}

impl Store {
    /// Records an event that needs work, or replaces the snapshot in its open record.
    ///
    /// A listing that is older than what was done since records nothing. When the form for these days was issued
    /// before, the record says so, and the event is approved without a second form.
    pub async fn record(&self, calendar_id: &str, work: &NewWork<'_>) -> Result<Recorded, StoreError> {
        let Some(reasons) = self.try_record(calendar_id, work, None).await? else {
            return Ok(Recorded::Open(Remembered::default()));
        };
        let seen = reasons.get(1).filter(|reason| failed(reason)).and_then(|reason| reason.item.as_ref());
        let Some(seen) = seen.filter(|item| last_change(item) <= updated_at(work.event)) else {
            return Ok(Recorded::Stale);
        };
        let remembered = Remembered::read(seen);
        match self.try_record(calendar_id, work, Some(&remembered)).await? {
            None => Ok(Recorded::Open(remembered)),
            Some(_) => Ok(Recorded::Stale),
        }
    }

    /// Answers why the transaction was cancelled, if it was for a failed condition. The record begins with what is
    /// `remembered`.
    async fn try_record(
        &self,
        calendar_id: &str,
        work: &NewWork<'_>,
        remembered: Option<&Remembered>,
    ) -> Result<Option<Vec<CancellationReason>>, StoreError> {
        let actions = [
            TransactWriteItem::builder().update(self.put_open(calendar_id, work, remembered)?).build(),
            TransactWriteItem::builder().condition_check(self.check_seen(calendar_id, work, remembered)?).build(),
        ];
        self.transact(actions.into()).await
    }

    fn put_open(
        &self,
        calendar_id: &str,
        work: &NewWork<'_>,
        remembered: Option<&Remembered>,
    ) -> Result<Update, StoreError> {
        let remembered = remembered.into_iter().flat_map(Remembered::attributes);
        let (adds, values): (Vec<String>, Vec<_>) = remembered.unzip();
        let add = if adds.is_empty() { String::new() } else { format!(" ADD {}", adds.join(", ")) };
        let update = Update::builder()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", open_key(&work.event.id))
            .update_expression(format!(
                "SET #event = :event, #days = :days, #user = :user, event_updated = :updated, \
                 recorded_at = if_not_exists(recorded_at, :now), revision = if_not_exists(revision, :zero) + :one{add}"
            ))
            .condition_expression("attribute_not_exists(event_updated) OR event_updated <= :updated")
            .expression_attribute_names("#event", "event")
            .expression_attribute_names("#days", "days")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":event", snapshot(work.event)?)
            .expression_attribute_values(":days", text(work.days))
            .expression_attribute_values(":user", text(work.user))
            .expression_attribute_values(":updated", number(updated_at(work.event)))
            .expression_attribute_values(":now", milliseconds(work.now))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1));
        let update =
            values.into_iter().fold(update, |update, (name, days)| update.expression_attribute_values(name, days));
        Ok(update.build()?)
    }

    fn check_seen(
        &self,
        calendar_id: &str,
        work: &NewWork<'_>,
        remembered: Option<&Remembered>,
    ) -> Result<ConditionCheck, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", seen_key(&work.event.id))
            .expression_attribute_values(":updated", number(updated_at(work.event)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let check = match remembered {
            Some(_) => check.condition_expression("attribute_not_exists(sk) OR event_updated <= :updated"),
            None => check
                .condition_expression(
                    "attribute_not_exists(sk) OR (event_updated <= :updated AND NOT contains(done, :days) \
                     AND NOT contains(unsettled, :days))",
                )
                .expression_attribute_values(":days", text(work.days)),
        };
        Ok(check.build()?)
    }

    /// Runs a transaction. Answers the reasons when a condition cancelled it; any other failure is an error.
    pub(super) async fn transact(
        &self,
        actions: Vec<TransactWriteItem>,
    ) -> Result<Option<Vec<CancellationReason>>, StoreError> {
        for _ in 0..MOST_ATTEMPTS {
            let sent = self.client().transact_write_items().set_transact_items(Some(actions.clone())).send().await;
            let Err(error) = sent else {
                return Ok(None);
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(error.into());
            };
            let reasons = cancelled.cancellation_reasons();
            if reasons.iter().any(failed) {
                return Ok(Some(reasons.to_vec()));
            }
            if !reasons.iter().any(|reason| reason.code() == Some(CONFLICT)) {
                return Err(error.into());
            }
        }
        Err(StoreError::Throttled)
    }
}

fn failed(reason: &CancellationReason) -> bool {
    reason.code() == Some(CONDITION_FAILED)
}

fn last_change(item: &HashMap<String, AttributeValue>) -> i64 {
    let number = item.get("event_updated").and_then(|value| value.as_n().ok());
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Remembered {
    fn read(seen: &HashMap<String, AttributeValue>) -> Self {
        let set = |name: &str| seen.get(name).map(days_of).unwrap_or_default();
        let issued = set("done");
        let unsettled = set("unsettled").difference(&issued).copied().collect();
        Self { issued, unsettled }
    }

    /// What a record begins with: what to add to it, and the value by its name.
    fn attributes(&self) -> impl Iterator<Item = (String, (String, AttributeValue))> + use<> {
        [("issued", days_value(&self.issued)), ("unsettled", days_value(&self.unsettled))].into_iter().filter_map(
            |(attribute, days)| Some((format!("{attribute} :{attribute}"), (format!(":{attribute}"), days?))),
        )
    }
}

pub(super) fn days_of(done: &AttributeValue) -> BTreeSet<DateRange> {
    let done = done.as_ss().map(Vec::as_slice).unwrap_or_default();
    done.iter().filter_map(|days| days.parse().ok()).collect()
}

/// Days as a set; there are no empty ones in DynamoDB.
pub(super) fn days_value(days: &BTreeSet<DateRange>) -> Option<AttributeValue> {
    (!days.is_empty()).then(|| AttributeValue::Ss(days.iter().map(ToString::to_string).collect()))
}

impl From<BuildError> for StoreError {
    fn from(_: BuildError) -> Self {
        Self::Malformed("a request")
    }
}

/// An event as it is kept in an open record.
pub(super) fn snapshot(event: &Event) -> Result<AttributeValue, StoreError> {
    serde_json::to_string(event).map(AttributeValue::S).map_err(|_| StoreError::Malformed("event"))
}
