//! The Lambda function behind API Gateway.

use std::process::ExitCode;

use moffman::config::LogLevel;
use moffman::lambda::init_error;
use moffman::telemetry::{self, Format};

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

async fn run() -> Result<(), lambda_http::Error> {
    telemetry::init(Format::Json, LogLevel::Info)?;
    lambda_http::run(moffman_api::start().await?).await
}
