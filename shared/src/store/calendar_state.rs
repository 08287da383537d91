//! How far a calendar has been read, and what is still to be done in it.
//!
//! One query answers both: the sort keys `cursor` and `open#…` come before `seen#…`, so what was done long ago is not read.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open_record::OpenRecord;
use super::{Store, StoreError, number, text};
use crate::domain::calendar_id::CalendarId;

/// The sort key of a calendar's cursor.
const CURSOR: &str = "cursor";
/// The sort key below which everything is read.
const HISTORY: &str = "seen#";

/// How far a calendar has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Google's token for what changed since.
    pub sync_token: String,
    /// Counts the writes, so that of two sweeps only one advances it.
    pub version: u64,
    /// When the whole window was last listed.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub reconciled_at: DateTime<Utc>,
    /// The digest of the manual users for which it was read.
    pub users_digest: String,
}

/// What is known about a calendar.
#[derive(Clone, Debug, Default)]
pub struct CalendarState {
    /// Absent before the first sweep.
    pub cursor: Option<Cursor>,
    /// The events that still need work.
    pub open: Vec<OpenRecord>,
    /// How many items cannot be read; they hold the others up in nothing.
    pub unreadable: usize,
}

impl Store {
    /// Reads the cursor and the open records of a calendar, strongly consistent, in one query.
    pub async fn read_calendar(&self, calendar_id: &CalendarId) -> Result<CalendarState, StoreError> {
        let mut pages = self
            .client()
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("pk = :calendar AND sk < :history")
            .expression_attribute_values(":calendar", calendar_key(calendar_id))
            .expression_attribute_values(":history", text(HISTORY))
            .into_paginator()
            .send();
        let mut state = CalendarState::default();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                let is_cursor = item.get("sk").and_then(|key| key.as_s().ok()).is_some_and(|key| key == CURSOR);
                if is_cursor {
                    let cursor = serde_dynamo::from_item(item).map_err(|_| StoreError::Malformed("cursor"))?;
                    state.cursor = Some(cursor);
                } else {
                    match OpenRecord::from_item(item) {
                        Ok(record) => state.open.push(record),
                        Err(_) => state.unreadable += 1,
                    }
                }
            }
        }
        Ok(state)
    }

    /// Writes the cursor if nobody else has since it was read at version `read`. Answers whether it was written.
    pub async fn advance_cursor(
        &self,
        calendar_id: &CalendarId,
        cursor: &Cursor,
        read: Option<u64>,
    ) -> Result<bool, StoreError> {
        let item = serde_dynamo::to_item(cursor).map_err(|_| StoreError::Malformed("cursor"))?;
        let mut put = self
            .client()
            .put_item()
            .table_name(self.table())
            .set_item(Some(item))
            .item("pk", calendar_key(calendar_id))
            .item("sk", text(CURSOR));
        put = match read {
            None => put.condition_expression("attribute_not_exists(sk)"),
            Some(version) => {
                put.condition_expression("version = :read").expression_attribute_values(":read", number(version))
            }
        };
        match put.send().await.map_err(StoreError::from) {
            Ok(_) => Ok(true),
            Err(StoreError::ConditionFailed) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The partition key of a calendar's items.
pub(super) fn calendar_key(calendar_id: &CalendarId) -> AttributeValue {
    text(format!("calendar#{}", calendar_id.key()))
}
