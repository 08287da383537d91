//! Where a new reservation is.

use moffman_simulators::Fault;
use serde_json::{Value, json};

use crate::client::{Client, reservation, reservation_with};
use crate::function::{Function, event};
use crate::stage::{BRNO, PRAGUE, SHEET};

/// The `Location` of the answer to a reservation, and the id in its body.
async fn placed(client: &Client, body: &Value) -> (String, String) {
    let answer = client.reserve(body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.header("location").to_owned(), answer.json()["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn only_a_new_reservation_has_a_location() {
    let client = Client::start().await;
    let (location, id) = placed(&client, &reservation()).await;
    assert_eq!(location, format!("reservations/{id}?office_id=prague"));
    let approval = reservation_with("/approved", Some(json!(true)));
    for body in [&reservation(), &approval, &approval, &reservation()] {
        assert_eq!(placed(&client, body).await, (String::new(), id.clone()), "{body}");
    }
    client.stage.world.person_deletes(PRAGUE, &id);
    assert_eq!(placed(&client, &reservation()).await, (String::new(), id), "what is brought back is the same event");
}

#[tokio::test]
async fn a_reservation_that_is_approved_at_once_has_one() {
    let client = Client::start().await;
    let (location, id) = placed(&client, &reservation_with("/approved", Some(json!(true)))).await;
    assert_eq!(location, format!("reservations/{id}?office_id=prague"));
}

#[tokio::test]
async fn the_name_of_the_office_is_encoded() {
    let client = Client::start().await;
    let name = "Žižkov 1+2&c/d?#%";
    client.stage.world.set_sheet(SHEET, "Offices", vec![vec![], vec![json!(name), json!(BRNO)]]);
    let (location, id) = placed(&client, &reservation_with("/office_id", Some(json!(name)))).await;
    let encoded = "%C5%BDi%C5%BEkov%201%2B2%26c%2Fd%3F%23%25";
    assert_eq!(location, format!("reservations/{id}?office_id={encoded}"));
}

#[tokio::test]
async fn who_made_the_event_is_not_known_when_googles_answer_is_lost() {
    let client = Client::start().await;
    client.stage.world.fail("events.insert", Fault::DropAfterEffect);
    assert_eq!(placed(&client, &reservation()).await.0, "");
    assert_eq!(client.stage.world.count("events.insert"), 2);
}

#[tokio::test]
async fn a_slash_that_the_gateway_overlooks_leads_no_level_too_deep() {
    let function = Function::start(env!("CARGO_BIN_EXE_api")).await;
    let mut event = event("api-reservation.json");
    event["path"] = json!("/api/v1/reservations/");
    let answer = function.answer(event).await;
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let expected = format!("{}?office_id=prague", body["id"].as_str().unwrap());
    assert_eq!(answer["multiValueHeaders"]["location"], json!([expected]), "{answer}");
}
