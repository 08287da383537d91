//! EventBridge Scheduler.

use crate::wire::{Reply, Wire};
use chrono::TimeDelta;
use serde_json::{Value, json};

const SIGNED: (&str, &str) =
    ("authorization", "AWS4-HMAC-SHA256 Credential=x/20260610/eu-central-1/scheduler/aws4_request");
const JSON: (&str, &str) = ("content-type", "application/json");
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:000000000000:function:sweeper";

async fn start() -> Wire {
    let wire = Wire::start().await;
    wire.world.add_schedule_group("group");
    wire
}

async fn ask(wire: &Wire, method: &str, path: &str, body: &Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    wire.send((method, &format!("{}{path}", wire.world.scheduler_url())), &[SIGNED, JSON], &body).await
}

/// A schedule with one member changed; the path has slashes, null takes it away.
fn with(path: &str, value: Value) -> Value {
    let mut schedule = json!({
        "GroupName": "group",
        "Description": "Sweeps",
        "ScheduleExpression": "rate(2 hours)",
        "ScheduleExpressionTimezone": "UTC",
        "StartDate": 1_781_080_000,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": FUNCTION,
            "RoleArn": "arn:aws:iam::000000000000:role/scheduler",
            "Input": "{\"task\":\"sweep\"}",
            "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-central-1:000000000000:queue"},
            "RetryPolicy": {"MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 185},
        },
    });
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = parent.split('/').filter(|name| !name.is_empty()).fold(&mut schedule, |place, name| &mut place[name]);
    if value.is_null() {
        parent.as_object_mut().unwrap().remove(name);
    } else {
        parent[name] = value;
    }
    schedule
}

fn usual() -> Value {
    with("GroupName", json!("group"))
}

#[tokio::test]
async fn a_schedule_is_made_read_replaced_and_deleted() {
    let wire = start().await;
    let made = ask(&wire, "POST", "/schedules/one", &usual()).await;
    assert_eq!(made.json()["ScheduleArn"], "arn:aws:scheduler:eu-central-1:000000000000:schedule/group/one");
    let read = ask(&wire, "GET", "/schedules/one?groupName=group", &Value::Null).await.json();
    assert_eq!(read["Target"], usual()["Target"]);
    assert_eq!((&read["State"], &read["StartDate"]), (&json!("ENABLED"), &json!(1_781_080_000)));
    // What an update leaves out has its default afterwards.
    let bare = with("Target/RetryPolicy", Value::Null);
    let bare = json!({
        "GroupName": "group", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": bare["Target"],
    });
    assert_eq!(ask(&wire, "PUT", "/schedules/one", &bare).await.status, 200);
    let read = ask(&wire, "GET", "/schedules/one?groupName=group", &Value::Null).await.json();
    assert_eq!((&read["StartDate"], &read["Description"]), (&Value::Null, &Value::Null));
    assert_eq!(read["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"], 86_400);
    assert_eq!(ask(&wire, "DELETE", "/schedules/one?groupName=group&clientToken=a", &Value::Null).await.status, 200);
    for (method, body) in [("GET", Value::Null), ("DELETE", Value::Null), ("PUT", usual())] {
        let query = if method == "PUT" { "" } else { "?groupName=group" };
        let gone = ask(&wire, method, &format!("/schedules/one{query}"), &body).await;
        assert_eq!(
            (gone.status, &gone.headers["x-amzn-errortype"]),
            (404, &"ResourceNotFoundException".parse().unwrap())
        );
    }
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn the_same_request_twice_is_one_schedule_and_another_one_a_conflict() {
    let wire = start().await;
    let first = with("ClientToken", json!("token-1"));
    for _ in 0..2 {
        assert_eq!(ask(&wire, "POST", "/schedules/one", &first).await.status, 200);
    }
    for other in [usual(), with("ClientToken", json!("token-2"))] {
        let conflict = ask(&wire, "POST", "/schedules/one", &other).await;
        assert_eq!(
            (conflict.status, &conflict.headers["x-amzn-errortype"]),
            (409, &"ConflictException".parse().unwrap())
        );
    }
    let nowhere = ask(&wire, "POST", "/schedules/one", &with("GroupName", json!("other"))).await;
    assert_eq!(nowhere.status, 404);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_listing_has_pages_and_no_expressions() {
    let wire = start().await;
    for n in 0..5 {
        ask(&wire, "POST", &format!("/schedules/sweep-{n}"), &usual()).await;
    }
    ask(&wire, "POST", "/schedules/other", &with("GroupName", json!("default"))).await;
    let (mut names, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page =
            ask(&wire, "GET", &format!("/schedules?ScheduleGroup=group&MaxResults=2{token}"), &Value::Null).await;
        let page = page.json();
        for schedule in page["Schedules"].as_array().unwrap() {
            assert_eq!(
                (&schedule["ScheduleExpression"], &schedule["Target"]),
                (&Value::Null, &json!({"Arn": FUNCTION}))
            );
            names.push(schedule["Name"].as_str().unwrap().to_owned());
        }
        token = page["NextToken"].as_str().map(|token| format!("&NextToken={token}")).unwrap_or_default();
    }
    assert_eq!((names.len(), token.as_str()), (5, ""));
    let some = ask(&wire, "GET", "/schedules?NamePrefix=o", &Value::Null).await.json();
    assert_eq!(some["Schedules"].as_array().unwrap().len(), 1);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn what_aws_would_refuse_is_a_violation() {
    let wire = start().await;
    let wrong = [
        with("ScheduleExpression", json!("rate(1 hours)")),
        with("ScheduleExpression", Value::Null),
        with("ScheduleExpressionTimezone", json!("Prague")),
        with("Description", json!("x".repeat(513))),
        with("State", json!("ON")),
        with("StartDate", json!("2026-06-10T08:00:00Z")),
        // Six minutes ago.
        with("StartDate", json!(1_781_078_040)),
        with("EndDate", json!(1_781_079_999)),
        with("FlexibleTimeWindow", Value::Null),
        with("FlexibleTimeWindow/Mode", json!("FLEXIBLE")),
        with("FlexibleTimeWindow/MaximumWindowInMinutes", json!(5)),
        with("Target", Value::Null),
        with("Target/Arn", json!("sweeper")),
        with("Target/RoleArn", json!("arn:aws:iam::000000000000:user/me")),
        with("Target/Input", json!("sweep")),
        with("Target/RetryPolicy/MaximumEventAgeInSeconds", json!(59)),
        with("Target/RetryPolicy/MaximumRetryAttempts", json!(186)),
        with("Target/DeadLetterConfig/Arn", json!("queue")),
        with("ClientToken", json!("a b")),
        with("Name", json!("one")),
    ];
    for schedule in &wrong {
        let refused = ask(&wire, "POST", "/schedules/one", schedule).await;
        assert_eq!(refused.status, 400, "{schedule:#}");
    }
    for (method, path) in [
        ("POST", format!("/schedules/{}", "x".repeat(65))),
        ("POST", "/schedules/one%2Ftwo".to_owned()),
        ("GET", "/schedules/one?GroupName=group".to_owned()),
        ("GET", "/schedules?MaxResults=101".to_owned()),
        ("GET", "/schedules?NextToken=x".to_owned()),
        ("PATCH", "/schedules/one".to_owned()),
    ] {
        assert_eq!(ask(&wire, method, &path, &usual()).await.status, 400, "{method} {path}");
    }
    let url = format!("{}/schedules/one", wire.world.scheduler_url());
    assert_eq!(wire.send(("POST", &url), &[JSON], &usual().to_string()).await.status, 400, "not signed");
    assert_eq!(wire.world.take_violations().len(), wrong.len() + 7);
}

#[tokio::test]
async fn schedules_fire_from_their_start_on() {
    let wire = start().await;
    let world = &wire.world;
    let start = world.now() + TimeDelta::minutes(3);
    world.put_schedule("group", "late", with("StartDate", json!(start.timestamp())));
    world.put_schedule("group", "at-once", with("StartDate", Value::Null));
    world.put_schedule("group", "off", with("State", json!("DISABLED")));
    let fired = |minute: i64| {
        let firings = world.firings("group", world.now() + TimeDelta::minutes(minute));
        firings.into_iter().map(|firing| firing.schedule).collect::<Vec<_>>().join(" ")
    };
    let minutes = [0, 1, 3, 4, 120, 123, 243].map(fired);
    assert_eq!(minutes, ["at-once", "", "late", "", "at-once", "late", "late"]);
    let firing = &world.firings("group", start)[0];
    assert_eq!((firing.target.as_str(), &firing.input), (FUNCTION, &json!({"task": "sweep"})));
}
