//! DynamoDB answers until it is stopped.

use crate::wire::Wire;
use moffman_simulators::{DynamoDb, Fault};
use serde_json::{Value, json};

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
    let reply = wire.try_send(("POST", &url), LIST_TABLES, "{}").await.unwrap();
    assert_eq!((reply.status, reply.json()), (200, json!({"TableNames": []})));
}

#[tokio::test]
async fn nobody_answers_after_a_stop() {
    let wire = Wire::start().await;
    let mut dynamodb = DynamoDb::start().await.unwrap();
    assert_eq!(wire.try_send(("POST", dynamodb.url()), LIST_TABLES, "{}").await.unwrap().status, 200);
    dynamodb.stop().await;
    dynamodb.stop().await;
    assert!(wire.try_send(("POST", dynamodb.url()), LIST_TABLES, "{}").await.is_err());
}

/// A request to the table in a world.
async fn ask(wire: &Wire, url: &str, operation: &str, body: &Value) -> crate::wire::Reply {
    let target = format!("DynamoDB_20120810.{operation}");
    let mut headers = LIST_TABLES.to_vec();
    headers[1].1 = &target;
    wire.try_send(("POST", url), &headers, &body.to_string()).await.unwrap()
}

#[tokio::test]
async fn a_repeated_write_meets_what_it_has_written_whatever_token_it_has() {
    let wire = Wire::start().await;
    let url = wire.world.serve_dynamodb().await.unwrap();
    let key = json!([{ "AttributeName": "pk", "KeyType": "HASH" }]);
    let types = json!([{ "AttributeName": "pk", "AttributeType": "S" }]);
    let table = json!({
        "TableName": "table", "KeySchema": key, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST",
    });
    assert_eq!(ask(&wire, &url, "CreateTable", &table).await.status, 200);
    let put = |name: &str| {
        json!({
            "TableName": "table",
            "Item": { "pk": { "S": name } },
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    };
    wire.world.fail("PutItem", Fault::Repeated);
    let reply = ask(&wire, &url, "PutItem", &put("a")).await;
    assert_eq!((reply.status, &reply.json()["Item"]), (400, &json!({ "pk": { "S": "a" } })));

    let transaction = json!({ "ClientRequestToken": "token", "TransactItems": [{ "Put": put("b") }] });
    wire.world.fail("TransactWriteItems", Fault::Repeated);
    let reply = ask(&wire, &url, "TransactWriteItems", &transaction).await;
    let reason = &reply.json()["CancellationReasons"][0];
    assert_eq!(
        (reply.status, &reason["Code"], &reason["Item"]["pk"]["S"]),
        (400, &json!("ConditionalCheckFailed"), &json!("b"))
    );
    wire.world.finish().unwrap();
}
