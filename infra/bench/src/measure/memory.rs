//! The most memory that the functions ever have resident.

use std::time::Duration;

use futures_util::future::{try_join, try_join_all};
use moffman_testbed::Trouble;

use super::budgets::MEMORY;
use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::event;
use crate::extent::Extent;
use crate::function::Function;
use crate::row::{Row, Unit, mebibytes};

const OFFICES: usize = 10;
/// Few runs are enough, because memory hardly varies.
const RUNS: usize = 3;
/// How long the sweep of many events runs. It is enough to record them all and to begin to work on them; with Google's
/// quota, the whole sweep would take a quarter of an hour.
const SHORT: Duration = Duration::from_secs(90);

/// Gives both functions the most work.
pub(crate) async fn memory(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let runs = extent.runs.min(RUNS);
    let mut api = Vec::new();
    for _ in 0..runs {
        api.push(reservations(binaries, extent.reservations).await?);
    }
    // These run side by side, because they mostly wait for Google's quota.
    let offices = extent.unchanged.into_iter().max().unwrap_or_default();
    let events = try_join_all((0..runs).map(|_| events(binaries, extent.many_events)));
    let first_sweeps = try_join_all((0..runs).map(|_| first_sweep(binaries, offices)));
    let (events, first_sweeps) = try_join(events, first_sweeps).await?;
    let row = |what: String| Row::new(format!("peak memory: {what}"), Unit::Mebibytes).within(MEMORY);
    Ok(vec![
        row(format!("api, {} reservations", extent.reservations)).of(api),
        row(format!("sweeper, {} new events", extent.many_events)).of(events),
        row(format!("sweeper, first sweep of {offices} offices")).of(first_sweeps),
    ])
}

async fn reservations(binaries: &Binaries, count: usize) -> Result<f64, Trouble> {
    let bench = Bench::with_offices(OFFICES).await?;
    let function = Function::start(&binaries.api, &bench).await?;
    for number in 0..count {
        function.invoke(event::post(&event::reservation(number, OFFICES, false))?).await?;
    }
    bench.check()?;
    Ok(mebibytes(function.process.peak_memory()?))
}

async fn events(binaries: &Binaries, count: usize) -> Result<f64, Trouble> {
    let bench = Bench::with_offices(1).await?;
    bench.person_adds(count);
    let function = Function::start(&binaries.sweeper, &bench).await?;
    let (mut approved, mut open) = (0, 0);
    for _ in 0..2 {
        let report = function.answer(event::sweep(), SHORT).await?.content;
        approved += report["events_approved"].as_u64().unwrap_or_default();
        open = report["open"].as_u64().unwrap_or_default();
    }
    if approved + open != u64::try_from(count)? {
        return Err(format!("of {count} events {approved} were approved and {open} are open").into());
    }
    bench.check()?;
    Ok(mebibytes(function.process.peak_memory()?))
}

async fn first_sweep(binaries: &Binaries, offices: usize) -> Result<f64, Trouble> {
    let bench = Bench::with_offices(offices).await?;
    let function = Function::start(&binaries.sweeper, &bench).await?;
    function.invoke(event::sweep()).await?;
    bench.check()?;
    Ok(mebibytes(function.process.peak_memory()?))
}
