//! Measures what Moffman costs, how fast it is and how large: the compiled programs as processes of their own, over the
//! simulated services in this one, so that the simulators' CPU and memory do not count.

mod cores;
mod cost;
mod event;
mod function;
mod local;
mod machine;
mod measure;
mod process;
mod report;
mod row;
mod scale;
mod stage;

use std::error::Error;
use std::path::{Path, PathBuf};

use chrono::Utc;

use crate::cores::Cores;

pub use machine::Machine;
pub use measure::Growth;
pub use report::Report;
pub use row::{Row, Unit};
pub use scale::Scale;

/// Why something could not be measured.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// The programs that are measured.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// The function behind the API.
    pub api: PathBuf,
    /// The function that sweeps.
    pub sweeper: PathBuf,
    /// A function that does nothing.
    pub empty: PathBuf,
    /// The local server.
    pub local: PathBuf,
}

impl Binaries {
    /// Those that lie in `folder`.
    pub fn of(folder: &Path) -> Self {
        Self {
            api: folder.join("api"),
            sweeper: folder.join("sweeper"),
            empty: folder.join("empty-function"),
            local: folder.join("moffman"),
        }
    }
}

/// Measures everything; `tell` is given the lines of the tables as soon as they are known.
pub async fn run(binaries: &Binaries, scale: &Scale, tell: impl Fn(&str)) -> Result<Report, Trouble> {
    let mut report = Report { at: Utc::now(), machine: Machine::this(), rows: Vec::new(), growth: Vec::new() };
    tell(&format!("{}\n\n{}", report.machine, row::heading()));
    let mut add = |rows: Vec<Row>| {
        for row in &rows {
            tell(&row.to_string());
        }
        report.rows.extend(rows);
    };
    add(measure::sizes(binaries, scale)?);
    let cores = Cores::given()?;
    let one_core = cores.first()?;
    one_core.use_these()?;
    add(measure::start(binaries, scale).await?);
    add(measure::posts(binaries, scale).await?);
    add(measure::sweeps(binaries, scale).await?);
    cores.use_these()?;
    add(measure::server(binaries, scale).await?);
    add(measure::memory(binaries, scale).await?);
    tell(&format!("\n{}", measure::growth_heading()));
    one_core.use_these()?;
    report.growth = measure::growth(binaries, scale).await?;
    for growth in &report.growth {
        tell(&growth.to_string());
    }
    Ok(report)
}
