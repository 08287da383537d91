//! Tells the Lambda service why a function cannot start, so that whoever invokes it is told, and not only the log.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use serde_json::json;

use crate::telemetry;
use crate::transport::Transport;

/// The Lambda service is on the same machine.
const PATIENCE: Duration = Duration::from_secs(2);

/// Logs the error and reports it to the Lambda service; after that the process has to end.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>
pub async fn report(error: &dyn Display) {
    telemetry::cannot_start(error);
    let Ok(runtime) = std::env::var("AWS_LAMBDA_RUNTIME_API") else {
        return;
    };
    if let Err(error) = tell(&runtime, &error.to_string()).await {
        tracing::warn!(error, "the Lambda service was not told why");
    }
}

async fn tell(runtime: &str, message: &str) -> Result<(), Box<dyn Error>> {
    let body = json!({"errorMessage": message, "errorType": "CannotStart", "stackTrace": []});
    let url = format!("http://{runtime}/2018-06-01/runtime/init/error");
    let request = Transport::new()?.requests().post(url).timeout(PATIENCE).json(&body);
    request.header("lambda-runtime-function-error-type", "Moffman.CannotStart").send().await?;
    Ok(())
}
