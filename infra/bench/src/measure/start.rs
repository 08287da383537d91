//! How long a function takes until it is ready for its first event.

use super::START;
use crate::function::Function;
use crate::row::{Row, Unit, milliseconds};
use crate::stage::Stage;
use crate::{Binaries, Scale, Trouble};

/// Starts the functions in turns, beside one that does nothing.
pub(crate) async fn start(binaries: &Binaries, scale: &Scale) -> Result<Vec<Row>, Trouble> {
    let stage = Stage::set(scale.offices).await?;
    let row = |name: &str| Row::new(format!("start to first poll: {name}"), Unit::Milliseconds);
    let mut functions = [
        (&binaries.api, row("api").within(START)),
        (&binaries.sweeper, row("sweeper").within(START)),
        (&binaries.empty, row("a function that does nothing")),
    ];
    for _ in 0..scale.starts {
        for (binary, row) in &mut functions {
            row.samples.push(milliseconds(Function::start(binary, &stage).await?.start));
        }
    }
    stage.check()?;
    Ok(functions.map(|(_, row)| row).into())
}
