//! Measures what Moffman costs, how fast it is and how large: the compiled programs as processes of their own, over the
//! simulated services in this one, so that the simulators' CPU and memory do not count.

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

/// Measures everything; `tell` hears what comes next.
pub async fn run(binaries: &Binaries, scale: &Scale, tell: impl Fn(&str)) -> Result<Report, Trouble> {
    let at = Utc::now();
    let mut rows = Vec::new();
    tell("sizes");
    rows.extend(measure::sizes(binaries, scale)?);
    tell("starts of the functions");
    rows.extend(measure::start(binaries, scale).await?);
    tell("reservations");
    rows.extend(measure::posts(binaries, scale).await?);
    tell("sweeps");
    rows.extend(measure::sweeps(binaries, scale).await?);
    tell("the local server");
    rows.extend(measure::server(binaries, scale).await?);
    tell("memory");
    rows.extend(measure::memory(binaries, scale).await?);
    tell("growth");
    let growth = measure::growth(binaries, scale).await?;
    Ok(Report { at, machine: Machine::this(), rows, growth })
}
