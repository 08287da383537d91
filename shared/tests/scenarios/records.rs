//! The items in DynamoDB: what two writers at once, or a slow one, may and may not do.

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use moffman::domain::calendar_id::CalendarId;
use moffman::domain::date_range::DateRange;
use moffman::domain::email::{Email, PersonKey};
use moffman::domain::event::{Event, EventKind, Marks};
use moffman::domain::form::{AskingEvent, Claim, ClaimId, Form, FormKey, Happening};
use moffman::domain::revision::Revision;
use moffman::store::Store;
use moffman::store::calendar::Recorded;
use moffman::store::cursor::Cursor;
use moffman::store::form::FormItem;
use moffman::store::item::{Kept, kept};
use moffman::store::open_record::OpenRecord;
use moffman::store::seen::{How, Seen};
use moffman::store::write::{Condition, Met, Write, Written};
use moffman::transport::Transport;
use moffman_simulators::DynamoDb;

use crate::context::instant;

const EARLY: &str = "2026-06-15T07:00:00Z";
const LATE: &str = "2026-06-15T07:30:00Z";
const ONE: &str = "2026-06-18/2026-06-19";
const OTHER: &str = "2026-06-22/2026-06-23";

/// A table of its own, and its only calendar.
struct Table {
    store: Store,
    calendar: CalendarId,
}

fn now() -> DateTime<Utc> {
    instant("2026-06-15T08:00:00Z")
}

fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

fn anna() -> PersonKey {
    Email::parse("anna@example.com").unwrap().key()
}

fn event(updated: Option<&str>, etag: &str, range: &str) -> Event {
    Event {
        id: "e1".into(),
        etag: etag.into(),
        cancelled: false,
        kind: EventKind::Single,
        creator: Email::parse("anna@example.com"),
        updated: updated.map(instant),
        days: Some(days(range)),
        timed: false,
        title: None,
        series: None,
        marks: Marks::default(),
        url: None,
        fixed: false,
    }
}

fn revision() -> Revision {
    Revision(format!("{:032x}", fastrand::u128(..)))
}

impl Table {
    async fn start() -> Self {
        let dynamodb = DynamoDb::start().await.unwrap();
        let store = moffman_testbed::store(moffman_testbed::dynamodb(dynamodb.url(), &Transport::new().unwrap()));
        store.create_table().await.unwrap();
        Self { store, calendar: "prague@group.calendar.google.com".into() }
    }

    async fn open(&self, event: Event) -> Recorded {
        let days = event.days.unwrap();
        let record = kept(None, OpenRecord::new(event, days, anna(), now()), revision());
        self.store.calendar(&self.calendar).open(record, None, now()).await.unwrap()
    }

    async fn opened(&self, event: Event) -> Kept<OpenRecord> {
        match self.open(event).await {
            Recorded::Written(record) => record,
            other => panic!("{other:?}"),
        }
    }

    async fn replace(&self, read: &Kept<OpenRecord>, event: Event) -> Recorded {
        let days = event.days.unwrap();
        let record = kept(Some(read), OpenRecord::new(event, days, anna(), now()).after(Some(read)), revision());
        self.store.calendar(&self.calendar).replace(read, record, None).await.unwrap()
    }

    async fn read(&self) -> Vec<Kept<OpenRecord>> {
        self.store.calendar(&self.calendar).read().await.unwrap().open
    }

    /// Whether it was closed.
    async fn close(&self, record: &Kept<OpenRecord>, event: &Event, how: How) -> bool {
        let (etag, updated) = (event.etag.clone(), event.updated);
        let seen = Seen { etag, updated, person: anna(), days: record.days, how, at: now() };
        let writes = self.store.calendar(&self.calendar).close(record, &seen, Vec::new()).unwrap();
        matches!(self.store.write(&writes).await.unwrap(), Written::Done)
    }

    /// Announces the form of a record, as the worker with this name.
    async fn announce(&self, record: &Kept<OpenRecord>, name: &str) -> Written {
        let claim = Claim::new(ClaimId(name.to_owned()), now() + Duration::seconds(75));
        let event = AskingEvent { calendar: self.calendar.clone(), event: record.event.id.clone() };
        let sending = Happening::Sending { claim, event, dated: now() };
        let form = Form::after(None, &sending, now()).changed().unwrap();
        let item = kept(None, FormItem { key: record.form(), form }, revision());
        let put = Write::put(FormItem::key_of(&record.form()), &item, Condition::Absent(now())).unwrap();
        let check = self.store.calendar(&self.calendar).check_record(record);
        self.store.write(&[put, check]).await.unwrap()
    }
}

fn key(range: &str) -> FormKey {
    FormKey { person: anna(), days: days(range) }
}

#[tokio::test]
async fn what_was_closed_is_opened_again_only_in_a_version_that_is_not_older_and_another() {
    for (how, updated, etag, is_opened) in [
        (How::Approved, Some(EARLY), "\"1\"", false),
        (How::Approved, Some(LATE), "\"2\"", false),
        (How::Approved, Some(LATE), "\"3\"", true),
        (How::Approved, None, "\"3\"", true),
        (How::Approved, None, "\"2\"", false),
        (How::Refused, Some(LATE), "\"2\"", false),
        (How::Gone, Some(EARLY), "\"1\"", false),
        (How::NotRegistered, Some(LATE), "\"2\"", true),
        (How::NotRegistered, Some(EARLY), "\"1\"", false),
        (How::NeedsNothing, Some(EARLY), "\"1\"", false),
        (How::NeedsNothing, Some(LATE), "\"2\"", true),
    ] {
        let table = Table::start().await;
        let record = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
        assert!(table.close(&record, &event(Some(LATE), "\"2\"", ONE), how).await);
        let recorded = table.open(event(updated, etag, OTHER)).await;
        assert_eq!(matches!(recorded, Recorded::Written(_)), is_opened, "{how:?} {updated:?} {etag}: {recorded:?}");
        assert_eq!(table.read().await.len(), usize::from(is_opened));
    }
}

#[tokio::test]
async fn a_record_that_is_there_is_answered_in_place_of_the_one_that_was_to_be_opened() {
    let table = Table::start().await;
    let first = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
    let Recorded::Found(present) = table.open(event(Some(LATE), "\"2\"", OTHER)).await else { panic!("it is there") };
    assert_eq!(present, first);
    assert_eq!(table.read().await, [first]);
}

#[tokio::test]
async fn a_record_is_replaced_only_as_it_was_read() {
    let table = Table::start().await;
    let first = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
    let Recorded::Written(second) = table.replace(&first, event(Some(LATE), "\"2\"", OTHER)).await else {
        panic!("it is as it was read")
    };
    assert_eq!(second.recorded_at, first.recorded_at);
    assert_eq!((first.asking_since, second.asking_since), (instant(EARLY), instant(LATE)));
    let Recorded::Found(present) = table.replace(&first, event(Some(LATE), "\"3\"", ONE)).await else {
        panic!("it has changed")
    };
    assert_eq!(present, second);
    assert!(!table.close(&first, &event(Some(LATE), "\"3\"", ONE), How::Gone).await);
    assert!(table.close(&second, &event(Some(LATE), "\"3\"", ONE), How::Gone).await);
    assert!(matches!(table.replace(&second, event(Some(LATE), "\"4\"", ONE)).await, Recorded::Gone));
}

/// The record of an event is closed and a second one opened, of which a sweep knows only the first.
#[tokio::test]
async fn a_second_record_is_not_taken_for_the_first() {
    let table = Table::start().await;
    let first = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
    assert!(table.close(&first, &event(Some(EARLY), "\"1\"", ONE), How::Approved).await);
    let second = table.opened(event(Some(LATE), "\"2\"", OTHER)).await;
    assert!(matches!(table.announce(&first, "slow").await, Written::Refused(_)));
    assert!(!table.close(&first, &event(Some(LATE), "\"2\"", OTHER), How::Approved).await);
    assert_eq!(table.read().await, [second]);
    assert_eq!(table.store.person(&anna()).form(days(ONE), now()).await.unwrap(), None);
}

#[tokio::test]
async fn of_twenty_workers_at_once_one_announces_the_form_and_the_others_meet_it() {
    let table = Table::start().await;
    let record = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
    let names: Vec<String> = (0..20).map(|n| format!("worker {n}")).collect();
    let announced = join_all(names.iter().map(|name| table.announce(&record, name))).await;
    let (done, refused): (Vec<_>, Vec<_>) = announced.into_iter().partition(|written| matches!(written, Written::Done));
    assert_eq!((done.len(), refused.len()), (1, 19));
    for written in refused {
        assert!(matches!(written.met(0), Met::Present(Some(_))));
    }
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_carried_through() {
    let table = Table::start().await;
    let record = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
    table.announce(&record, "worker").await;
    let place = FormItem::key_of(&key(ONE));
    let mut item = table.store.item(&place).await.unwrap().unwrap();
    item.insert("colour".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("green".to_owned()));
    assert!(matches!(table.store.write(&[Write::put_item(place.clone(), item)]).await.unwrap(), Written::Done));

    let read = table.store.person(&anna()).form(days(ONE), now()).await.unwrap().unwrap();
    let issued = Form::after(Some(&read.form), &Happening::Issued, now()).changed().unwrap();
    let next = kept(Some(&read), FormItem { key: key(ONE), form: issued }, revision());
    let write = Write::put(place.clone(), &next, Condition::AsRead(read.revision.clone())).unwrap();
    assert!(matches!(table.store.write(&[write]).await.unwrap(), Written::Done));
    let item = table.store.item(&place).await.unwrap().unwrap();
    assert_eq!(item["colour"].as_s().unwrap(), "green");
    assert_eq!(item["state"].as_s().unwrap(), "issued");
    assert!(!item.contains_key("claim"), "what is over goes");
}

#[tokio::test]
async fn what_has_ended_counts_as_absent_before_the_table_deletes_it() {
    let table = Table::start().await;
    let record = table.opened(event(Some(EARLY), "\"1\"", ONE)).await;
    table.announce(&record, "worker").await;
    let read = table.store.person(&anna()).form(days(ONE), now()).await.unwrap().unwrap();
    let issued = Form::after(Some(&read.form), &Happening::Issued, now()).changed().unwrap();
    let next = kept(Some(&read), FormItem { key: key(ONE), form: issued }, revision());
    let write = Write::put(FormItem::key_of(&key(ONE)), &next, Condition::AsRead(read.revision.clone())).unwrap();
    table.store.write(&[write]).await.unwrap();
    let before = now() + Duration::days(400);
    assert!(table.store.person(&anna()).form(days(ONE), before).await.unwrap().is_some());
    let after = now() + Duration::days(404);
    assert_eq!(table.store.person(&anna()).form(days(ONE), after).await.unwrap(), None);
    let again = kept(None, FormItem { key: key(ONE), form: next.form.clone() }, revision());
    let write = |now| Write::put(FormItem::key_of(&key(ONE)), &again, Condition::Absent(now)).unwrap();
    assert!(matches!(table.store.write(&[write(before)]).await.unwrap(), Written::Refused(_)));
    assert!(matches!(table.store.write(&[write(after)]).await.unwrap(), Written::Done));
}

#[tokio::test]
async fn of_two_sweeps_one_advances_the_cursor() {
    let table = Table::start().await;
    let cursor = |read: Option<&Kept<Cursor>>, token: &str| {
        let cursor = Cursor { sync_token: token.to_owned(), reconciled_at: now(), users_digest: "digest".to_owned() };
        kept(read, cursor, revision())
    };
    let advance = async |read: Option<&Kept<Cursor>>, next: &Kept<Cursor>| {
        let writes = table.store.calendar(&table.calendar).put_cursor(read, next).unwrap();
        matches!(table.store.write(&writes).await.unwrap(), Written::Done)
    };
    let first = cursor(None, "1");
    assert!(advance(None, &first).await);
    assert!(!advance(None, &cursor(None, "2")).await);
    let second = cursor(Some(&first), "2");
    assert!(advance(Some(&first), &second).await);
    assert!(!advance(Some(&first), &cursor(Some(&first), "3")).await);
    assert_eq!(table.store.calendar(&table.calendar).read().await.unwrap().cursor, Some(second));
}
