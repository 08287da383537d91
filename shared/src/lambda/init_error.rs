//! Tells the Lambda service why a function cannot start, so that whoever invokes it is told, and not only the log.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;

use crate::telemetry;
use crate::transport::{self, Transport};

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
    let request = Request::post(format!("http://{runtime}/2018-06-01/runtime/init/error"))
        .header("lambda-runtime-function-error-type", "Moffman.CannotStart")
        .header(CONTENT_TYPE, "application/json")
        .body(transport::body(body.to_string()))?;
    tokio::time::timeout(PATIENCE, Transport::new()?.client().request(request)).await??;
    Ok(())
}
