//! Events that need work: recorded before the cursor moves on, claimed while they are worked on, closed when done.
//!
//! Every write after a claim is conditional on the claim and on the record's revision, so two sweeps never both act
//! on it, and one that was slow finds out that the event has changed. What was done stays behind under `seen#…`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{StoreError, number, text};
use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;
use crate::domain::event::Event;

/// The longest event id that stands in a sort key as it is, in bytes.
const LONGEST_ID: usize = 512;

/// The condition that a record is as it was read, and not another one of the same event that was recorded after it was closed.
pub(super) const AS_READ: &str = "revision = :revision AND recorded_at = :recorded";

/// An event that needs work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// The event as it was last seen.
    pub event: Event,
    /// The days to approve.
    pub days: DateRange,
    /// Its creator.
    pub user: PersonKey,
    /// Grows with every write, from 1 on.
    pub revision: u64,
    /// When it was first recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who works on it.
    pub claim: Option<Claim>,
    /// The days whose form was about to be sent, and nobody has written down what became of it.
    pub unsettled: BTreeSet<DateRange>,
    /// The days that need no form any more.
    pub issued: BTreeSet<DateRange>,
    /// The days whose form waits for a person.
    pub held: Option<DateRange>,
    /// Forms that were not issued.
    pub failures: Option<Failures>,
}

/// The right to work on a record for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Random.
    pub id: String,
    /// When others may take over.
    pub until: DateTime<Utc>,
}

/// What is known about forms that were not issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// The days they were for.
    pub days: DateRange,
    /// All of them.
    pub count: u32,
    /// Those that count towards giving up: the form service was reached.
    pub tries: u32,
    /// When the first happened.
    pub since: DateTime<Utc>,
    /// Before this instant it is not tried again.
    pub next_try_at: DateTime<Utc>,
}

impl Claim {
    /// A claim that ends at `until`, of which the table keeps whole milliseconds.
    pub fn new(id: String, until: DateTime<Utc>) -> Self {
        Self { id, until: instant(until.timestamp_millis()) }
    }
}

impl OpenRecord {
    /// A record as it is when it is first written.
    pub fn new(event: Event, days: DateRange, user: PersonKey, now: DateTime<Utc>) -> Self {
        Self {
            event,
            days,
            user,
            revision: 1,
            recorded_at: instant(now.timestamp_millis()),
            claim: None,
            unsettled: BTreeSet::new(),
            issued: BTreeSet::new(),
            held: None,
            failures: None,
        }
    }

    /// The failures for the days that are wanted now.
    pub fn current_failures(&self) -> Option<&Failures> {
        self.failures.as_ref().filter(|failures| failures.days == self.days)
    }

    /// Whether a person has to decide about the form for the days that are wanted now.
    pub fn is_held(&self) -> bool {
        self.held == Some(self.days)
    }

    /// Whether somebody works on it at `now`.
    pub fn is_claimed(&self, now: DateTime<Utc>) -> bool {
        self.claim.as_ref().is_some_and(|claim| claim.until >= now)
    }

    /// Reads an item of the table.
    pub(super) fn from_item(item: HashMap<String, AttributeValue>) -> Result<Self, StoreError> {
        let malformed = |_| StoreError::Malformed("open record");
        let item: Item = serde_dynamo::from_item(item).map_err(malformed)?;
        let event = serde_json::from_str(&item.event).map_err(|_| StoreError::Malformed("open record"))?;
        let claim = item.claim.zip(item.lease_until).map(|(id, until)| Claim { id, until: instant(until) });
        let failures = item.failed_days.map(|days| Failures {
            days,
            count: item.failures,
            tries: item.tries,
            since: instant(item.failing_since),
            next_try_at: instant(item.next_try_at),
        });
        Ok(Self {
            event,
            days: item.days,
            user: item.user,
            revision: item.revision,
            recorded_at: instant(item.recorded_at),
            claim,
            unsettled: item.unsettled,
            issued: item.issued,
            held: item.held,
            failures,
        })
    }
}

/// The item as it lies in the table; instants in milliseconds since the epoch.
#[derive(Deserialize)]
struct Item {
    event: String,
    days: DateRange,
    user: PersonKey,
    revision: u64,
    recorded_at: i64,
    claim: Option<String>,
    lease_until: Option<i64>,
    #[serde(default)]
    unsettled: BTreeSet<DateRange>,
    #[serde(default)]
    issued: BTreeSet<DateRange>,
    held: Option<DateRange>,
    failed_days: Option<DateRange>,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    tries: u32,
    #[serde(default)]
    failing_since: i64,
    #[serde(default)]
    next_try_at: i64,
}

fn instant(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// When Google last changed the event, in milliseconds since the epoch; 0 when it did not say.
pub(super) fn updated_at(event: &Event) -> i64 {
    event.updated.map_or(0, |updated| updated.timestamp_millis())
}

/// The sort key of an event's open record.
pub(super) fn open_key(event_id: &str) -> AttributeValue {
    text(format!("open#{}", short(event_id)))
}

/// The sort key under which it is remembered what was done with an event.
pub(super) fn seen_key(event_id: &str) -> AttributeValue {
    text(format!("seen#{}", short(event_id)))
}

/// An event id that fits into a sort key, which holds 1,024 bytes: Google's ids may be as long as that themselves.
fn short(event_id: &str) -> Cow<'_, str> {
    if event_id.len() <= LONGEST_ID { event_id.into() } else { format!("{:x}", Sha256::digest(event_id)).into() }
}

/// An instant as a number of milliseconds since the epoch.
pub(super) fn milliseconds(instant: DateTime<Utc>) -> AttributeValue {
    number(instant.timestamp_millis())
}
