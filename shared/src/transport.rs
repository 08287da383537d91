//! Connections to the outside: one TLS configuration, one place for the rules about reuse, redirects and time to connect.
//!
//! Everything speaks HTTP/1.1 to Google and Byroapi, on purpose: a request that times out takes its connection with it,
//! so that the next attempt gets a new one. A multiplexed connection that died while a function was frozen would be
//! handed out again and again.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::Connector as AwsConnector;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore};

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one request to AWS may take.
const AWS_ATTEMPT: Duration = Duration::from_secs(3);
/// How long a call of AWS may take with its repetitions.
const AWS_OPERATION: Duration = Duration::from_secs(8);
/// How long an unused connection is kept; servers and the network forget idle ones.
pub(crate) const IDLE: Duration = Duration::from_secs(30);
/// How we introduce ourselves.
pub(crate) const USER_AGENT: &str = concat!("moffman/", env!("CARGO_PKG_VERSION"));

/// Makes connections for Google's hubs.
pub(crate) type Connector = HttpsConnector<HttpConnector>;

/// The clients with which everything leaves this process. Clones share their connections.
#[derive(Clone)]
pub struct Transport {
    tls: ClientConfig,
    connector: Connector,
    api: reqwest::Client,
    aws: SharedHttpClient,
}

/// Why no connection can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The TLS library refuses its configuration.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client refuses its configuration.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
}

impl Transport {
    /// Sets up TLS with ring and Mozilla's roots; connects to nobody.
    pub fn new() -> Result<Self, TransportError> {
        let tls = tls_config()?;
        let api = client(tls.clone()).pool_idle_timeout(IDLE).build()?;
        Ok(Self { connector: connector(tls.clone()), tls, api, aws: aws_client() })
    }

    /// For the hubs of Google's APIs and for its token endpoint.
    pub(crate) fn connector(&self) -> Connector {
        self.connector.clone()
    }

    /// For requests that may be repeated: connections are kept and reused.
    pub fn api(&self) -> &reqwest::Client {
        &self.api
    }

    /// For requests that must not be repeated behind our back: every one gets a connection of its own. A caller that waits
    /// for `patience` learns in time that there is no connection, and so that nothing was sent.
    pub fn forms(&self, patience: Duration) -> Result<reqwest::Client, TransportError> {
        let client = client(self.tls.clone()).connect_timeout(CONNECT.min(patience / 2));
        Ok(client.pool_max_idle_per_host(0).retry(reqwest::retry::never()).build()?)
    }

    /// For the AWS SDK (`aws_config`'s `http_client`). One connection pool for all of its clients.
    pub fn aws(&self) -> SharedHttpClient {
        self.aws.clone()
    }

    /// How long the AWS SDK may take (`aws_config`'s `timeout_config`), so that a silent AWS leaves a function time to answer.
    pub fn aws_timeouts() -> TimeoutConfig {
        TimeoutConfig::builder().operation_timeout(AWS_OPERATION).operation_attempt_timeout(AWS_ATTEMPT).build()
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn connector(tls: ClientConfig) -> Connector {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT));
    HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(http)
}

/// No redirects: neither Google's PATCH nor a form may end up where nobody sent it. No proxies from the environment: the
/// hubs do not know them either.
fn client(tls: ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .user_agent(USER_AGENT)
}

/// The SDK would read its certificates again for each of its clients, from the machine, which may have none. Ours are read
/// once, at the first request.
fn aws_client() -> SharedHttpClient {
    let connector = OnceLock::new();
    http_client_fn(move |_settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let connect = || SharedHttpConnector::new(aws_connector(components));
        connector.get_or_init(connect).clone()
    })
}

fn aws_connector(components: &RuntimeComponents) -> AwsConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).build();
    let mut builder = AwsConnector::builder().tls_provider(Provider::rustls(CryptoMode::Ring));
    let trusted = TrustStore::empty().with_pem_certificate(trusted_roots());
    // Building cannot fail: the context only holds what it is given.
    if let Ok(context) = TlsContext::builder().with_trust_store(trusted).build() {
        builder = builder.tls_context(context);
    }
    builder.set_sleep_impl(components.sleep_impl());
    builder.connector_settings(settings).pool_idle_timeout(IDLE).build()
}

/// Mozilla's roots in the only form in which the SDK takes them.
fn trusted_roots() -> String {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().fold(String::new(), |mut pem, certificate| {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        BASE64.encode_string(certificate, &mut pem);
        pem.push_str("\n-----END CERTIFICATE-----\n");
        pem
    })
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, channel};

    use aws_sdk_dynamodb::config::{AsyncSleep, Credentials, Region, Sleep};
    use aws_smithy_runtime_api::client::http::{HttpConnector as AwsHttpConnector, HttpConnectorFuture};
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

    use super::*;
    use crate::store::{Store, StoreError};

    /// Answers every request with `answer`, keeps connections open, and tells of each connection it is given.
    fn serve(answer: &'static str) -> (SocketAddr, Receiver<()>) {
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
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                });
            }
        });
        (address, connections)
    }

    async fn ask_twice(client: &reqwest::Client, address: SocketAddr) {
        for _ in 0..2 {
            let answer = client.get(format!("http://{address}/")).send().await.unwrap();
            answer.bytes().await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_form_never_travels_over_a_used_connection() {
        let transport = Transport::new().unwrap();
        let (address, connections) = serve("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        ask_twice(&transport.forms(CONNECT).unwrap(), address).await;
        assert_eq!(connections.try_iter().count(), 2);
    }

    #[tokio::test]
    async fn other_requests_share_a_connection() {
        let transport = Transport::new().unwrap();
        let (address, connections) = serve("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        ask_twice(transport.api(), address).await;
        assert_eq!(connections.try_iter().count(), 1);
    }

    #[tokio::test]
    async fn redirects_are_answers() {
        let transport = Transport::new().unwrap();
        let (address, _connections) = serve("HTTP/1.1 307 Elsewhere\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n");
        for client in [&transport.forms(CONNECT).unwrap(), transport.api()] {
            assert_eq!(client.post(format!("http://{address}/")).send().await.unwrap().status(), 307);
        }
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
            .credentials_provider(Credentials::for_tests())
            .sleep_impl(waits.clone())
            .timeout_config(Transport::aws_timeouts())
            .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Silence)));
        let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config.build()), "moffman");
        assert_eq!(store.load_pointer().await, Err(StoreError::TimedOut));
        let waits = waits.0.lock().unwrap();
        let count = |limit| waits.iter().filter(|waited| **waited == limit).count();
        assert_eq!((count(AWS_OPERATION), count(AWS_ATTEMPT)), (1, 3), "{waits:?}");
    }

    #[test]
    fn the_roots_for_aws_can_be_read() {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        let pem = trusted_roots();
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            store.add(certificate.unwrap()).unwrap();
        }
        assert_eq!(store.len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
    }
}
