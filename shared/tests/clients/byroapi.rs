//! What we learn of a form's fate.

use moffman::byroapi::IssueAnswer;
use moffman_simulators::Fault;
use serde_json::{Value, json};

use crate::bench::Bench;

fn form() -> Value {
    json!({
        "template": "home_office",
        "form_data": {"user_id": "Eva@example.com", "date_from": "18.06.2026"},
        "result": {"download": false, "email": {
            "from": {"office@example.com": "Office"}, "to": {"hr@example.com": "HR"}, "subject": "s", "contents": "c",
        }},
    })
}

fn refused(reason: &str) -> IssueAnswer {
    IssueAnswer::Refused { reason: reason.to_owned() }
}

fn unknown(reason: &str) -> IssueAnswer {
    IssueAnswer::Unknown { reason: reason.to_owned() }
}

#[tokio::test]
async fn a_form_is_sent_as_it_is() {
    let bench = Bench::new().await;
    assert_eq!(bench.byroapi(None).issue(&form()).await, IssueAnswer::Issued);
    assert_eq!(bench.byroapi(Some("Bearer secret")).issue(&form()).await, IssueAnswer::Issued);
    let forms = bench.world.forms();
    assert!(forms.iter().all(|issued| issued.body == form()));
    assert_eq!(forms[0].authorization, None);
    assert_eq!(forms[1].authorization.as_deref(), Some("Bearer secret"));
    bench.finish();
}

#[tokio::test]
async fn a_refusal_says_why() {
    let bench = Bench::new().await;
    bench.world.allow_templates(&["parking"]);
    assert_eq!(bench.byroapi(None).issue(&form()).await, refused("500 Unknown template home_office"));
    bench.finish();
}

#[tokio::test]
async fn every_fault_has_its_meaning_and_nothing_is_sent_twice() {
    let broken = "the connection broke before the answer";
    for (fault, expected, issued) in [
        (Fault::status_after_effect(201, "Created"), IssueAnswer::Issued, 1),
        (Fault::status_after_effect(204, "No Content"), IssueAnswer::Issued, 1),
        (Fault::Empty, IssueAnswer::Issued, 1),
        (Fault::status(404, "Gone away"), refused("404 Gone away"), 0),
        (Fault::status(429, "Slowly"), refused("429 Slowly"), 0),
        (Fault::retry_after(503, "Busy", 7), refused("503 Busy"), 0),
        (Fault::status_after_effect(408, "Late"), unknown("408 Late"), 1),
        (Fault::status_after_effect(502, "Lost"), unknown("502 Lost"), 1),
        (Fault::status(504, "Lost"), unknown("504 Lost"), 0),
        (Fault::status(307, "Elsewhere"), refused("307 Elsewhere"), 0),
        (Fault::Html(200), refused("200 OK, with a web page"), 0),
        (Fault::Html(302), refused("302 Found"), 0),
        (Fault::Html(502), unknown("502 Bad Gateway"), 0),
        (Fault::DropBeforeEffect, unknown(broken), 0),
        (Fault::DropAfterEffect, unknown(broken), 1),
        (Fault::Hang, unknown("no answer in time"), 0),
        (Fault::HangAfterEffect, unknown("no answer in time"), 1),
    ] {
        let bench = Bench::new().await;
        bench.world.fail("form", fault.clone());
        let before = bench.world.now();
        assert_eq!(bench.byroapi(None).issue(&form()).await, expected, "{fault:?}");
        assert_eq!((bench.world.count("form"), bench.world.forms().len()), (1, issued), "{fault:?}");
        let waited = (bench.world.now() - before).num_seconds();
        assert_eq!(waited, if matches!(fault, Fault::Hang | Fault::HangAfterEffect) { 15 } else { 0 }, "{fault:?}");
        bench.finish();
    }
}
