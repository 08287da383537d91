//! A compiled function as a process of its own, invoked over the Lambda Runtime API.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use moffman_simulators::{InvocationOutcome, LambdaRuntime};
use serde_json::Value;

use crate::stage::Stage;

/// Long enough for a busy machine; nothing waits for it.
const DEADLINE: Duration = Duration::from_mins(1);

pub struct Function {
    pub stage: Stage,
    runtime: LambdaRuntime,
    process: Child,
}

impl Function {
    /// Starts the function of this test's package with good settings.
    pub async fn start(binary: &str) -> Self {
        let stage = Stage::set().await;
        stage.make_table().await;
        let settings = stage.settings_file();
        Self::start_with(binary, stage, &settings).await
    }

    /// Starts it with a settings file.
    pub async fn start_with(binary: &str, stage: Stage, settings: &Path) -> Self {
        Self::start_in(binary, stage, settings, &[]).await
    }

    /// Starts it with these variables besides those of every function.
    pub async fn start_in(binary: &str, stage: Stage, settings: &Path, variables: &[(&str, &str)]) -> Self {
        let runtime = LambdaRuntime::start().await.unwrap();
        let process = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "moffman-test")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL_DYNAMODB", stage.dynamodb.url())
            .env("AWS_ENDPOINT_URL_SSM", stage.world.ssm_url())
            .env("AWS_ENDPOINT_URL_SCHEDULER", stage.world.scheduler_url())
            .env("MOFFMAN_CONFIG", settings)
            .envs(variables.iter().copied())
            .env("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PARAMETER", "/moffman/key")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { stage, runtime, process }
    }

    /// Invokes it and waits for the outcome.
    pub async fn invoke(&self, event: Value) -> InvocationOutcome {
        self.runtime.invoke(event, DEADLINE).await
    }

    /// Invokes it and expects an answer.
    pub async fn answer(&self, event: Value) -> Value {
        match self.invoke(event).await {
            InvocationOutcome::Response(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    /// Ends the process and answers what it logged, one value per line.
    pub fn log(mut self) -> Vec<Value> {
        self.process.kill().unwrap();
        self.read()
    }

    /// Waits for the process to end by itself, because it cannot start: the Lambda service is told what the log says.
    pub async fn end(mut self) -> (ExitStatus, Vec<Value>) {
        let runtime = self.runtime.clone();
        // What the process asks while it starts is answered on this thread.
        let waiting = tokio::task::spawn_blocking(move || {
            let status = self.process.wait().unwrap();
            (status, self.read())
        });
        let (status, lines) = waiting.await.unwrap();
        let told = runtime.init_error().unwrap();
        assert_eq!((&told["errorMessage"], &told["errorType"]), (&lines[0]["error"], &"CannotStart".into()));
        (status, lines)
    }

    fn read(&mut self) -> Vec<Value> {
        let mut text = String::new();
        self.process.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        let mut errors = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!(errors, "", "only standard output is used");
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // A process that has ended already is no matter.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !std::thread::panicking() {
            assert_eq!(self.runtime.violations(), [""; 0]);
        }
    }
}

/// A sample event of the repository.
pub fn event(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/events").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
