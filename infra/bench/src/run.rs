//! Measures everything, in the order of the table.

use chrono::Utc;
use moffman_testbed::Trouble;

use crate::binaries::Binaries;
use crate::cores::Cores;
use crate::extent::Extent;
use crate::machine::Machine;
use crate::measure;
use crate::report::Report;
use crate::row::{self, Row};

/// Measures everything. `tell` gets each line of the tables as soon as it is known.
pub async fn run(binaries: &Binaries, extent: &Extent, tell: impl Fn(&str)) -> Result<Report, Trouble> {
    let mut report = Report { at: Utc::now(), machine: Machine::this(), rows: Vec::new(), growth: Vec::new() };
    tell(&format!("{}\n\n{}", report.machine, row::heading()));
    let mut add = |rows: Vec<Row>| {
        for row in &rows {
            tell(&row.to_string());
        }
        report.rows.extend(rows);
    };
    add(measure::sizes(binaries, extent)?);
    let cores = Cores::given()?;
    let one_core = cores.first()?;
    one_core.use_these()?;
    add(measure::start(binaries, extent).await?);
    add(measure::posts(binaries, extent).await?);
    add(measure::sweeps(binaries, extent).await?);
    cores.use_these()?;
    add(measure::server(binaries, extent).await?);
    add(measure::memory(binaries, extent).await?);
    tell(&format!("\n{}", measure::growth_heading()));
    one_core.use_these()?;
    report.growth = measure::growth(binaries, extent).await?;
    for growth in &report.growth {
        tell(&growth.to_string());
    }
    Ok(report)
}
