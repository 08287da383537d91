//! What a reservation costs: time, CPU, calls.

use moffman_testbed::Trouble;

use super::budgets::CPU;
use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::cost::InvocationCost;
use crate::event;
use crate::extent::Extent;
use crate::function::Function;
use crate::row::{Row, Unit, median, milliseconds_each, number};

const OFFICES: usize = 10;
/// How many requests go before the ones that count.
const WARM_UP: usize = 20;
/// How many requests make a sample: few enough that the machine does nothing else during some of the samples.
const BATCH: usize = 100;

/// A kind of request, and what it may cost.
struct RequestKind {
    name: &'static str,
    google_calls: f64,
    costs: Vec<InvocationCost>,
}

/// Registers reservations and approves them, and makes others that are approved from the start.
pub(crate) async fn posts(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let kind = |name, google_calls| RequestKind { name, google_calls, costs: Vec::new() };
    let mut kinds = [kind("register", 1.0), kind("approve", 2.0), kind("register as approved", 2.0)];
    let mut first = Vec::new();
    for _ in 0..extent.runs {
        let bench = Bench::with_offices(OFFICES).await?;
        let function = Function::start(&binaries.api, &bench).await?;
        first.push(median(&function.invoke_all(requests(0..1, false)?).await?.own_times));
        function.invoke_all(requests(1..1 + WARM_UP, false)?).await?;
        function.invoke_all(requests(1..1 + WARM_UP, true)?).await?;
        let (registered, direct) = (1_000_000..1_000_000 + extent.posts, 2_000_000..2_000_000 + extent.posts);
        let batches = [(registered.clone(), false), (registered, true), (direct, true)];
        for (kind, (numbers, approved)) in kinds.iter_mut().zip(batches) {
            for start in numbers.clone().step_by(BATCH) {
                let batch = start..numbers.end.min(start + BATCH);
                kind.costs.push(function.invoke_all(requests(batch, approved)?).await?);
            }
        }
        bench.check()?;
    }
    let mut rows = vec![Row::new("first invocation, POST, new token: own time", Unit::Milliseconds).of(first)];
    rows.extend(kinds.iter().map(RequestKind::own_time));
    rows.extend(kinds.iter().map(RequestKind::cpu));
    rows.extend(kinds.iter().flat_map(RequestKind::calls));
    Ok(rows)
}

fn requests(numbers: std::ops::Range<usize>, approved: bool) -> Result<Vec<serde_json::Value>, Trouble> {
    numbers.map(|number| event::post(&event::reservation(number, OFFICES, approved))).collect()
}

impl RequestKind {
    fn own_time(&self) -> Row {
        let samples = self.costs.iter().map(|cost| median(&cost.own_times)).collect();
        Row::new(format!("warm invocation, {}: own time", self.name), Unit::Milliseconds).of(samples)
    }

    fn cpu(&self) -> Row {
        let samples = self.costs.iter().map(|cost| milliseconds_each(cost.cpu, cost.own_times.len())).collect();
        Row::new(format!("CPU per POST: {}", self.name), Unit::Milliseconds).within(CPU).of(samples)
    }

    fn calls(&self) -> [Row; 2] {
        let row = |service: &str, calls: fn(&InvocationCost) -> usize| {
            let each = |cost: &InvocationCost| number(calls(cost)) / number(cost.own_times.len());
            let samples = self.costs.iter().map(each).collect();
            Row::new(format!("{service} calls: {}", self.name), Unit::Calls).of(samples)
        };
        let google = row("Google", |cost| cost.google).within(self.google_calls);
        [google, row("DynamoDB", |cost| cost.reads + cost.writes).within(0.0)]
    }
}
