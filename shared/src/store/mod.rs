//! Keeps state in one DynamoDB table, one file per kind of item.
//!
//! Every item has the partition key `pk` and the sort key `sk`; `expires_at` (seconds since 1970) is the table's TTL
//! attribute.

use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};

pub mod calendar;
pub mod copy_record;
pub mod cursor;
pub mod directory_snapshot;
pub mod events;
pub mod form;
pub mod item;
pub mod left_form;
pub mod open_record;
pub mod seen;
pub mod subscribed;
pub mod token;
pub mod write;

const PARTITION: &str = "pk";
const SORT: &str = "sk";
const TTL: &str = "expires_at";

/// A handle on the table; clones share one connection pool.
#[derive(Clone)]
pub struct Store {
    client: Client,
    table: String,
}

/// Why the table did not do what was asked.
///
/// Messages carry no keys and no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too many requests at once: worth repeating after a while.
    #[error("DynamoDB has too many requests at the moment")]
    Throttled,
    /// No answer in time: the request may have had its effect.
    #[error("DynamoDB did not answer in time")]
    TimedOut,
    /// No connection, or an answer that says that DynamoDB itself is in trouble: worth repeating.
    #[error("DynamoDB cannot be reached")]
    Unreachable,
    /// The disk under a local state is full: worth repeating when there is room again.
    #[error("the disk under the state is full")]
    DiskFull,
    /// The condition of a write did not hold: somebody else was first. Read again.
    #[error("an item was changed by somebody else meanwhile")]
    ConditionFailed,
    /// The item is not one of ours; the text says what is wrong with it.
    #[error("an item in the table cannot be read: {0}")]
    Malformed(&'static str),
    /// The request is wrong or not allowed (no table, no permission, too large); repeating it does not help.
    #[error("DynamoDB refused the request: {0}")]
    Refused(String),
}

impl StoreError {
    /// Whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Throttled | Self::TimedOut | Self::Unreachable | Self::DiskFull)
    }
}

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for StoreError {
    fn from(error: SdkError<E, R>) -> Self {
        match error {
            SdkError::TimeoutError(_) => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_io() => Self::Unreachable,
            SdkError::ResponseError(_) => Self::Unreachable,
            SdkError::ServiceError(answer) if is_disk_full(answer.err().message()) => Self::DiskFull,
            SdkError::ServiceError(answer) => from_code(answer.err().code()),
            other => Self::Refused(kind_of(&other).to_owned()),
        }
    }
}

/// In `SQLite`'s words, <https://www.sqlite.org/rescode.html#full>, which an embedded DynamoDB repeats.
pub fn is_disk_full(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.contains("disk is full") || message.contains("database is full"))
}

/// Codes: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
fn from_code(code: Option<&str>) -> StoreError {
    match code {
        Some("ConditionalCheckFailedException") => StoreError::ConditionFailed,
        Some(
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "TransactionConflictException"
            | "TransactionInProgressException",
        ) => StoreError::Throttled,
        Some("InternalServerError" | "InternalFailure" | "ServiceUnavailable") | None => StoreError::Unreachable,
        Some(code) => StoreError::Refused(code.to_owned()),
    }
}

fn kind_of<E, R>(error: &SdkError<E, R>) -> &'static str {
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be built",
        SdkError::DispatchFailure(_) => "the request could not be sent",
        _ => "unknown",
    }
}

impl Store {
    /// A handle on `table`; calls nobody.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Makes the table, on demand capacity and TTL on, unless it exists. For local use and tests: on AWS the template
    /// makes it.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let key = |name: &str, kind: KeyType| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
        let text = |name: &str| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
        };
        let invalid = |_| StoreError::Malformed("the table's definition");
        let made = self
            .client
            .create_table()
            .table_name(&self.table)
            .key_schema(key(PARTITION, KeyType::Hash).map_err(invalid)?)
            .key_schema(key(SORT, KeyType::Range).map_err(invalid)?)
            .attribute_definitions(text(PARTITION).map_err(invalid)?)
            .attribute_definitions(text(SORT).map_err(invalid)?)
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .await;
        match made {
            Ok(_) => {}
            Err(SdkError::ServiceError(answer)) if answer.err().is_resource_in_use_exception() => {}
            Err(error) => return Err(error.into()),
        }
        self.turn_ttl_on().await
    }

    /// Turns TTL on, unless it is on.
    pub async fn turn_ttl_on(&self) -> Result<(), StoreError> {
        let present = self.client.describe_time_to_live().table_name(&self.table).send().await?;
        let attribute = present.time_to_live_description.and_then(|description| description.attribute_name);
        if attribute.as_deref() == Some(TTL) {
            return Ok(());
        }
        let on = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build();
        let on = on.map_err(|_| StoreError::Malformed("the table's definition"))?;
        self.client.update_time_to_live().table_name(&self.table).time_to_live_specification(on).send().await?;
        Ok(())
    }

    /// The SDK's client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("table", &self.table).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_whether_repeating_helps() {
        assert_eq!(from_code(Some("ConditionalCheckFailedException")), StoreError::ConditionFailed);
        assert!(from_code(Some("ThrottlingException")).is_temporary());
        assert!(from_code(None).is_temporary());
        let refused = from_code(Some("ResourceNotFoundException"));
        assert!(!refused.is_temporary());
        assert_eq!(refused.to_string(), "DynamoDB refused the request: ResourceNotFoundException");
    }
}
