//! Writes down an event that needs work, so that the cursor may move past it.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use chrono::{DateTime, Utc};

use super::calendar_state::calendar_key;
use super::claims::updated;
use super::open_record::{OpenRecord, milliseconds, open_key, seen_key, updated_at};
use super::{Store, StoreError, number, text};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::event::Event;

/// What a cancelled transaction says of an action whose condition failed.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
/// What it says of an action that met another transaction: worth repeating at once.
const CONFLICT: &str = "TransactionConflict";
/// What it says of an action for which the table had no capacity.
const NO_CAPACITY: [&str; 2] = ["ThrottlingError", "ProvisionedThroughputExceeded"];
/// How often a transaction that met another is repeated.
const MOST_ATTEMPTS: usize = 5;

/// Writes the version of an event that was listed.
const SNAPSHOT: &str = "SET #event = :event, #days = :days, #user = :user, event_updated = :updated, \
                        recorded_at = if_not_exists(recorded_at, :now), revision = if_not_exists(revision, :zero) + :one";
/// DynamoDB reserves these names.
const SNAPSHOT_NAMES: [(&str, &str); 3] = [("#event", "event"), ("#days", "days"), ("#user", "user")];

/// An event of a listing that needs work.
#[derive(Clone, Debug)]
pub struct NewWork<'a> {
    /// The event as listed.
    pub event: &'a Event,
    /// The days to approve.
    pub days: DateRange,
    /// Its creator.
    pub user: &'a PersonKey,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Whether there was an open record of it when the calendar was read.
    pub is_open: bool,
}

/// What became of an event that was to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// There is an open record of it: this one.
    Open(Box<OpenRecord>),
    /// A newer version of the event is known already; nothing was written.
    Stale,
}

/// What is remembered of an event that was closed before.
#[derive(Default)]
struct Remembered {
    /// The days whose form was issued.
    issued: BTreeSet<DateRange>,
    /// The days of which nobody knows whether their form was issued.
    unsettled: BTreeSet<DateRange>,
}

impl NewWork<'_> {
    /// The record that was just opened.
    fn opened(&self, remembered: Remembered) -> Recorded {
        let record = OpenRecord::new(self.event.clone(), self.days, self.user.clone(), self.now);
        let Remembered { unsettled, issued } = remembered;
        Recorded::Open(Box::new(OpenRecord { unsettled, issued, ..record }))
    }
}

impl Store {
    /// Records an event that needs work, or replaces the snapshot in its open record.
    ///
    /// A listing that is older than what was done since records nothing. A new record begins with what is remembered of
    /// the event, for whatever days; from then on the record alone knows, until it is closed.
    pub async fn record(&self, calendar_id: &CalendarId, work: &NewWork<'_>) -> Result<Recorded, StoreError> {
        if work.is_open
            && let Some(record) = self.replace(calendar_id, work).await?
        {
            return Ok(Recorded::Open(Box::new(record)));
        }
        for _ in 0..MOST_ATTEMPTS {
            let Some(reasons) = self.open(calendar_id, work, None).await? else {
                return Ok(work.opened(Remembered::default()));
            };
            let [open, seen] = [0, 1].map(|action| reasons.get(action).and_then(|reason| reason.item.as_ref()));
            if [open, seen].into_iter().flatten().any(|item| last_change(item) > updated_at(work.event)) {
                return Ok(Recorded::Stale);
            }
            match (open, seen) {
                (Some(_), _) => {
                    if let Some(record) = self.replace(calendar_id, work).await? {
                        return Ok(Recorded::Open(Box::new(record)));
                    }
                }
                (None, Some(seen)) => {
                    let remembered = Remembered::read(seen);
                    if self.open(calendar_id, work, Some(&remembered)).await?.is_none() {
                        return Ok(work.opened(remembered));
                    }
                }
                // Another sweep was faster: look again.
                (None, None) => {}
            }
        }
        Err(StoreError::Throttled)
    }

    /// Opens a record that begins with what is `remembered`. Answers why the transaction was cancelled, if it was for a
    /// failed condition: there is an open record already, or more is remembered than was said.
    async fn open(
        &self,
        calendar_id: &CalendarId,
        work: &NewWork<'_>,
        remembered: Option<&Remembered>,
    ) -> Result<Option<Vec<CancellationReason>>, StoreError> {
        let (adds, values): (Vec<String>, Vec<_>) = remembered.into_iter().flat_map(Remembered::attributes).unzip();
        let mut open = Update::builder()
            .table_name(self.table())
            .set_key(Some(open_item(calendar_id, work)))
            .update_expression(format!("{SNAPSHOT}{}", adds.concat()))
            .condition_expression("attribute_not_exists(sk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, attribute) in SNAPSHOT_NAMES {
            open = open.expression_attribute_names(name, attribute);
        }
        for (name, value) in snapshot_values(work)?.into_iter().chain(values) {
            open = open.expression_attribute_values(name, value);
        }
        let actions = [
            TransactWriteItem::builder().update(open.build()?).build(),
            TransactWriteItem::builder().condition_check(self.check_seen(calendar_id, work, remembered)?).build(),
        ];
        self.transact(actions.into()).await
    }

    fn check_seen(
        &self,
        calendar_id: &CalendarId,
        work: &NewWork<'_>,
        remembered: Option<&Remembered>,
    ) -> Result<ConditionCheck, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", seen_key(&work.event.id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let check = match remembered {
            None => check.condition_expression("attribute_not_exists(sk)"),
            Some(_) => check
                .condition_expression("attribute_not_exists(sk) OR event_updated <= :updated")
                .expression_attribute_values(":updated", number(updated_at(work.event))),
        };
        Ok(check.build()?)
    }

    /// Replaces the snapshot in an open record. Answers the record as it is now; `None` when there is none, or one of a newer
    /// version.
    async fn replace(&self, calendar_id: &CalendarId, work: &NewWork<'_>) -> Result<Option<OpenRecord>, StoreError> {
        let mut update = self
            .client()
            .update_item()
            .table_name(self.table())
            .set_key(Some(open_item(calendar_id, work)))
            .update_expression(SNAPSHOT)
            .condition_expression("attribute_exists(sk) AND event_updated <= :updated")
            .return_values(ReturnValue::AllNew);
        for (name, attribute) in SNAPSHOT_NAMES {
            update = update.expression_attribute_names(name, attribute);
        }
        for (name, value) in snapshot_values(work)? {
            update = update.expression_attribute_values(name, value);
        }
        updated(update).await
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
            match Cancelled::by(reasons) {
                Cancelled::Condition => return Ok(Some(reasons.to_vec())),
                Cancelled::Conflict => {}
                Cancelled::Capacity => return Err(StoreError::Throttled),
                Cancelled::Other => return Err(error.into()),
            }
        }
        Err(StoreError::Throttled)
    }
}

fn open_item(calendar_id: &CalendarId, work: &NewWork<'_>) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), calendar_key(calendar_id)), ("sk".to_owned(), open_key(&work.event.id))])
}

fn snapshot_values(work: &NewWork<'_>) -> Result<Vec<(String, AttributeValue)>, StoreError> {
    let values = [
        (":event", snapshot(work.event)?),
        (":days", text(work.days)),
        (":user", text(work.user)),
        (":updated", number(updated_at(work.event))),
        (":now", milliseconds(work.now)),
        (":zero", number(0)),
        (":one", number(1)),
    ];
    Ok(values.map(|(name, value)| (name.to_owned(), value)).into())
}

/// Why a transaction was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancelled {
    /// A condition failed, whatever else there was.
    Condition,
    /// It met another transaction.
    Conflict,
    /// The table had no capacity.
    Capacity,
    Other,
}

impl Cancelled {
    fn by(reasons: &[CancellationReason]) -> Self {
        let is_among = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
        if is_among(CONDITION_FAILED) {
            Self::Condition
        } else if NO_CAPACITY.into_iter().any(is_among) {
            Self::Capacity
        } else if is_among(CONFLICT) {
            Self::Conflict
        } else {
            Self::Other
        }
    }
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

    /// What a record begins with: how to set it, and the value by its name.
    fn attributes(&self) -> impl Iterator<Item = (String, (String, AttributeValue))> + use<> {
        [("issued", days_value(&self.issued)), ("unsettled", days_value(&self.unsettled))].into_iter().filter_map(
            |(attribute, days)| Some((format!(", {attribute} = :{attribute}"), (format!(":{attribute}"), days?))),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_transaction_is_repeated_only_where_it_met_another() {
        let by = |codes: &[&str]| {
            let reasons: Vec<_> = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
            Cancelled::by(&reasons)
        };
        assert_eq!(by(&["None", "ConditionalCheckFailed"]), Cancelled::Condition);
        assert_eq!(by(&["TransactionConflict", "ConditionalCheckFailed"]), Cancelled::Condition);
        assert_eq!(by(&["None", "TransactionConflict"]), Cancelled::Conflict);
        assert_eq!(by(&["ThrottlingError", "None"]), Cancelled::Capacity);
        assert_eq!(by(&["ProvisionedThroughputExceeded"]), Cancelled::Capacity);
        assert_eq!(by(&["ValidationError"]), Cancelled::Other);
    }
}
