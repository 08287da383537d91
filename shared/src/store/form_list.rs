//! Forms as a person sees them: found under a calendar, and settled by what the person decides.
//!
//! One query reads both sorts of items, for their sort keys are neighbours: `open#…`, then `seen#…`.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, Stream, TryStreamExt};

use super::calendar_state::calendar_key;
use super::claims::{set_of, updated};
use super::open_record::{AS_READ, OpenRecord, milliseconds, seen_key};
use super::recording::days_of;
use super::{SORT, Store, StoreError, text};
use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;

/// How the sort keys of open records begin; the first of all that are listed.
pub const OPEN: &str = "open#";
/// How the sort keys of what was done begin.
pub const SEEN: &str = "seen#";
/// After all open records.
const END_OF_OPEN: &str = "open$";
/// After everything that was done.
const END_OF_SEEN: &str = "seen$";
/// What tells a record that its form must wait.
const WAITING: &str = "held, claim, lease_until, failed_days, failures, tries, failing_since, next_try_at";

/// Which items of a calendar to list.
#[derive(Clone, Copy, Debug)]
pub struct ItemRange<'a> {
    /// The first sort key, or anything before [`OPEN`] for all.
    pub from: &'a str,
    /// Whether what was done is listed, too.
    pub with_done: bool,
    /// Only records that were held at some time.
    pub held_only: bool,
    /// How many items are likely to be needed.
    pub expected: usize,
}

/// An item with the forms of one event.
#[derive(Clone, Debug)]
pub struct FormItem {
    /// Its sort key.
    pub key: String,
    /// The event: its id, or what stands for it where that is too long for a sort key.
    pub event: String,
    /// What the item says.
    pub content: FormContent,
}

/// What an item says about the forms of an event.
#[derive(Clone, Debug)]
pub enum FormContent {
    /// The event needs work.
    Open(Box<OpenRecord>),
    /// It was approved or left; these days need no form any more.
    Done(BTreeSet<DateRange>),
}

/// What a person decides about a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is to be sent, whatever happened before.
    Resend,
    /// It is not to be sent: it arrived, or is not wanted.
    Discard,
}

impl Store {
    /// The items of a calendar in the order of their sort keys, strongly consistent. One that cannot be read is left
    /// out: sweeps report it.
    pub fn form_items(
        &self,
        calendar_id: &CalendarId,
        range: &ItemRange<'_>,
    ) -> impl Stream<Item = Result<FormItem, StoreError>> + use<> {
        let from = range.from.max(OPEN);
        let to = if range.with_done { END_OF_SEEN } else { END_OF_OPEN };
        let query = self
            .client()
            .query()
            .table_name(self.table())
            .consistent_read(true)
            .key_condition_expression("pk = :calendar AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":calendar", calendar_key(calendar_id))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to));
        let paginator = if range.held_only {
            query.filter_expression("attribute_exists(held)").into_paginator()
        } else {
            query.into_paginator().page_size(i32::try_from(range.expected).unwrap_or(i32::MAX))
        };
        // A range that ends before it begins is an error to DynamoDB.
        let items = (from <= to).then(|| paginator.items().send());
        let items = stream::try_unfold(items, async |items| {
            let Some(mut items) = items else {
                return Ok(None);
            };
            Ok(items.next().await.transpose()?.map(|item| (item, Some(items))))
        });
        items.try_filter_map(async |item| Ok(form_item(item)))
    }

    /// The days of an event that need no form any more, as they are remembered after its record was closed.
    pub async fn read_done(&self, calendar_id: &CalendarId, event: &str) -> Result<BTreeSet<DateRange>, StoreError> {
        let answer = self
            .client()
            .get_item()
            .table_name(self.table())
            .key("pk", calendar_key(calendar_id))
            .key("sk", seen_key(event))
            .consistent_read(true)
            .send()
            .await?;
        Ok(answer.item.as_ref().and_then(|item| item.get("done")).map(days_of).unwrap_or_default())
    }

    /// Writes what a person decided about the days that `record` wants now, if the record is as it was read and nobody
    /// works on it. Answers it as it is now; `None` when it has changed.
    pub async fn decide(
        &self,
        calendar_id: &CalendarId,
        record: &OpenRecord,
        decision: Decision,
        now: DateTime<Utc>,
    ) -> Result<Option<OpenRecord>, StoreError> {
        let update = self
            .update_open(calendar_id, record)
            .condition_expression(format!("{AS_READ} AND (attribute_not_exists(claim) OR lease_until < :now)"))
            .expression_attribute_values(":now", milliseconds(now));
        let add = match decision {
            Decision::Resend => "revision :one",
            Decision::Discard => "revision :one, issued :days",
        };
        let update = update
            .update_expression(format!("ADD {add} DELETE unsettled :days REMOVE {WAITING}"))
            .expression_attribute_values(":days", set_of(record.days));
        updated(update).await
    }
}

fn form_item(item: HashMap<String, AttributeValue>) -> Option<FormItem> {
    let key = item.get(SORT)?.as_s().ok()?.clone();
    if let Some(event) = key.strip_prefix(OPEN).map(str::to_owned) {
        let content = FormContent::Open(Box::new(OpenRecord::from_item(item).ok()?));
        return Some(FormItem { key, event, content });
    }
    let event = key.strip_prefix(SEEN)?.to_owned();
    let content = FormContent::Done(item.get("done").map(days_of)?);
    Some(FormItem { key, event, content })
}
