//! Makes connections, with one time limit for finding the address, connecting and TLS together.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use google_calendar3::common::Body;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

/// A client that keeps its connections; clones share them. Its body type is the one of Google's hubs.
pub(crate) type HttpClient = Client<Connector, Body>;

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type BoxError = Box<dyn Error + Send + Sync>;

/// Makes connections over http and https, without proxies, whatever the environment says.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<HttpConnector>,
    patience: Duration,
}

impl Connector {
    /// A connector that gives up after `patience`.
    pub(super) fn new(tls: ClientConfig, patience: Duration) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        // The connector shares the limit out among the addresses of a host.
        http.set_connect_timeout(Some(patience));
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        Self { https: builder.wrap_connector(http), patience }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.https.call(uri);
        let patience = self.patience;
        Box::pin(async move { tokio::time::timeout(patience, connecting).await? })
    }
}
