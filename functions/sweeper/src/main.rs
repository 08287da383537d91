//! The Lambda function that EventBridge Scheduler invokes.

use std::process::ExitCode;

use lambda_runtime::service_fn;
use moffman::config::LogLevel;
use moffman::lambda::{self, init_error};
use moffman::telemetry::{self, Format};
use moffman_sweeper::Sweeper;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            init_error::report(&error).await;
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    telemetry::init(Format::Json, LogLevel::Info)?;
    let (app, aws) = lambda::start().await?;
    let sweeper = &Sweeper::new(app, &aws);
    lambda_runtime::run(service_fn(|event| Box::pin(sweeper.handle(event)))).await
}
