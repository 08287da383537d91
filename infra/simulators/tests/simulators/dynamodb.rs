//! DynamoDB answers until it is stopped.

use crate::wire::Wire;
use moffman_simulators::DynamoDb;
use serde_json::json;

const LIST_TABLES: &[(&str, &str)] = &[
    ("content-type", "application/x-amz-json-1.0"),
    ("x-amz-target", "DynamoDB_20120810.ListTables"),
    ("x-amz-date", "20260610T080000Z"),
    (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=test/20260610/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    ),
];

#[tokio::test]
async fn it_has_no_tables_and_outlives_its_handle() {
    let wire = Wire::start().await;
    let url = DynamoDb::start().await.unwrap().url().to_owned();
    let reply = wire.try_send("POST", &url, LIST_TABLES, "{}").await.unwrap();
    assert_eq!((reply.status, reply.json()), (200, json!({"TableNames": []})));
}

#[tokio::test]
async fn nobody_answers_after_a_stop() {
    let wire = Wire::start().await;
    let mut dynamodb = DynamoDb::start().await.unwrap();
    assert_eq!(wire.try_send("POST", dynamodb.url(), LIST_TABLES, "{}").await.unwrap().status, 200);
    dynamodb.stop().await;
    dynamodb.stop().await;
    assert!(wire.try_send("POST", dynamodb.url(), LIST_TABLES, "{}").await.is_err());
}
