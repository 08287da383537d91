//! What a sweep costs when much is there and nothing has changed.

use std::fmt;

use futures_util::future::try_join_all;
use moffman::sweep::{SweepOrder, SweepScope, sweep};
use moffman_testbed::Trouble;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::cost::InvocationCost;
use crate::event;
use crate::extent::Extent;
use crate::function::Function;
use crate::row::median;

/// How many sweeps measure a single office.
const SWEEPS: usize = 10;
/// How many sweeps measure several offices.
const LARGE_SWEEPS: usize = 3;

/// The cost of one sweep in which nothing has changed.
#[derive(Clone, Debug)]
pub struct Growth {
    /// How many offices or processed events there were.
    pub what: String,
    /// Calls to Google, Byroapi and DynamoDB.
    pub calls: usize,
    /// The most calls that it may take: one to Google and one to DynamoDB for each office.
    pub budget: usize,
    /// The length of all bodies of requests and answers, in bytes.
    pub bytes: usize,
    /// CPU time of the process, in milliseconds.
    pub cpu: f64,
}

/// Sweeps an office with more and more processed events, and more and more offices.
pub(crate) async fn growth(binaries: &Binaries, extent: &Extent) -> Result<Vec<Growth>, Trouble> {
    let mut rows = Vec::new();
    for events in extent.histories {
        rows.push(history(binaries, events).await?);
    }
    // Large sweeps run side by side, because they mostly wait for Google's quota.
    rows.extend(try_join_all(extent.unchanged.map(|count| offices(binaries, count))).await?);
    Ok(rows)
}

async fn history(binaries: &Binaries, events: usize) -> Result<Growth, Trouble> {
    let bench = Bench::with_offices(1).await?;
    bench.person_adds(events);
    // The second sweep is needed because it sees the approvals of the first.
    past_sweeps(&bench, 2).await?;
    if bench.world.forms().len() != events {
        return Err("not every event of the history has its form".into());
    }
    let function = Function::start(&binaries.sweeper, &bench).await?;
    function.invoke(event::sweep()).await?;
    let mut costs = Vec::new();
    for _ in 0..SWEEPS {
        costs.push(function.invoke(event::sweep()).await?);
    }
    bench.check()?;
    Growth::of(format!("1 office, {events} processed events"), 1, &costs)
}

async fn offices(binaries: &Binaries, count: usize) -> Result<Growth, Trouble> {
    let bench = Bench::with_offices(count).await?;
    past_sweeps(&bench, 1).await?;
    let mut costs = Vec::new();
    for _ in 0..LARGE_SWEEPS {
        // A new process each time, because the old one has used up what Google allows at once.
        let function = Function::start(&binaries.sweeper, &bench).await?;
        function.invoke(event::sweep_one()).await?;
        costs.push(function.invoke(event::sweep()).await?);
    }
    bench.check()?;
    Growth::of(format!("{count} offices"), count, &costs)
}

async fn past_sweeps(bench: &Bench, count: usize) -> Result<(), Trouble> {
    let app = bench.unpaced()?;
    for _ in 0..count {
        let order = SweepOrder { scope: SweepScope::All, dry_run: false, deadline: None, share: None };
        let report = sweep(&app, &order).await?;
        if !report.problems.is_empty() {
            return Err(format!("{:?}", report.problems).into());
        }
    }
    Ok(())
}

impl Growth {
    fn of(what: String, offices: usize, sweeps: &[InvocationCost]) -> Result<Self, Trouble> {
        let most = sweeps.iter().max_by_key(|cost| cost.calls()).ok_or("nothing was swept")?;
        let cpu: Vec<_> = sweeps.iter().map(|cost| cost.cpu).collect();
        Ok(Self { what, calls: most.calls(), budget: 2 * offices, bytes: most.bytes, cpu: median(&cpu) })
    }

    /// Whether it takes more calls than it may.
    pub fn is_over(&self) -> bool {
        self.calls > self.budget
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "what": self.what, "calls": self.calls, "budget": self.budget, "over": self.is_over(), "bytes": self.bytes, "cpu_ms": self.cpu })
    }
}

/// A line of the table.
impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, calls, budget, bytes, cpu } = self;
        let verdict = if self.is_over() { "over" } else { "ok" };
        write!(f, "{what:<40} {budget:>8} {calls:>8} {bytes:>10} {cpu:>10.2}  {verdict}")
    }
}

/// The heading of the table.
pub(crate) fn heading() -> String {
    let what = "A sweep in which nothing has changed";
    format!("{what:<40} {:>8} {:>8} {:>10} {:>10}", "budget", "calls", "bytes", "CPU ms")
}
