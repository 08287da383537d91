//! What the AWS SDK has to know inside a Lambda function: region, credentials and, where somebody sets them, endpoints.
//! All of it is in the function's environment.
//!
//! The `aws-config` crate would also look in files, in the metadata of machines and at STS, which a function has no use for;
//! without it the functions are smaller and start sooner. Settings for FIPS and dual-stack endpoints are not read.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use derive_more::Debug;

use crate::transport::Transport;

/// A variable that Lambda sets is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not set: inside a Lambda function it always is")]
pub struct MissingVariable(&'static str);

/// The value of an environment variable.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The SDK's configuration from the variables that Lambda sets, and those with which every AWS SDK is given other endpoints.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>,
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
pub fn config(
    variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    transport: &Transport,
) -> Result<SdkConfig, MissingVariable> {
    let variable = move |name: &str| variable(name).filter(|value| !value.is_empty());
    let needed = |name| variable(name).ok_or(MissingVariable(name));
    let region = Region::new(needed("AWS_REGION")?);
    let (key, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
    let credentials = Credentials::new(key, secret, variable("AWS_SESSION_TOKEN"), None, "environment");
    let mut config = SdkConfig::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(transport.aws())
        .timeout_config(Transport::aws_timeouts())
        .retry_config(Transport::aws_retries());
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    Ok(config.service_config(Endpoints(Arc::new(variable))).build())
}

/// Endpoints of single services, such as `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
#[debug("Endpoints")]
struct Endpoints(Arc<Variable>);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        (self.0)(&format!("{}_{service}", key.env()))
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::ProvideCredentials as _;

    use super::*;

    fn with(variables: &'static [(&str, &str)]) -> Result<SdkConfig, MissingVariable> {
        let find =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        config(find, &Transport::new().unwrap())
    }

    fn dynamodb(config: &SdkConfig, key: &'static str) -> Option<String> {
        let key = ServiceConfigKey::builder().service_id("DynamoDB").env(key).profile("endpoint_url").build().unwrap();
        config.service_config()?.load_config(key)
    }

    #[test]
    fn the_environment_says_everything() {
        let config = with(&[
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "sesame"),
            ("AWS_ENDPOINT_URL", "http://localhost:4566"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://localhost:8000"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.region(), Some(&Region::new("eu-central-1")));
        assert_eq!(config.endpoint_url(), Some("http://localhost:4566"));
        assert_eq!(dynamodb(&config, "AWS_ENDPOINT_URL").as_deref(), Some("http://localhost:8000"));
        assert!(!format!("{config:?}").contains("sesame"));
    }

    #[tokio::test]
    async fn the_credentials_are_those_of_the_functions_role() {
        let config = with(&[
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "sesame"),
            ("AWS_SESSION_TOKEN", "session"),
            ("AWS_ENDPOINT_URL", ""),
        ]);
        let config = config.unwrap();
        let credentials = config.credentials_provider().unwrap().provide_credentials().await.unwrap();
        let (key, secret) = (credentials.access_key_id(), credentials.secret_access_key());
        assert_eq!((key, secret, credentials.session_token()), ("key", "sesame", Some("session")));
        assert_eq!(config.endpoint_url(), None);
    }

    #[test]
    fn what_lambda_always_sets_is_named_when_it_is_missing() {
        assert_eq!(with(&[]).unwrap_err(), MissingVariable("AWS_REGION"));
        let error = with(&[("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "key")]).unwrap_err();
        assert_eq!(error.to_string(), "AWS_SECRET_ACCESS_KEY is not set: inside a Lambda function it always is");
    }
}
