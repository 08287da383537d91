//! DynamoDB in memory: dynoxide does the work.
//!
//! [`DynamoDb`] stands alone: it has neither strict checks nor faults, but a test can stop it. A world's own DynamoDB is
//! the [`Backend`], which requests reach after they have passed through the world.

use crate::wire::exchange::{Answer, Dropped, ReceivedRequest, Route, Service};
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::io;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A DynamoDB without tables. It takes any credentials and any region.
///
/// Dropping the handle does not stop it; it lives as long as the runtime it was started on.
#[derive(Debug)]
pub struct DynamoDb {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), String>>,
}

impl DynamoDb {
    /// Starts on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// When neither a port nor memory is to be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let database = dynoxide::Database::memory().map_err(io::Error::other)?;
        let (stop, stopped) = oneshot::channel();
        let until = async {
            if stopped.await.is_err() {
                // A dropped handle does not end the server.
                std::future::pending::<()>().await;
            }
        };
        let server = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, until));
        Ok(Self { url, stop: Some(stop), server })
    }

    /// The endpoint URL, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it: from now on nobody listens at the URL.
    pub async fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Sending fails only if the server has ended already.
            let _ = stop.send(());
            let _ = (&mut self.server).await;
        }
    }
}

/// The DynamoDB to which a world passes requests on.
#[derive(Clone)]
pub(crate) struct Backend {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Backend {
    pub(crate) async fn start() -> io::Result<Self> {
        let url = DynamoDb::start().await?.url().to_owned();
        Ok(Self { url, client: Client::builder(TokioExecutor::new()).build_http() })
    }

    pub(crate) async fn answer(&self, request: &ReceivedRequest) -> Result<Answer, Dropped> {
        let mut forwarded = http::Request::post(&self.url);
        for name in ["content-type", "x-amz-target", "authorization", "x-amz-date"] {
            if let Some(value) = request.header(name) {
                forwarded = forwarded.header(name, value);
            }
        }
        let forwarded = forwarded.body(Full::new(request.body.clone())).map_err(|_| Dropped)?;
        let answer = self.client.request(forwarded).await.map_err(|_| Dropped)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.map_err(|_| Dropped)?.to_bytes();
        Ok(Answer::empty(status).with_body("application/x-amz-json-1.0", body))
    }
}

/// The same request without the token by which DynamoDB recognises a transaction that is repeated within ten minutes.
pub(crate) fn without_token(request: &ReceivedRequest) -> ReceivedRequest {
    let mut body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let token = body.as_object_mut().and_then(|body| body.remove("ClientRequestToken"));
    let body = if token.is_some() { body.to_string().into() } else { request.body.clone() };
    ReceivedRequest { body, ..request.clone() }
}

/// The operation that the header `x-amz-target` names, such as `UpdateItem`.
pub(crate) fn route(headers: &HeaderMap) -> Route {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    Route::new(Service::DynamoDb, target.rsplit('.').next().unwrap_or("unknown"))
}

/// An error as DynamoDB writes it; `kind` is the exception's name, such as `ThrottlingException`. A cancelled transaction
/// also has the reason of its first action: `TransactionCanceledException TransactionConflict`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors>
pub(crate) fn error(code: u16, kind: &str) -> Answer {
    let (kind, reason) = kind.split_once(' ').unwrap_or((kind, ""));
    let mut body = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": kind });
    if !reason.is_empty() {
        body["CancellationReasons"] = json!([{ "Code": reason, "Message": reason }, { "Code": "None" }]);
    }
    Answer::empty(code).with_body("application/x-amz-json-1.0", body.to_string())
}
