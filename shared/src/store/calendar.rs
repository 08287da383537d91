//! A calendar's items: how far it was read, what is open in it, and what was done.
//!
//! One query answers the first two: the sort keys `copy#…`, `cursor`, `left#…` and `open#…` come before `seen#…`, so what was
//! done long ago costs nothing.

use aws_sdk_dynamodb::operation::query::paginator::QueryPaginatorItems as QueryItems;
use chrono::{DateTime, Utc};

use super::copy_record::CopyRecord;
use super::cursor::Cursor;
use super::form::in_key;
use super::item::{Item, ItemKey, Kept, text};
use super::left_form::LeftForm;
use super::open_record::{OpenRecord, short};
use super::seen::Seen;
use super::write::{Condition, Met, Write, Written};
use super::{SORT, Store, StoreError};
use crate::domain::calendar_id::CalendarId;
use crate::domain::form::FormKey;

/// The partition with an item for each calendar that has a cursor.
pub(super) const CALENDARS: &str = "calendars";
/// The sort key of a calendar's cursor.
const CURSOR: &str = "cursor";
/// How the sort keys of open records begin.
const OPEN: &str = "open#";
/// How the sort keys of copies that a person ordered begin.
const COPY: &str = "copy#";
/// How the sort keys of forms begin that events left behind.
const LEFT: &str = "left#";
/// The sort key below which everything is read.
const HISTORY: &str = "seen#";

/// The items of one calendar.
#[derive(Clone, Debug)]
pub struct CalendarItems<'a> {
    store: &'a Store,
    key: &'a str,
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
    /// How many items cannot be read; they hold the others up in nothing.
    pub unreadable: usize,
}

/// What became of an event that was to be recorded.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// This is its record now.
    Written(Kept<OpenRecord>),
    /// There is this record instead.
    Found(Kept<OpenRecord>),
    /// There is a record that cannot be read; it holds the others up in nothing.
    Unreadable,
    /// There is no record any more.
    Gone,
    /// A newer version was looked at, or this one was closed.
    Seen(Option<Seen>),
}

impl Store {
    /// The items of a calendar.
    pub fn calendar<'a>(&'a self, id: &'a CalendarId) -> CalendarItems<'a> {
        CalendarItems { store: self, key: id.key() }
    }
}

impl CalendarItems<'_> {
    /// Reads the cursor, the open records, the copies and the forms left behind, strongly consistent, in one query.
    pub async fn read(&self) -> Result<CalendarState, StoreError> {
        let mut pages = self
            .store
            .client()
            .query()
            .table_name(self.store.table())
            .consistent_read(true)
            .key_condition_expression("pk = :calendar AND sk < :history")
            .expression_attribute_values(":calendar", text(self.partition()))
            .expression_attribute_values(":history", text(HISTORY))
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

    /// Opens a record, unless a newer version of the event was looked at before or there is a record already. `over` is what
    /// was seen before and does not count: the event was read since.
    pub async fn open(
        &self,
        record: Kept<OpenRecord>,
        over: Option<&Seen>,
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        let id = &record.event.id;
        let (condition, values) = over.map_or_else(|| Seen::allows(&record.event, now), Seen::is_still);
        let writes = [
            Write::put(self.open_key(id), &record, Condition::Absent(now))?,
            Write::check(self.seen_key(id), Condition::Expression(condition, values)),
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

    /// Replaces a record that is as it was read. The form that its event leaves behind, if it does, is written with it.
    pub async fn replace(
        &self,
        read: &Kept<OpenRecord>,
        record: Kept<OpenRecord>,
        left: Option<&Kept<LeftForm>>,
    ) -> Result<Recorded, StoreError> {
        let condition = Condition::AsRead(read.revision.clone());
        let mut writes = vec![Write::put(self.open_key(&record.event.id), &record, condition)?];
        writes.extend(left.map(|left| self.put_left(left)).transpose()?);
        Ok(match self.store.write(&writes).await?.met(0) {
            Met::Nothing => Recorded::Written(record),
            Met::Present(Some(item)) => Recorded::found(item),
            Met::Present(None) => Recorded::Gone,
        })
    }

    /// Deletes a record that is as it was read, and remembers what was done. `also` is written with it.
    pub fn close(&self, record: &Kept<OpenRecord>, seen: &Seen, also: Vec<Write>) -> Result<Vec<Write>, StoreError> {
        let id = &record.event.id;
        let mut writes = vec![
            Write::delete(self.open_key(id), &record.revision),
            Write::put_item(self.seen_key(id), seen.to_item()?),
        ];
        writes.extend(also);
        Ok(writes)
    }

    /// The check that a record is as it was read.
    pub fn check_record(&self, record: &Kept<OpenRecord>) -> Write {
        Write::check(self.open_key(&record.event.id), Condition::AsRead(record.revision.clone()))
    }

    /// Writes the cursor if nobody else has since it was `read`. The first one makes the calendar known.
    pub fn cursor(&self, read: Option<&Kept<Cursor>>, cursor: &Kept<Cursor>) -> Result<Vec<Write>, StoreError> {
        let key = ItemKey::new(self.partition(), CURSOR);
        Ok(match read {
            Some(read) => vec![Write::put(key, cursor, Condition::AsRead(read.revision.clone()))?],
            None => vec![
                Write::put(key, cursor, Condition::Absent(DateTime::UNIX_EPOCH))?,
                Write::put_item(ItemKey::new(CALENDARS, self.key), Item::new()),
            ],
        })
    }

    /// Puts the record of a copy that a person ordered.
    pub fn put_copy(&self, copy: &Kept<CopyRecord>) -> Result<Write, StoreError> {
        Write::put(self.copy_key(&copy.form), copy, Condition::None)
    }

    /// Whether there is a record of a copy of this form.
    pub async fn has_copy(&self, form: &FormKey) -> Result<bool, StoreError> {
        Ok(self.store.item(&self.copy_key(form)).await?.is_some())
    }

    /// The check that the record of a copy is as it was read.
    pub fn check_copy(&self, copy: &Kept<CopyRecord>) -> Write {
        Write::check(self.copy_key(&copy.form), Condition::AsRead(copy.revision.clone()))
    }

    /// Deletes the record of a copy that is as it was read.
    pub fn delete_copy(&self, copy: &Kept<CopyRecord>) -> Write {
        Write::delete(self.copy_key(&copy.form), &copy.revision)
    }

    /// Puts a form that an event leaves behind.
    pub fn put_left(&self, left: &Kept<LeftForm>) -> Result<Write, StoreError> {
        Write::put(self.left_key(&left.form), left, Condition::None)
    }

    /// Deletes the item of a form that was left behind, if no event has left it since.
    pub fn delete_left(&self, left: &Kept<LeftForm>) -> Write {
        Write::delete(self.left_key(&left.form), &left.revision)
    }

    /// Where the record of an event lies, and the memory of it.
    pub(super) fn keys_of(&self, event: &str) -> [ItemKey; 2] {
        [self.open_key(event), self.seen_key(event)]
    }

    /// One attribute of all copies, open records, forms left behind and memories.
    pub(super) fn everything(&self, attribute: &'static str) -> QueryItems {
        let query = self
            .store
            .client()
            .query()
            .table_name(self.store.table())
            .key_condition_expression("pk = :calendar")
            .projection_expression(attribute)
            .expression_attribute_values(":calendar", text(self.partition()));
        query.into_paginator().items()
    }

    fn partition(&self) -> String {
        format!("calendar#{}", self.key)
    }

    fn open_key(&self, event: &str) -> ItemKey {
        ItemKey::new(self.partition(), format!("{OPEN}{}", short(event)))
    }

    fn seen_key(&self, event: &str) -> ItemKey {
        ItemKey::new(self.partition(), format!("{HISTORY}{}", short(event)))
    }

    fn copy_key(&self, form: &FormKey) -> ItemKey {
        self.key_of(COPY, form)
    }

    fn left_key(&self, form: &FormKey) -> ItemKey {
        self.key_of(LEFT, form)
    }

    fn key_of(&self, kind: &str, form: &FormKey) -> ItemKey {
        ItemKey::new(self.partition(), format!("{kind}{}#{}", form.person.digest(), in_key(form.days)))
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
        if sort == CURSOR {
            self.cursor = Some(Kept::from_item(item)?);
            return Ok(());
        }
        let is_read = if sort.starts_with(COPY) {
            Kept::from_item(item).map(|copy| self.copies.push(copy))
        } else if sort.starts_with(LEFT) {
            Kept::from_item(item).map(|left| self.left.push(left))
        } else {
            Kept::from_item(item).map(|record| self.open.push(record))
        };
        self.unreadable += usize::from(is_read.is_err());
        Ok(())
    }
}
