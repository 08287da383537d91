//! The Lambda Runtime API, driven as a function drives it.

use crate::wire::{Reply, Wire};
use moffman_simulators::{InvocationOutcome, LambdaRuntime};
use serde_json::json;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(30);

struct Function<'a> {
    wire: &'a Wire,
    runtime: &'a LambdaRuntime,
}

impl Function<'_> {
    async fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        let url = format!("http://{}/2018-06-01/runtime/{path}", self.runtime.address());
        self.wire.send(method, &url, &[], body).await
    }

    /// Takes the next event and answers on `kind` with `body`.
    async fn answer(&self, kind: &str, body: &str) -> Reply {
        let next = self.call("GET", "invocation/next", "").await;
        for header in ["deadline-ms", "invoked-function-arn", "trace-id"] {
            assert!(next.headers.contains_key(format!("lambda-runtime-{header}")), "{header}");
        }
        let id = next.headers["lambda-runtime-aws-request-id"].to_str().unwrap();
        assert_eq!(self.call("POST", &format!("invocation/{id}/{kind}"), body).await.status, 202);
        next
    }
}

#[tokio::test]
async fn events_are_polled_and_answered() {
    let (wire, runtime) = (Wire::start().await, LambdaRuntime::start().await.unwrap());
    let function = Function { wire: &wire, runtime: &runtime };
    let invoke = runtime.invoke(json!({ "task": "sweep" }), LONG);
    let (outcome, next) = tokio::join!(invoke, function.answer("response", r#"{"swept":2}"#));
    assert_eq!(
        (outcome, next.json()),
        (InvocationOutcome::Response(json!({ "swept": 2 })), json!({ "task": "sweep" }))
    );
    let invoke = runtime.invoke(json!({}), LONG);
    let (outcome, _) = tokio::join!(invoke, function.answer("error", r#"{"errorType":"Oh"}"#));
    assert_eq!(outcome, InvocationOutcome::Error(json!({ "errorType": "Oh" })));
    assert_eq!(runtime.violations(), Vec::<String>::new());
    assert_eq!(function.call("POST", "invocation/unknown/response", "{}").await.status, 400);
    assert_eq!(function.call("GET", "nothing", "").await.status, 404);
    assert_eq!(runtime.violations().len(), 1);
}

#[tokio::test]
async fn a_function_that_does_not_start_or_answer() {
    let (wire, runtime) = (Wire::start().await, LambdaRuntime::start().await.unwrap());
    let function = Function { wire: &wire, runtime: &runtime };
    assert_eq!(runtime.invoke(json!({}), Duration::from_millis(1)).await, InvocationOutcome::TimedOut);
    let error = json!({ "errorType": "Config" });
    let body = error.to_string();
    let (outcome, reply) = tokio::join!(runtime.invoke(json!({}), LONG), function.call("POST", "init/error", &body));
    assert_eq!((outcome, reply.status), (InvocationOutcome::Error(error.clone()), 202));
    assert_eq!(runtime.init_error(), Some(error));
}
