//! The items of a calendar, which [`Store::calendar`] names: how far it was read, what is open in it, and what was done.
//!
//! One query reads all but what was done: the sort keys `copy#…`, `cursor`, `left#…` and `open#…` come before `seen#…`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::Store;
use super::attributes::{Item, SORT, text};
use super::copy_record::CopyRecord;
use super::cursor::Cursor;
use super::error::StoreError;
use super::item::Kept;
use super::key::{ItemKey, calendar_partition};
use super::known_calendar;
use super::left_form::LeftForm;
use super::open_record::OpenRecord;
use super::seen::Seen;
use super::write::{Condition, Met, Write, Written};
use crate::domain::calendar_id::CalendarId;
use crate::domain::email::PersonKey;
use crate::domain::form::FormKey;

/// The items of one calendar.
#[derive(Clone, Debug)]
pub struct CalendarItems<'a> {
    store: &'a Store,
    id: &'a CalendarId,
}

/// What is known about a calendar.
#[derive(Clone, Debug, Default)]
pub struct CalendarState {
    /// Absent before the first sweep.
    pub cursor: Option<Kept<Cursor>>,
    /// The events that still need work.
    pub open: Vec<Kept<OpenRecord>>,
    /// The copies that people ordered.
    pub copies: Vec<Kept<CopyRecord>>,
    /// The forms that events left behind.
    pub left: Vec<Kept<LeftForm>>,
    /// How many items cannot be read; the others are read all the same.
    pub unreadable: usize,
}

/// What became of an event that was to be recorded.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// The record is in the table.
    Written(Kept<OpenRecord>),
    /// Another record is in the table.
    Found(Kept<OpenRecord>),
    /// The record in the table cannot be read.
    Unreadable,
    /// The record is not in the table any more.
    Gone,
    /// A newer version was looked at, or this one was closed.
    Seen(Option<Seen>),
}

impl Store {
    /// The items of a calendar.
    pub fn calendar<'a>(&'a self, id: &'a CalendarId) -> CalendarItems<'a> {
        CalendarItems { store: self, id }
    }
}

impl CalendarItems<'_> {
    /// Reads the cursor, the open records, the copies and the forms left behind, strongly consistent, in one query.
    pub async fn read(&self) -> Result<CalendarState, StoreError> {
        let mut pages = self
            .store
            .query()
            .consistent_read(true)
            .key_condition_expression("pk = :calendar AND sk < :history")
            .expression_attribute_values(":calendar", self.partition())
            .expression_attribute_values(":history", text(Seen::SORT_KEYS))
            .into_paginator()
            .send();
        let mut state = CalendarState::default();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                state.add(item)?;
            }
        }
        Ok(state)
    }

    /// Opens a record, unless a newer version of the event was looked at before or there is a record already. `over` is an
    /// earlier memory of the event; it does not count, because the event was read since.
    pub async fn open(
        &self,
        record: Kept<OpenRecord>,
        over: Option<&Seen>,
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        let (condition, values) = over.map_or_else(|| Seen::allows(&record.event, now), Seen::is_still);
        let writes = [
            Write::put(self.open_key(&record), &record, Condition::Absent(now))?,
            Write::check(self.seen_key(&record), Condition::Expression(condition, values)),
        ];
        let written = self.store.write(&writes).await?;
        let Written::Refused(met) = written else { return Ok(Recorded::Written(record)) };
        let mut met = met.into_iter();
        Ok(match (met.next(), met.next()) {
            (Some(Met::Present(Some(item))), _) => Recorded::found(item),
            (_, Some(Met::Present(seen))) => Recorded::Seen(seen.as_ref().and_then(Seen::from_item)),
            _ => Recorded::Gone,
        })
    }

    /// Replaces a record that is as it was read. If the event leaves a form behind, that is written with it.
    pub async fn replace(
        &self,
        read: &Kept<OpenRecord>,
        record: Kept<OpenRecord>,
        left: Option<&Kept<LeftForm>>,
    ) -> Result<Recorded, StoreError> {
        let condition = Condition::AsRead(read.revision.clone());
        let mut writes = vec![Write::put(self.open_key(&record), &record, condition)?];
        writes.extend(left.map(|left| self.put_left(left)).transpose()?);
        Ok(match self.store.write(&writes).await?.met(0) {
            Met::Nothing => Recorded::Written(record),
            Met::Present(Some(item)) => Recorded::found(item),
            Met::Present(None) => Recorded::Gone,
        })
    }

    /// The writes that delete a record that is as it was read and remember what was done, with those of `also`.
    pub fn close(&self, record: &Kept<OpenRecord>, seen: &Seen, also: Vec<Write>) -> Result<Vec<Write>, StoreError> {
        let mut writes = vec![
            Write::delete(self.open_key(record), &record.revision),
            Write::put_item(self.seen_key(record), seen.to_item()?),
        ];
        writes.extend(also);
        Ok(writes)
    }

    /// The check that a record is as it was read.
    pub fn check_record(&self, record: &Kept<OpenRecord>) -> Write {
        Write::check(self.open_key(record), Condition::AsRead(record.revision.clone()))
    }

    /// The writes of a cursor that nobody else has written since it was `read`. The first one makes the calendar known.
    pub fn put_cursor(&self, read: Option<&Kept<Cursor>>, cursor: &Kept<Cursor>) -> Result<Vec<Write>, StoreError> {
        let key = Cursor::key_in(self.id);
        Ok(match read {
            Some(read) => vec![Write::put(key, cursor, Condition::AsRead(read.revision.clone()))?],
            None => vec![
                Write::put(key, cursor, Condition::Absent(DateTime::UNIX_EPOCH))?,
                Write::put_item(known_calendar::key_of(self.id), Item::new()),
            ],
        })
    }

    /// The write of the record of a copy that a person ordered.
    pub fn put_copy(&self, copy: &Kept<CopyRecord>) -> Result<Write, StoreError> {
        Write::put(CopyRecord::key_in(self.id, &copy.form), copy, Condition::None)
    }

    /// Whether there is a record of a copy of this form.
    pub async fn has_copy(&self, form: &FormKey) -> Result<bool, StoreError> {
        Ok(self.store.item(&CopyRecord::key_in(self.id, form)).await?.is_some())
    }

    /// The check that the record of a copy is as it was read.
    pub fn check_copy(&self, copy: &Kept<CopyRecord>) -> Write {
        Write::check(CopyRecord::key_in(self.id, &copy.form), Condition::AsRead(copy.revision.clone()))
    }

    /// The write that deletes the record of a copy, if it is as it was read.
    pub fn delete_copy(&self, copy: &Kept<CopyRecord>) -> Write {
        Write::delete(CopyRecord::key_in(self.id, &copy.form), &copy.revision)
    }

    /// The write of a form that an event leaves behind.
    pub fn put_left(&self, left: &Kept<LeftForm>) -> Result<Write, StoreError> {
        Write::put(LeftForm::key_in(self.id, &left.form), left, Condition::None)
    }

    /// The write that forgets a form that was left behind, if no event has left it again since.
    pub fn delete_left(&self, left: &Kept<LeftForm>) -> Write {
        Write::delete(LeftForm::key_in(self.id, &left.form), &left.revision)
    }

    /// The people who have asked for a form in this calendar as far as it is remembered, by their digests.
    pub async fn people(&self) -> Result<BTreeMap<String, PersonKey>, StoreError> {
        let mut items = self
            .store
            .query()
            .key_condition_expression("pk = :calendar")
            .projection_expression("person")
            .expression_attribute_values(":calendar", self.partition())
            .into_paginator()
            .items()
            .send();
        let mut people = BTreeMap::new();
        while let Some(mut item) = items.next().await.transpose()? {
            let person = item.remove("person").and_then(|person| serde_dynamo::from_attribute_value(person).ok());
            people.extend(person.map(|person: PersonKey| (person.digest(), person)));
        }
        Ok(people)
    }

    fn partition(&self) -> AttributeValue {
        text(calendar_partition(self.id))
    }

    fn open_key(&self, record: &OpenRecord) -> ItemKey {
        OpenRecord::key_in(self.id, &record.event.id)
    }

    fn seen_key(&self, record: &OpenRecord) -> ItemKey {
        Seen::key_in(self.id, &record.event.id)
    }
}

impl Recorded {
    fn found(item: Item) -> Self {
        Kept::from_item(item).map_or(Self::Unreadable, Self::Found)
    }
}

impl CalendarState {
    fn add(&mut self, item: Item) -> Result<(), StoreError> {
        let sort = item.get(SORT).and_then(|key| key.as_s().ok()).map(String::as_str).unwrap_or_default();
        if sort == Cursor::SORT_KEY {
            self.cursor = Some(Kept::from_item(item)?);
            return Ok(());
        }
        let is_read = if sort.starts_with(CopyRecord::SORT_KEYS) {
            Kept::from_item(item).map(|copy| self.copies.push(copy))
        } else if sort.starts_with(LeftForm::SORT_KEYS) {
            Kept::from_item(item).map(|left| self.left.push(left))
        } else {
            Kept::from_item(item).map(|record| self.open.push(record))
        };
        self.unreadable += usize::from(is_read.is_err());
        Ok(())
    }
}
