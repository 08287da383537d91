//! The token endpoint.

use crate::wire::Wire;
use serde_json::{Value, json};

#[tokio::test]
async fn a_signed_assertion_is_exchanged_for_a_token() {
    let wire = Wire::start().await;
    let assertion = wire.assertion(&json!({}));
    let answer = wire.ask_token(&assertion).await.json();
    assert_eq!((&answer["expires_in"], &answer["token_type"]), (&json!(3600), &json!("Bearer")));
    assert_eq!(wire.ask_token(&format!("{assertion}==")).await.status, 200, "padding does no harm");
    assert_eq!(wire.world.count("token"), 3, "the wire has asked for one at its start");
    let key: Value = serde_json::from_str(&wire.world.service_account_key()).unwrap();
    assert_eq!(
        (&key["type"], &key["client_email"]),
        (&json!("service_account"), &json!(wire.world.service_account_email()))
    );
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn anything_else_is_refused() {
    let wire = Wire::start().await;
    let cases = [
        (json!({ "iss": "somebody@example.com" }), "invalid_grant"),
        (json!({ "aud": "https://oauth2.googleapis.com/token" }), "invalid_grant"),
        (json!({ "exp": 1_780_003_601 }), "invalid_grant"),
        (json!({ "scope": "" }), "invalid_scope"),
        (json!({ "scope": "https://www.googleapis.com/auth/calender" }), "invalid_scope"),
    ];
    for (claims, error) in cases {
        let reply = wire.ask_token(&wire.assertion(&claims)).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!(error)), "{claims}");
        assert_eq!(wire.world.take_violations().len(), 1);
    }
    let assertion = wire.assertion(&json!({}));
    let (signed, _) = assertion.rsplit_once('.').unwrap();
    for forged in [format!("{signed}.AAAA"), signed.to_owned(), String::new()] {
        let reply = wire.ask_token(&forged).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("invalid_grant")));
        assert_eq!(wire.world.take_violations().len(), 1);
    }
}
