//! How much of Google's quota lists and attendance have taken in a minute: one counter that all processes share.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use chrono::{DateTime, TimeDelta, Utc};

use super::Store;
use super::attributes::{TTL, number};
use super::error::StoreError;
use super::key::ItemKey;

/// How long a minute's counter is kept.
const KEPT: TimeDelta = TimeDelta::hours(1);

fn key_of(minute: i64) -> ItemKey {
    ItemKey::new(format!("looks#{minute}"), "units")
}

impl Store {
    /// Takes this many units of the minute that `now` is in, if no more than `most` are taken then. Answers whether it took
    /// them. A repetition of a lost answer takes them twice, which harms nobody.
    pub async fn take_looks(&self, units: u32, most: u32, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let Some(rest) = most.checked_sub(units) else { return Ok(false) };
        let minute = now.timestamp().div_euclid(60);
        let taken = self
            .client()
            .update_item()
            .table_name(self.table())
            .set_key(Some(key_of(minute).attributes()))
            .update_expression("ADD #units :units SET #end = :end")
            .condition_expression("attribute_not_exists(#units) OR #units <= :rest")
            .expression_attribute_names("#units", "units")
            .expression_attribute_names("#end", TTL)
            .expression_attribute_values(":units", number(units))
            .expression_attribute_values(":rest", number(rest))
            .expression_attribute_values(":end", number((now + KEPT).timestamp()))
            .send()
            .await;
        match taken {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(error.into()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_minute_has_a_counter_of_its_own(minute: i64) {
            let key = key_of(minute);
            prop_assert_eq!(ItemKey::of(&key.attributes()), Some(key.clone()));
            prop_assert_ne!(key, key_of(minute.wrapping_add(1)));
        }
    }
}
