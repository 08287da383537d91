//! Tells the Lambda service why a function cannot start, so that whoever invokes it is told, and not only the log.

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
    let client = Transport::new().and_then(|transport| transport.api());
    let (Ok(runtime), Ok(client)) = (std::env::var("AWS_LAMBDA_RUNTIME_API"), client) else {
        return;
    };
    let body = json!({"errorMessage": error.to_string(), "errorType": "CannotStart", "stackTrace": []});
    let request = client
        .post(format!("http://{runtime}/2018-06-01/runtime/init/error"))
        .header("lambda-runtime-function-error-type", "Moffman.CannotStart")
        .timeout(PATIENCE)
        .json(&body);
    if let Err(error) = request.send().await {
        tracing::warn!(%error, "the Lambda service was not told why");
    }
}
