//! What a sweep costs for each unchanged office, and for each event that a person made by hand.

use moffman_testbed::Trouble;

use super::budgets::{CPU, CPU_PER_EVENT, WRITES_PER_EVENT};
use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::cost::InvocationCost;
use crate::event;
use crate::extent::Extent;
use crate::function::Function;
use crate::row::{Row, Unit, median, milliseconds_each, number};

/// How many warm invocations a run has.
const TIMES: usize = 5;

/// Sweeps offices in which nothing has changed, and then one office with new events.
pub(crate) async fn sweeps(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let bench = Bench::with_offices(extent.offices).await?;
    // The first sweep lists whole windows, which later ones need not.
    Function::start(&binaries.sweeper, &bench).await?.invoke(event::sweep()).await?;
    let (mut first, mut warm, mut unchanged, mut changed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..extent.runs {
        let function = Function::start(&binaries.sweeper, &bench).await?;
        first.push(median(&function.invoke(event::sweep_one()).await?.own_times));
        warm.push(median(&function.invoke_all(vec![event::sweep_one(); TIMES]).await?.own_times));
        unchanged.push(function.invoke(event::sweep()).await?);
        drop(function);
        // A new process, because the old one has used up what Google allows at once.
        let function = Function::start(&binaries.sweeper, &bench).await?;
        function.invoke(event::sweep_one()).await?;
        bench.person_adds(extent.events);
        changed.push(function.invoke(event::sweep_one()).await?);
        // The next listing shows the approvals, so it must not be the one that counts.
        function.invoke(event::sweep_one()).await?;
    }
    bench.check()?;
    let time = |what: &str| Row::new(what, Unit::Milliseconds);
    let mut rows = vec![
        time("first invocation, sweep of one office: own time").of(first),
        time("warm invocation, sweep of one office: own time").of(warm),
        time("CPU per unchanged office").within(CPU).of(cpu(&unchanged, extent.offices)),
        time("CPU per new event: form and approval").within(CPU_PER_EVENT).of(cpu(&changed, extent.events)),
    ];
    rows.extend(unchanged_calls(&unchanged, extent.offices));
    rows.extend(event_calls(&changed, extent.events));
    Ok(rows)
}

fn cpu(costs: &[InvocationCost], count: usize) -> Vec<f64> {
    costs.iter().map(|cost| milliseconds_each(cost.cpu, count)).collect()
}

fn calls(what: &str, costs: &[InvocationCost], count: usize, calls: fn(&InvocationCost) -> usize) -> Row {
    let samples = costs.iter().map(|cost| number(calls(cost)) / number(count)).collect();
    Row::new(what, Unit::Calls).of(samples)
}

fn unchanged_calls(costs: &[InvocationCost], offices: usize) -> [Row; 4] {
    [
        calls("Google calls: unchanged office", costs, offices, |cost| cost.google).within(1.0),
        calls("Byroapi calls: unchanged office", costs, offices, |cost| cost.forms).within(0.0),
        calls("DynamoDB reads: unchanged office", costs, offices, |cost| cost.reads).within(1.0),
        calls("DynamoDB writes: unchanged office", costs, offices, |cost| cost.writes).within(0.0),
    ]
}

/// The calls for each event, without the ones that a sweep needs anyway: the listing, the read and the cursor.
fn event_calls(costs: &[InvocationCost], events: usize) -> [Row; 4] {
    [
        calls("Google calls: each new event", costs, events, |cost| cost.google.saturating_sub(1)).within(1.0),
        calls("Byroapi calls: each new event", costs, events, |cost| cost.forms).within(1.0),
        calls("DynamoDB reads: each new event", costs, events, |cost| cost.reads.saturating_sub(1)).within(0.0),
        calls("DynamoDB writes: each new event", costs, events, |cost| cost.writes.saturating_sub(1))
            .within(WRITES_PER_EVENT),
    ]
}
