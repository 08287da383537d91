//! What the invocations of a day cost: calls by service, the busiest minute, how long they took.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use moffman_simulators::Call;

use super::kind::Day;
use crate::cost::InvocationCost;

/// The head of the table of days.
pub const DAY_TABLE_HEAD: &str = "\
| offices | events | schedules | invocations | longest, s | in all, min | Google calls | units in the busiest minute | DynamoDB reads | DynamoDB writes |
|---|---|---|---|---|---|---|---|---|---|";

/// The cost of a day; prints as a row of a table.
#[derive(Clone, Debug, Default)]
pub struct DayCost {
    day: Day,
    /// How many schedules there are, the fixed one too.
    pub schedules: usize,
    /// How often the function ran.
    pub invocations: usize,
    /// How long the longest invocation took.
    pub longest: TimeDelta,
    /// How long all invocations took together.
    pub in_all: TimeDelta,
    /// Calls of Google Calendar and Sheets.
    pub google: usize,
    /// Reading requests to DynamoDB.
    pub reads: usize,
    /// Writing requests to DynamoDB; a transaction counts as one.
    pub writes: usize,
    /// Forms sent.
    pub forms: usize,
    /// When units of Google Calendar's quota were used, and how many.
    units: Vec<(DateTime<Utc>, u32)>,
}

impl DayCost {
    pub(crate) fn new(day: &Day) -> Self {
        Self { day: *day, ..Self::default() }
    }

    /// Adds an invocation.
    pub(crate) fn add(&mut self, begin: DateTime<Utc>, end: DateTime<Utc>, calls: &[Call]) {
        self.invocations += 1;
        self.longest = self.longest.max(end - begin);
        self.in_all += end - begin;
        let InvocationCost { google, reads, writes, forms, .. } = InvocationCost::of(calls);
        self.google += google;
        self.reads += reads;
        self.writes += writes;
        self.forms += forms;
        self.units.extend(calls.iter().map(|call| (call.at, call.units())).filter(|(_, units)| *units > 0));
    }

    /// The most units in any 60 seconds.
    pub fn busiest_minute(&self) -> u32 {
        let mut units = self.units.clone();
        units.sort_unstable();
        let (mut first, mut sum, mut most) = (0, 0, 0);
        for (at, taken) in &units {
            sum += taken;
            while let Some((earlier, gone)) = units.get(first)
                && *at - *earlier >= TimeDelta::seconds(60)
            {
                sum -= gone;
                first += 1;
            }
            most = most.max(sum);
        }
        most
    }
}

impl fmt::Display for DayCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (longest, in_all) = (self.longest.num_seconds(), self.in_all.num_minutes());
        let numbers = [self.day.offices, self.day.events, self.schedules, self.invocations].map(grouped);
        let calls = [self.google, self.reads, self.writes].map(grouped);
        let [google, reads, writes] = calls;
        write!(f, "| {} | {longest} | {in_all} | {google} | ", numbers.join(" | "))?;
        write!(f, "{} | {reads} | {writes} |", self.busiest_minute())
    }
}

/// `10,000`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
