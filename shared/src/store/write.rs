//! How a [`Store`] writes whole items, each on a condition: one alone, or several that must agree in one transaction.
//!
//! A write whose answer was lost is recognised by its revision. What a condition met is answered, so that the caller can
//! go on from it without reading.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use chrono::{DateTime, Utc};

use super::Store;
use super::attributes::{Item, number, revision_of, text};
use super::error::StoreError;
use super::item::{ItemKind, Kept};
use super::key::ItemKey;
use crate::domain::revision::Revision;

/// What a cancelled transaction says of an action whose condition failed.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
/// What a cancelled transaction says of an action that met another write: worth repeating at once.
const CONFLICT: &str = "TransactionConflict";
/// What a cancelled transaction says of an action for which the table had no capacity.
const NO_CAPACITY: [&str; 2] = ["ThrottlingError", "ProvisionedThroughputExceeded"];
/// How often a write that met another is repeated.
const MOST_ATTEMPTS: usize = 5;

/// A write, or the check of an item that must not change meanwhile.
#[derive(Clone, Debug)]
pub struct Write {
    key: ItemKey,
    action: WriteAction,
    condition: Condition,
}

#[derive(Clone, Debug)]
enum WriteAction {
    Put(Item),
    Delete,
    Check,
}

/// What must be true of the present item.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Nothing has to be true of it.
    None,
    /// There is none, or it has ended by now.
    Absent(DateTime<Utc>),
    /// It is as it was read.
    AsRead(Revision),
    /// An expression with its values.
    Expression(String, Vec<(&'static str, AttributeValue)>),
}

/// What became of writes.
#[derive(Clone, Debug)]
pub enum Written {
    /// The table has all of the writes.
    Done,
    /// The table has none of the writes. For each of them there is what its condition met, in the same order.
    Refused(Vec<Met>),
}

/// What a condition met.
#[derive(Clone, Debug)]
pub enum Met {
    /// The condition held, or DynamoDB did not say whether it did.
    Nothing,
    /// The condition failed on this item, or because there is no item.
    Present(Option<Item>),
}

impl Write {
    /// Puts an item.
    pub fn put<T: ItemKind>(key: ItemKey, value: &Kept<T>, condition: Condition) -> Result<Self, StoreError> {
        let item = value.to_item(&key)?;
        Ok(Self { key, action: WriteAction::Put(item), condition })
    }

    /// Puts an item whatever is there.
    pub fn put_item(key: ItemKey, mut item: Item) -> Self {
        item.extend(key.attributes());
        Self { key, action: WriteAction::Put(item), condition: Condition::None }
    }

    /// Deletes an item that is as it was read.
    pub fn delete(key: ItemKey, as_read: &Revision) -> Self {
        Self { key, action: WriteAction::Delete, condition: Condition::AsRead(as_read.clone()) }
    }

    /// Checks an item that is not written.
    pub fn check(key: ItemKey, condition: Condition) -> Self {
        Self { key, action: WriteAction::Check, condition }
    }

    /// Whether this write is what the table has.
    fn is_in(&self, present: Option<&Item>) -> bool {
        match &self.action {
            WriteAction::Put(item) => revision_of(item).is_some() && present.and_then(revision_of) == revision_of(item),
            WriteAction::Delete => present.is_none(),
            WriteAction::Check => false,
        }
    }

    fn expression(&self) -> (Option<String>, Vec<(&'static str, AttributeValue)>) {
        match &self.condition {
            Condition::None => (None, Vec::new()),
            Condition::Absent(now) => {
                let expression = "attribute_not_exists(sk) OR expires_at <= :now".to_owned();
                (Some(expression), vec![(":now", number(now.timestamp()))])
            }
            Condition::AsRead(Revision(revision)) => {
                (Some("revision = :revision".to_owned()), vec![(":revision", text(revision))])
            }
            Condition::Expression(expression, values) => (Some(expression.clone()), values.clone()),
        }
    }

    fn to_action(&self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let (condition, values) = self.expression();
        let values = (!values.is_empty()).then(|| values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let values = values.map(Iterator::collect);
        let met = ReturnValuesOnConditionCheckFailure::AllOld;
        let action = TransactWriteItem::builder();
        Ok(match &self.action {
            WriteAction::Put(item) => action.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(item.clone()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(met)
                    .build()?,
            ),
            WriteAction::Delete => action.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(self.key.attributes()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(met)
                    .build()?,
            ),
            WriteAction::Check => action.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(self.key.attributes()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(met)
                    .build()?,
            ),
        }
        .build())
    }
}

impl Store {
    /// Carries out all of these writes or none, each if its condition holds.
    ///
    /// An error says that nobody knows, except where reading afterwards showed that the first of them is in the table.
    pub async fn write(&self, writes: &[Write]) -> Result<Written, StoreError> {
        let written = match writes {
            [Write { key: _, action: WriteAction::Put(item), .. }] => self.put(&writes[0], item).await,
            _ => self.transact(writes).await,
        };
        let Some(first) = writes.first() else { return written };
        match written {
            // The answer to an earlier attempt was lost, and the next one met what that had written.
            Ok(Written::Refused(met)) if matches!(met.first(), Some(Met::Present(Some(item))) if first.is_in(Some(item))) => {
                Ok(Written::Done)
            }
            Err(error) if error.is_temporary() => match self.item(&first.key).await {
                Ok(present) if first.is_in(present.as_ref()) => Ok(Written::Done),
                _ => Err(error),
            },
            written => written,
        }
    }

    /// One item, strongly consistent.
    pub async fn item(&self, key: &ItemKey) -> Result<Option<Item>, StoreError> {
        let get = self.client().get_item().table_name(self.table()).set_key(Some(key.attributes()));
        Ok(get.consistent_read(true).send().await?.item)
    }

    async fn put(&self, write: &Write, item: &Item) -> Result<Written, StoreError> {
        let (condition, values) = write.expression();
        for _ in 0..MOST_ATTEMPTS {
            let mut put = self
                .client()
                .put_item()
                .table_name(self.table())
                .set_item(Some(item.clone()))
                .set_condition_expression(condition.clone())
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            for (name, value) in values.clone() {
                put = put.expression_attribute_values(name, value);
            }
            let Err(error) = put.send().await else {
                return Ok(Written::Done);
            };
            match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(met)) => {
                    return Ok(Written::Refused(vec![Met::Present(met.item.clone())]));
                }
                Some(PutItemError::TransactionConflictException(_)) => {}
                _ => return Err(error.into()),
            }
        }
        Err(StoreError::Throttled)
    }

    async fn transact(&self, writes: &[Write]) -> Result<Written, StoreError> {
        let actions: Result<Vec<_>, _> = writes.iter().map(|write| write.to_action(self.table())).collect();
        let actions = actions.map_err(|_| StoreError::Malformed("a request"))?;
        for _ in 0..MOST_ATTEMPTS {
            let sent = self.client().transact_write_items().set_transact_items(Some(actions.clone())).send().await;
            let Err(error) = sent else {
                return Ok(Written::Done);
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(error.into());
            };
            let reasons = cancelled.cancellation_reasons();
            match Cancelled::by(reasons) {
                Cancelled::Condition => return Ok(Written::Refused(reasons.iter().map(met).collect())),
                Cancelled::Conflict => {}
                Cancelled::Capacity => return Err(StoreError::Throttled),
                Cancelled::Other => return Err(error.into()),
            }
        }
        Err(StoreError::Throttled)
    }
}

impl Written {
    /// What the condition of the write with this index met; `None` when all are in the table.
    pub fn met(self, index: usize) -> Met {
        match self {
            Self::Done => Met::Nothing,
            Self::Refused(met) => met.into_iter().nth(index).unwrap_or(Met::Nothing),
        }
    }
}

/// Only a failed condition says what there is.
fn met(reason: &CancellationReason) -> Met {
    match reason.code() {
        Some(CONDITION_FAILED) => Met::Present(reason.item.clone()),
        _ => Met::Nothing,
    }
}

/// Why a transaction was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancelled {
    /// A condition failed, whatever else there was.
    Condition,
    /// It met another write.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_transaction_is_repeated_only_where_it_met_another_write() {
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
