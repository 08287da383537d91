//! How long a function takes until it is ready for its first event.

use moffman_testbed::Trouble;

use super::budgets::START;
use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::extent::Extent;
use crate::function::Function;
use crate::row::{Row, Unit, milliseconds};

/// Starts the functions and an empty one, in turns.
pub(crate) async fn start(binaries: &Binaries, extent: &Extent) -> Result<Vec<Row>, Trouble> {
    let bench = Bench::with_offices(extent.offices).await?;
    let row = |name: &str| Row::new(format!("start to first poll: {name}"), Unit::Milliseconds);
    let mut functions =
        [(&binaries.empty, row("empty function")), (&binaries.api, row("api")), (&binaries.sweeper, row("sweeper"))];
    for _ in 0..extent.starts {
        for (binary, row) in &mut functions {
            row.samples.push(milliseconds(Function::start(binary, &bench).await?.start));
        }
    }
    bench.check()?;
    let rows = functions.map(|(_, row)| row);
    let [empty, api, sweeper] = &rows;
    let ratios = [ratio("api", api, empty), ratio("sweeper", sweeper, empty)];
    Ok(rows.into_iter().chain(ratios).collect())
}

/// The best start of each, divided: whatever else the machine does only makes a start longer.
fn ratio(name: &str, function: &Row, empty: &Row) -> Row {
    let what = format!("start to first poll: {name} / empty function");
    Row::new(what, Unit::Times).within(START).of(vec![function.best() / empty.best()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(samples: &[f64]) -> Row {
        Row::new("start to first poll", Unit::Milliseconds).of(samples.to_vec())
    }

    #[test]
    fn a_start_is_a_multiple_of_an_empty_functions() {
        let empty = starts(&[9.0, 2.0]);
        let row = ratio("api", &starts(&[4.0, 40.0]), &empty);
        assert_eq!((row.what.as_str(), row.worst()), ("start to first poll: api / empty function", 2.0));
        assert!(!row.is_over());
        assert!(ratio("api", &starts(&[5.1]), &empty).is_over());
        assert!(ratio("api", &starts(&[]), &empty).is_over());
    }
}
