//! A compiled Lambda function as a process of its own, invoked over the simulated Runtime API.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use moffman_simulators::{InvocationOutcome, LambdaRuntime};
use moffman_testbed::Trouble;
use serde_json::Value;

use crate::bench::Bench;
use crate::cost::{InvocationCost, own_time};
use crate::process::Process;

/// How long a function may take to start.
const TO_START: Duration = Duration::from_secs(30);
/// A function's longest time on AWS.
const DEADLINE: Duration = Duration::from_mins(15);

pub(crate) struct Function<'a> {
    pub(crate) process: Process,
    /// From the start of the process to its first poll, without the time of the simulators.
    pub(crate) start: Duration,
    bench: &'a Bench,
    runtime: LambdaRuntime,
    log: PathBuf,
}

/// What a function answered.
pub(crate) struct InvocationAnswer {
    pub(crate) content: Value,
    /// The real time of the invocation, without that of the simulators.
    pub(crate) own_time: Duration,
}

impl<'a> Function<'a> {
    /// Starts the function and waits until it is ready for an event.
    pub(crate) async fn start(binary: &Path, bench: &'a Bench) -> Result<Self, Trouble> {
        let runtime = LambdaRuntime::start().await?;
        let mark = bench.world.mark();
        let log = bench.path("function.log");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address())
            .envs(bench.environment())
            .stdin(Stdio::null())
            .stdout(File::create(&log)?);
        let process = Process::start(&mut command).map_err(|error| format!("{}: {error}", binary.display()))?;
        let Ok(ready) = tokio::time::timeout(TO_START, runtime.first_poll()).await else {
            return Err(format!("{} did not start: {}", binary.display(), std::fs::read_to_string(log)?).into());
        };
        let start = own_time(process.started, ready, &bench.world.calls_since(mark));
        Ok(Self { process, start, bench, runtime, log })
    }

    /// Invokes it once.
    pub(crate) async fn invoke(&self, event: Value) -> Result<InvocationCost, Trouble> {
        self.invoke_all(vec![event]).await
    }

    /// Invokes it with each event, one after the other.
    pub(crate) async fn invoke_all(&self, events: Vec<Value>) -> Result<InvocationCost, Trouble> {
        let mark = self.bench.world.mark();
        let before = self.process.cpu()?;
        let mut own_times = Vec::with_capacity(events.len());
        for event in events {
            own_times.push(self.answer(event, DEADLINE).await?.own_time);
        }
        let cpu = self.process.cpu()?.saturating_sub(before);
        Ok(InvocationCost { own_times, cpu, ..InvocationCost::of(&self.bench.world.calls_since(mark)) })
    }

    /// Invokes it once.
    pub(crate) async fn answer(&self, event: Value, deadline: Duration) -> Result<InvocationAnswer, Trouble> {
        let mark = self.bench.world.mark();
        let content = match self.runtime.invoke(event, deadline).await {
            InvocationOutcome::Response(content) if is_good(&content) => content,
            other => return Err(self.failed(&other)),
        };
        let span = self.runtime.last_invocation().ok_or("the invocation has no end")?;
        let own_time = own_time(span.delivered, span.answered, &self.bench.world.calls_since(mark));
        Ok(InvocationAnswer { content, own_time })
    }

    fn failed(&self, outcome: &InvocationOutcome) -> Trouble {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let end: Vec<&str> = log.lines().rev().take(5).collect();
        format!("an invocation ended with {outcome:?}; the last lines of the log are {end:#?}").into()
    }
}

/// Whether the answer is a success: of a request, or of a sweep without failed offices.
fn is_good(content: &Value) -> bool {
    let bad_status = content.get("statusCode").is_some_and(|status| status != 200);
    let has_problems = content.get("problems").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    !bad_status && !has_problems
}
