//! How soon the local server listens, and how much it can do.

use std::time::Instant;

use futures_util::future::try_join_all;
use moffman::transport::Transport;
use moffman_testbed::Trouble;

use super::budgets::{CPU, MEMORY};
use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::event;
use crate::extent::Extent;
use crate::local::LocalServer;
use crate::row::{Row, Unit, mebibytes, milliseconds, milliseconds_each, number};

const OFFICES: usize = 10;
const CONNECTIONS: usize = 16;

/// Starts the server, and registers reservations over several connections at once.
pub(crate) async fn server(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let (mut start, mut rate, mut cpu, mut memory) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..extent.runs {
        let bench = Bench::with_offices(OFFICES).await?;
        let server = LocalServer::start(&binaries.local, &bench).await?;
        start.push(milliseconds(server.start));
        let client = Transport::new()?.requests();
        let url = format!("{}/api/v1/reservations", server.url);
        let (before, began) = (server.process.cpu()?, Instant::now());
        try_join_all((0..CONNECTIONS).map(|connection| {
            let (client, url) = (client.clone(), url.clone());
            let numbers = (0..extent.requests).skip(connection).step_by(CONNECTIONS);
            async move { tokio::spawn(register(client, url, numbers.collect())).await? }
        }))
        .await?;
        rate.push(number(extent.requests) / began.elapsed().as_secs_f64());
        cpu.push(milliseconds_each(server.process.cpu()?.saturating_sub(before), extent.requests));
        memory.push(mebibytes(server.process.peak_memory()?));
        bench.check()?;
    }
    Ok(vec![
        Row::new("local server: start until it listens", Unit::Milliseconds).of(start),
        Row::new(format!("local server: POSTs over {CONNECTIONS} connections"), Unit::PerSecond).of(rate),
        Row::new("local server: CPU per POST", Unit::Milliseconds).within(CPU).of(cpu),
        Row::new(format!("peak memory: local server, {} reservations", extent.requests), Unit::Mebibytes)
            .within(MEMORY)
            .of(memory),
    ])
}

async fn register(client: reqwest::Client, url: String, numbers: Vec<usize>) -> Result<(), Trouble> {
    for number in numbers {
        let body = event::reservation(number, OFFICES, false).to_string();
        let answer = client.post(&url).body(body).send().await?;
        if answer.status() != 200 {
            return Err(format!("{}: {}", answer.status(), answer.text().await?).into());
        }
        answer.bytes().await?;
    }
    Ok(())
}
