//! A [`Store`] keeps state in one DynamoDB table. Each kind of item has a file with its key, how it is written and read, and
//! what the store does with it.
//!
//! Every item has the partition key `pk` and the sort key `sk`; `expires_at` (seconds since 1970) is the table's TTL
//! attribute.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};
use derive_more::Debug;

#[cfg(test)]
mod arbitrary;
pub mod attributes;
mod batch;
pub mod brief;
pub mod calendar;
mod claims;
pub mod copy_record;
pub mod cursor;
pub mod directory_snapshot;
pub mod ended;
mod error;
pub mod events;
pub mod form;
pub mod item;
pub mod key;
mod known_calendar;
pub mod last_runs;
pub mod left_form;
mod looks;
pub mod open_record;
pub mod reload_run;
pub mod seen;
pub mod shard_run;
pub mod subscribed;
pub mod token;
pub mod write;

pub use error::{StoreError, is_disk_full};

use attributes::{PARTITION, SORT, TTL};

/// A handle on the table; clones share one connection pool.
#[derive(Clone, Debug)]
pub struct Store {
    #[debug(skip)]
    client: Client,
    table: String,
}

impl Store {
    /// A handle on `table`; calls nobody.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Makes the table, with capacity on demand and TTL, unless it exists. On AWS the template makes it.
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

    fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.table)
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }
}
