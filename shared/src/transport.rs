//! Connections to Google, Byroapi and AWS: one TLS configuration, one place for the rules about reuse and time to connect.
//! Nothing follows redirects: neither a PATCH nor a form may end up where nobody sent it.
//!
//! Everything speaks HTTP/1.1, on purpose: a request that times out takes its connection with it, so that the next attempt
//! gets a new one. A multiplexed connection that died while a function was frozen would be handed out again and again.

mod aws;
mod connector;

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::{redirect, retry};
use rustls::{ClientConfig, RootCertStore};

pub(crate) use self::connector::{Connector, HttpClient};

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one request to AWS may take.
const AWS_ATTEMPT: Duration = Duration::from_secs(3);
/// How long a call to AWS may take with all its attempts.
const AWS_OPERATION: Duration = Duration::from_secs(8);
/// The longest wait before the SDK repeats a call for the first time; it doubles with each further attempt.
const AWS_BACKOFF: Duration = Duration::from_millis(50);
/// How many attempts the SDK makes at most, enough to fill the time that a call may take.
const AWS_ATTEMPTS: u32 = 8;
/// How long an unused connection is kept; servers and the network forget idle ones.
pub(crate) const IDLE: Duration = Duration::from_secs(30);
/// How we introduce ourselves.
pub(crate) const USER_AGENT: &str = concat!("moffman/", env!("CARGO_PKG_VERSION"));

/// The clients with which everything leaves this process. Clones share their connections.
///
/// Google's hubs and all other requests keep separate connections, so that there may be two to a host of Google. One TLS
/// configuration serves both, with the sessions that it can resume.
#[derive(Clone, derive_more::Debug)]
#[debug("Transport")]
pub struct Transport {
    tls: ClientConfig,
    connector: Connector,
    client: HttpClient,
    requests: reqwest::Client,
}

/// Why no connection can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The TLS library refuses its configuration.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP library refuses its configuration.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
}

impl Transport {
    /// Sets up TLS with ring and Mozilla's roots; connects to nobody.
    pub fn new() -> Result<Self, TransportError> {
        let tls = tls_config()?;
        let connector = Connector::new(tls.clone(), CONNECT);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector.clone());
        let requests = requests(&tls, CONNECT).pool_idle_timeout(IDLE).build()?;
        Ok(Self { tls, connector, client, requests })
    }

    /// The connector for Google's token endpoint, whose client brings its own type of body.
    pub(crate) fn connector(&self) -> Connector {
        self.connector.clone()
    }

    /// The client for the hubs of Google's APIs.
    pub(crate) fn client(&self) -> HttpClient {
        self.client.clone()
    }

    /// A client for the requests that no hub makes, except forms.
    pub fn requests(&self) -> reqwest::Client {
        self.requests.clone()
    }

    /// A client for requests that must not be repeated behind our back: each gets a connection of its own. Connecting
    /// takes at most half of `patience`, so the caller learns in time that nothing was sent.
    pub(crate) fn forms(&self, patience: Duration) -> Result<reqwest::Client, TransportError> {
        Ok(requests(&self.tls, CONNECT.min(patience / 2)).pool_max_idle_per_host(0).build()?)
    }

    /// The `http_client` of the AWS SDK.
    pub fn aws(&self) -> SharedHttpClient {
        aws::client(self.client.clone())
    }

    /// The `timeout_config` of the AWS SDK, short enough for a function to answer in time when AWS is silent.
    pub fn aws_timeouts() -> TimeoutConfig {
        TimeoutConfig::builder().operation_timeout(AWS_OPERATION).operation_attempt_timeout(AWS_ATTEMPT).build()
    }

    /// The `retry_config` of the AWS SDK. A dead connection costs milliseconds instead of the SDK's usual second, and a
    /// throttled call is still repeated for seconds.
    pub fn aws_retries() -> RetryConfig {
        RetryConfig::standard().with_initial_backoff(AWS_BACKOFF).with_max_attempts(AWS_ATTEMPTS)
    }
}

/// Turns off what reqwest does unasked: following redirects, repeating some requests, and looking for proxies in the
/// environment.
fn requests(tls: &ClientConfig, patience: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .connect_timeout(patience)
        .user_agent(USER_AGENT)
}

fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, channel};

    use aws_sdk_dynamodb::config::{AsyncSleep, Credentials, Region, Sleep};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector as AwsHttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use google_calendar3::common::to_body;
    use http_body_util::BodyExt as _;
    use reqwest::StatusCode;

    use super::*;
    use crate::store::{Store, StoreError};

    const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

    /// Tells of each connection it is given, answers every request with `answer` and keeps connections open; without an
    /// answer it closes them.
    fn serve(answer: Option<&'static str>) -> (SocketAddr, Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, connections) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = tell.send(());
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    for _ in lines.map_while(Result::ok).filter(String::is_empty) {
                        let Some(answer) = answer else { return };
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                });
            }
        });
        (address, connections)
    }

    /// The status that a hub would be answered.
    async fn ask_as_hub(transport: &Transport, address: SocketAddr) -> Option<StatusCode> {
        let request = http::Request::post(format!("http://{address}/")).body(to_body(Some(""))).unwrap();
        let answer = transport.client().request(request).await.ok()?;
        let status = answer.status();
        answer.into_body().collect().await.unwrap();
        Some(status)
    }

    async fn ask(client: &reqwest::Client, address: SocketAddr) -> Option<StatusCode> {
        let answer = client.post(format!("http://{address}/")).send().await.ok()?;
        let status = answer.status();
        answer.bytes().await.unwrap();
        Some(status)
    }

    #[tokio::test]
    async fn a_form_never_travels_over_a_used_connection() {
        let client = Transport::new().unwrap().forms(CONNECT).unwrap();
        let (address, connections) = serve(Some(FINE));
        assert_eq!([ask(&client, address).await, ask(&client, address).await], [Some(StatusCode::OK); 2]);
        assert_eq!(connections.try_iter().count(), 2);
    }

    #[tokio::test]
    async fn other_requests_share_a_connection() {
        let transport = Transport::new().unwrap();
        let (address, connections) = serve(Some(FINE));
        for _ in 0..2 {
            assert_eq!(ask(&transport.requests(), address).await, Some(StatusCode::OK));
        }
        assert_eq!(connections.try_iter().count(), 1);
        for _ in 0..2 {
            assert_eq!(ask_as_hub(&transport, address).await, Some(StatusCode::OK));
        }
        assert_eq!(connections.try_iter().count(), 1);
    }

    #[tokio::test]
    async fn redirects_are_answers() {
        let transport = Transport::new().unwrap();
        let answer = "HTTP/1.1 307 Elsewhere\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n";
        let (address, _connections) = serve(Some(answer));
        for client in [transport.forms(CONNECT).unwrap(), transport.requests()] {
            assert_eq!(ask(&client, address).await, Some(StatusCode::TEMPORARY_REDIRECT));
        }
        assert_eq!(ask_as_hub(&transport, address).await, Some(StatusCode::TEMPORARY_REDIRECT));
    }

    #[tokio::test]
    async fn a_request_whose_answer_is_lost_is_not_repeated() {
        let transport = Transport::new().unwrap();
        let (address, connections) = serve(None);
        for client in [transport.forms(CONNECT).unwrap(), transport.requests()] {
            assert_eq!(ask(&client, address).await, None);
            assert_eq!(connections.try_iter().count(), 1);
        }
        assert_eq!(ask_as_hub(&transport, address).await, None);
        assert_eq!(connections.try_iter().count(), 1);
    }

    /// Waiting takes no time, except for the end of a whole call, which never comes; what was waited for is remembered.
    #[derive(Clone, Debug, Default)]
    struct Waits(Arc<Mutex<Vec<Duration>>>);

    impl AsyncSleep for Waits {
        fn sleep(&self, duration: Duration) -> Sleep {
            self.0.lock().unwrap().push(duration);
            if duration == AWS_OPERATION {
                Sleep::new(std::future::pending())
            } else {
                Sleep::new(std::future::ready(()))
            }
        }
    }

    /// Takes every request and never answers.
    #[derive(Debug)]
    struct Silence;

    impl AwsHttpConnector for Silence {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::new(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_silent_aws_is_given_up() {
        let waits = Waits::default();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .sleep_impl(waits.clone())
            .timeout_config(Transport::aws_timeouts())
            .retry_config(Transport::aws_retries())
            .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Silence)));
        let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config.build()), "moffman");
        assert_eq!(store.load_pointer().await, Err(StoreError::TimedOut));
        let waits = waits.0.lock().unwrap();
        let count = |limit| waits.iter().filter(|waited| **waited == limit).count();
        assert_eq!((count(AWS_OPERATION), count(AWS_ATTEMPT)), (1, 8), "{waits:?}");
    }
}
