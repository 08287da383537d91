//! The compiled local server as a process of its own, over the simulated services.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use moffman_testbed::Trouble;

use crate::bench::Bench;
use crate::process::Process;

pub(crate) struct LocalServer {
    pub(crate) process: Process,
    /// From the start of the process until it said that it listens.
    pub(crate) start: Duration,
    /// Its base address, without a slash at its end.
    pub(crate) url: String,
}

impl LocalServer {
    /// Starts it and waits until it listens. It is configured to make no sweeps.
    pub(crate) async fn start(binary: &Path, bench: &Bench) -> Result<Self, Trouble> {
        let log = bench.path("moffman.log");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("MOFFMAN_REST_API__PORT", "0")
            .env("MOFFMAN_GENERAL__STORAGE_PATH", bench.path("state"))
            .env("MOFFMAN_GENERAL__MANUAL_CALENDAR_CHECK_INTERVAL", "null")
            .env("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PATH", bench.key_file())
            .arg("--config")
            .arg(bench.settings_file())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?);
        let mut process = Process::start(&mut command).map_err(|error| format!("{}: {error}", binary.display()))?;
        let out = process.child.stdout.take().ok_or("the server has no standard output")?;
        // A server that fails to start closes its output without a line.
        let line = tokio::task::spawn_blocking(move || BufReader::new(out).lines().next().transpose()).await??;
        let start = Instant::now().saturating_duration_since(process.started);
        let said = line.unwrap_or_default();
        let url = said.strip_prefix("Moffman listens on ").and_then(|rest| rest.split_once(". State"));
        let Some((url, _)) = url else {
            return Err(format!("the local server did not start: {}", std::fs::read_to_string(log)?).into());
        };
        Ok(Self { url: url.to_owned(), start, process })
    }
}
