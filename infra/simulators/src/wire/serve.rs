//! HTTP/1.1 on a loopback port, with keep-alive, for handlers that may also drop the connection.

use super::exchange::{Answer, Dropped};
use bytes::Bytes;
use http::{Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, ext::ReasonPhrase, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, net::SocketAddr, pin::pin, sync::Arc};
use tokio::{net::TcpListener, sync::watch};

/// The connections of several servers. Clones are handles on the same ones.
#[derive(Clone, Default)]
pub(crate) struct Connections {
    made: Arc<AtomicUsize>,
    /// Changes when connections without a request are to be closed.
    hang_up: watch::Sender<()>,
}

impl Connections {
    /// Counts a new connection, which has to close when the receiver sees a change.
    fn add(&self) -> watch::Receiver<()> {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.hang_up.subscribe()
    }

    /// How many were made so far.
    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// Closes idle connections at once, and all others after their answers.
    pub(crate) fn close(&self) {
        self.hang_up.send_replace(());
    }
}

/// Listens on a free port of 127.0.0.1 and answers with `handler`, as long as the runtime lives.
pub(crate) async fn listen<H, F>(connections: &Connections, handler: H) -> io::Result<SocketAddr>
where
    H: Fn(Parts, Bytes) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Dropped>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(accept(listener, connections.clone(), handler));
    Ok(address)
}

async fn accept<H, F>(listener: TcpListener, connections: Connections, handler: H)
where
    H: Fn(Parts, Bytes) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Dropped>> + Send + 'static,
{
    while let Ok((stream, _)) = listener.accept().await {
        let handler = handler.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let handler = handler.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.map_err(|_| io::ErrorKind::UnexpectedEof)?.to_bytes();
                match handler(parts, body).await {
                    Ok(answer) => Ok(response(answer)),
                    Err(Dropped) => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                }
            }
        });
        let mut hang_up = connections.add();
        tokio::spawn(async move {
            let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            loop {
                tokio::select! {
                    // The client notices by itself when a connection ends badly.
                    _ = connection.as_mut() => return,
                    Ok(()) = hang_up.changed() => connection.as_mut().graceful_shutdown(),
                }
            }
        });
    }
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut builder = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.header(*name, value);
    }
    let mut response = match builder.body(Full::new(answer.body)) {
        Ok(response) => response,
        Err(error) => plain_500(&error.to_string()),
    };
    if let Some(phrase) = answer.phrase.and_then(|phrase| ReasonPhrase::try_from(phrase).ok()) {
        response.extensions_mut().insert(phrase);
    }
    response
}

fn plain_500(text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
