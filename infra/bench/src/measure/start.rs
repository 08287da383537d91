//! How long a function takes until it is ready for its first event.

use moffman_testbed::Trouble;

use super::budgets::START;
use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::extent::Extent;
use crate::function::Function;
use crate::row::{Row, Unit, milliseconds};

/// Starts the functions and one that does nothing, in turns.
pub(crate) async fn start(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let bench = Bench::with_offices(extent.offices).await?;
    let row = |name: &str| Row::new(format!("start to first poll: {name}"), Unit::Milliseconds);
    let mut functions = [
        (&binaries.api, row("api").within(START)),
        (&binaries.sweeper, row("sweeper").within(START)),
        (&binaries.empty, row("a function that does nothing")),
    ];
    for _ in 0..extent.starts {
        for (binary, row) in &mut functions {
            row.samples.push(milliseconds(Function::start(binary, &bench).await?.start));
        }
    }
    bench.check()?;
    Ok(functions.map(|(_, row)| row).into())
}
