//! SSM's `GetParameter`.

use crate::wire::{Reply, Wire};
use serde_json::{Value, json};

const SIGNED: (&str, &str) = ("authorization", "AWS4-HMAC-SHA256 Credential=x");
const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");
const TARGET: (&str, &str) = ("x-amz-target", "AmazonSSM.GetParameter");

async fn ask(wire: &Wire, headers: &[(&str, &str)], body: &Value) -> Reply {
    wire.send(("POST", &format!("{}/", wire.world.ssm_url())), headers, &body.to_string()).await
}

#[tokio::test]
async fn a_secure_string_is_decrypted_on_request() {
    let wire = Wire::start().await;
    wire.world.set_secure_parameter("/moffman/key", "secret");
    wire.world.set_parameter("plain", "text");
    let all = [SIGNED, JSON, TARGET];
    let parameter = ask(&wire, &all, &json!({ "Name": "/moffman/key", "WithDecryption": true })).await.json();
    assert_eq!(
        (&parameter["Parameter"]["Value"], &parameter["Parameter"]["Type"]),
        (&json!("secret"), &json!("SecureString"))
    );
    assert_eq!(ask(&wire, &all, &json!({ "Name": "plain" })).await.json()["Parameter"]["Value"], "text");
    let missing = ask(&wire, &all, &json!({ "Name": "other", "WithDecryption": true })).await;
    assert_eq!((missing.status, &missing.json()["__type"]), (400, &json!("ParameterNotFound")));
    assert_eq!(wire.world.count("GetParameter"), 3);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn mistakes_are_violations() {
    let wire = Wire::start().await;
    wire.world.set_secure_parameter("key", "secret");
    let right = json!({ "Name": "key", "WithDecryption": true });
    let hidden = ask(&wire, &[SIGNED, JSON, TARGET], &json!({ "Name": "key" })).await.json();
    assert_ne!(hidden["Parameter"]["Value"], "secret");
    assert_eq!(ask(&wire, &[JSON, TARGET], &right).await.status, 400);
    assert_eq!(ask(&wire, &[SIGNED, TARGET], &right).await.status, 400);
    assert_eq!(ask(&wire, &[SIGNED, JSON], &right).await.status, 400);
    assert_eq!(ask(&wire, &[SIGNED, JSON, TARGET], &json!({ "Name": 1 })).await.status, 400);
    assert_eq!(wire.world.take_violations().len(), 5);
}
