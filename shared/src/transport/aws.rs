//! Carries the AWS SDK's requests over the connections of the other clients. The SDK's own client would set up TLS a
//! second time and read the trusted roots again.

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use google_calendar3::common::{Body, to_body};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

use super::connector::HttpClient;

/// Makes `client` the one of the AWS SDK.
pub(super) fn client(client: HttpClient) -> SharedHttpClient {
    let carrier = SharedHttpConnector::new(Carrier(client));
    http_client_fn(move |_, _| carrier.clone())
}

#[derive(Clone, Debug)]
struct Carrier(HttpClient);

impl HttpConnector for Carrier {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut request = plain(request)?;
            let connection = capture_connection(&mut request);
            if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
                capture.set_connection_retriever(move || metadata(&connection));
            }
            // The SDK has checked the request, so only the network can fail here, and another attempt may help.
            let answer = client.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The request with the type of body that our client sends. No operation of ours streams its body.
fn plain(request: HttpRequest) -> Result<http::Request<Body>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, content) = request.into_parts();
    let content = content.bytes().ok_or_else(|| ConnectorError::user("the body is a stream".into()))?;
    Ok(http::Request::from_parts(parts, to_body(Some(content.to_vec()))))
}

/// Tells the SDK which connection was used, so that it closes one that brought an error.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    let proxied = connection.connection_metadata().as_ref()?.is_proxied();
    let connection = connection.clone();
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(proxied).poison_fn(poison).build())
}
