//! A compiled Lambda function as a process of its own, invoked over the simulated Runtime API.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use moffman_simulators::{LambdaRuntime, Outcome};
use serde_json::Value;

use crate::Trouble;
use crate::cost::{Cost, own_time};
use crate::process::Process;
use crate::stage::Stage;

/// How long a function may take to start.
const TO_START: Duration = Duration::from_secs(30);
/// A function's longest time on AWS.
const DEADLINE: Duration = Duration::from_mins(15);

pub(crate) struct Function<'a> {
    pub(crate) process: Process,
    /// From the start of the process to its first poll, without the time of the simulators.
    pub(crate) start: Duration,
    stage: &'a Stage,
    runtime: LambdaRuntime,
    log: PathBuf,
}

impl<'a> Function<'a> {
    /// Starts the function and waits until it is ready for an event.
    pub(crate) async fn start(binary: &Path, stage: &'a Stage) -> Result<Self, Trouble> {
        let runtime = LambdaRuntime::start().await?;
        let mark = stage.world.mark();
        let log = stage.path("function.log");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address())
            .envs(stage.environment())
            .stdin(Stdio::null())
            .stdout(File::create(&log)?);
        let process = Process::start(&mut command).map_err(|error| format!("{}: {error}", binary.display()))?;
        let Ok(ready) = tokio::time::timeout(TO_START, runtime.first_poll()).await else {
            return Err(format!("{} did not start: {}", binary.display(), std::fs::read_to_string(log)?).into());
        };
        let start = own_time(process.started, ready, &stage.world.calls_since(mark));
        Ok(Self { process, start, stage, runtime, log })
    }

    /// Invokes it once.
    pub(crate) async fn invoke(&self, event: Value) -> Result<Cost, Trouble> {
        self.invoke_all(vec![event]).await
    }

    /// Invokes it with each event, one after the other.
    pub(crate) async fn invoke_all(&self, events: Vec<Value>) -> Result<Cost, Trouble> {
        let mark = self.stage.world.mark();
        let before = self.process.cpu()?;
        let mut own_times = Vec::with_capacity(events.len());
        for event in events {
            own_times.push(self.answer(event, DEADLINE).await?);
        }
        let cpu = self.process.cpu()?.saturating_sub(before);
        Ok(Cost { own_times, cpu, ..Cost::of(&self.stage.world.calls_since(mark)) })
    }

    /// Invokes it once; answers its own time.
    pub(crate) async fn answer(&self, event: Value, deadline: Duration) -> Result<Duration, Trouble> {
        let mark = self.stage.world.mark();
        let outcome = self.runtime.invoke(event, deadline).await;
        let Outcome::Response(answer) = &outcome else {
            return Err(self.failed(&outcome));
        };
        let bad_status = answer.get("statusCode").is_some_and(|status| status != 200);
        let has_problems = answer.get("problems").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if bad_status || has_problems {
            return Err(self.failed(&outcome));
        }
        let span = self.runtime.last_invocation().ok_or("the invocation has no end")?;
        Ok(own_time(span.delivered, span.answered, &self.stage.world.calls_since(mark)))
    }

    fn failed(&self, outcome: &Outcome) -> Trouble {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let end: Vec<&str> = log.lines().rev().take(5).collect();
        format!("an invocation ended with {outcome:?}; the last lines of the log are {end:#?}").into()
    }
}
