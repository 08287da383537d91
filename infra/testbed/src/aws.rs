//! Clients of the simulated AWS.
//!
//! They repeat nothing, because the SDK would wait in real time and the library repeats by itself.

use aws_sdk_dynamodb::config as dynamodb_config;
use aws_sdk_scheduler::config as scheduler_config;
use moffman::store::Store;
use moffman::transport::Transport;

const REGION: &str = "eu-central-1";
/// The table of all processes on one testbed.
const TABLE: &str = "moffman";

/// The configuration of a client for the DynamoDB at `url`.
pub fn dynamodb(url: impl Into<String>, transport: &Transport) -> dynamodb_config::Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(dynamodb_config::BehaviorVersion::latest())
        .region(dynamodb_config::Region::new(REGION))
        .credentials_provider(dynamodb_config::Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url)
        .http_client(transport.aws())
        .retry_config(dynamodb_config::retry::RetryConfig::disabled())
}

/// The table `moffman` in the DynamoDB with this configuration; it may not exist yet.
pub fn store(dynamodb: dynamodb_config::Builder) -> Store {
    Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb.build()), TABLE)
}

/// A client of the scheduler at `url`.
pub fn scheduler(url: impl Into<String>, transport: &Transport) -> aws_sdk_scheduler::Client {
    let config = aws_sdk_scheduler::Config::builder()
        .behavior_version(scheduler_config::BehaviorVersion::latest())
        .region(scheduler_config::Region::new(REGION))
        .credentials_provider(scheduler_config::Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url)
        .http_client(transport.aws())
        .retry_config(scheduler_config::retry::RetryConfig::disabled());
    aws_sdk_scheduler::Client::from_conf(config.build())
}
