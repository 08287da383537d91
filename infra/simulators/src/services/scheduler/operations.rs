//! The operations on schedules: make, replace, read, list and delete.
//!
//! See <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html>.

use super::content;
use super::schedules::{ScheduleKey, ScheduleStore, StoredSchedule};
use crate::time::Chronicle;
use crate::wire::exchange::{Answer, ReceivedRequest, Route, Service};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The most schedules on a page.
const PAGE: usize = 100;

/// An answer, or what is wrong with the request.
type Answered = Result<Answer, String>;

pub(crate) fn route(method: &str, path: &str) -> Route {
    let name = path.strip_prefix("/schedules/").filter(|name| !name.is_empty() && !name.contains('/'));
    let operation = match (method, name) {
        ("GET", None) if path == "/schedules" => "ListSchedules",
        ("GET", Some(_)) => "GetSchedule",
        ("POST", Some(_)) => "CreateSchedule",
        ("PUT", Some(_)) => "UpdateSchedule",
        ("DELETE", Some(_)) => "DeleteSchedule",
        _ => "unknown",
    };
    let mut route = Route::new(Service::Scheduler, operation);
    if let Some(name) = name {
        let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
        route.path.insert("Name".to_owned(), name);
    }
    route
}

pub(crate) fn error(code: u16, kind: &str) -> Answer {
    refusal(code, kind, kind)
}

fn refusal(code: u16, kind: &str, message: &str) -> Answer {
    Answer::json(code, &json!({ "Message": message })).with_header("x-amzn-errortype", kind)
}

pub(crate) fn answer(store: &mut ScheduleStore, request: &ReceivedRequest, chronicle: &mut Chronicle) -> Answer {
    let answered = match request.route.operation.as_str() {
        _ if !is_signed(request) => Err("the request is not signed for scheduler".to_owned()),
        "ListSchedules" => list(store, request),
        "GetSchedule" => get(store, request),
        "DeleteSchedule" => delete(store, request),
        "CreateSchedule" => create(store, request, chronicle.now()),
        "UpdateSchedule" => update(store, request, chronicle.now()),
        _ => Err(format!("{} {}", request.method, request.path)),
    };
    answered.unwrap_or_else(|mistake| {
        chronicle.violation(format!("scheduler: {}: {mistake}", request.route.operation));
        refusal(400, "ValidationException", &mistake)
    })
}

fn create(store: &mut ScheduleStore, request: &ReceivedRequest, now: DateTime<Utc>) -> Answered {
    let body = body(request)?;
    content::check(&body, now)?;
    let key = key(request, body.get("GroupName").and_then(Value::as_str))?;
    if !store.has_group(&key.group) {
        return Ok(no_group(&key.group));
    }
    if let Some(stored) = store.schedules.get(&key) {
        let again = stored.made_by == body && body.contains_key("ClientToken");
        return Ok(if again { arn_answer(&key) } else { conflict(&key) });
    }
    let answer = arn_answer(&key);
    store.schedules.insert(key, StoredSchedule::new(body, now));
    Ok(answer)
}

/// Replaces a schedule as a whole: a member that the request leaves out gets its default.
fn update(store: &mut ScheduleStore, request: &ReceivedRequest, now: DateTime<Utc>) -> Answered {
    let body = body(request)?;
    content::check(&body, now)?;
    let key = key(request, body.get("GroupName").and_then(Value::as_str))?;
    let Some(stored) = store.schedules.get_mut(&key) else {
        return Ok(no_schedule(&key));
    };
    stored.content = content::with_defaults(&body);
    stored.modified = now;
    Ok(arn_answer(&key))
}

fn get(store: &ScheduleStore, request: &ReceivedRequest) -> Answered {
    let query = query(request, &["groupName"])?;
    let key = key(request, query.get("groupName").copied())?;
    Ok(match store.schedules.get(&key) {
        Some(stored) => Answer::json(200, &Value::Object(stored.whole(&key))),
        None => no_schedule(&key),
    })
}

fn delete(store: &mut ScheduleStore, request: &ReceivedRequest) -> Answered {
    let query = query(request, &["groupName", "clientToken"])?;
    let key = key(request, query.get("groupName").copied())?;
    Ok(match store.schedules.remove(&key) {
        Some(_) => Answer::json(200, &json!({})),
        None => no_schedule(&key),
    })
}

/// A page of names and states, without expressions and inputs.
fn list(store: &ScheduleStore, request: &ReceivedRequest) -> Answered {
    let query = query(request, &["ScheduleGroup", "NamePrefix", "State", "NextToken", "MaxResults"])?;
    let size = query.get("MaxResults").map_or(Ok(PAGE), |text| text.parse::<usize>());
    let size = size.ok().filter(|size| (1..=PAGE).contains(size)).ok_or("MaxResults is not from 1 to 100")?;
    let size = store.page_size.map_or(size, |most| size.min(most));
    if let Some(group) = query.get("ScheduleGroup").filter(|group| !store.has_group(group)) {
        return Ok(no_group(group));
    }
    let after = match query.get("NextToken").map(|token| token.strip_prefix("after/")) {
        Some(Some(name)) => name,
        Some(None) => return Err("NextToken is none of ours".to_owned()),
        None => "",
    };
    let place = |key: &ScheduleKey| format!("{}/{}", key.group, key.name);
    let mut found = store.schedules.iter().filter(|(key, stored)| {
        query.get("ScheduleGroup").is_none_or(|wanted| key.group == *wanted)
            && query.get("NamePrefix").is_none_or(|prefix| key.name.starts_with(prefix))
            && query.get("State").is_none_or(|state| stored.content.get("State") == Some(&json!(state)))
            && place(key).as_str() > after
    });
    let page: Vec<_> = found.by_ref().take(size).collect();
    let schedules: Vec<Value> = page.iter().map(|(key, stored)| stored.summary(key)).collect();
    let mut answer = json!({ "Schedules": schedules });
    if let (Some(_), Some((last, _))) = (found.next(), page.last()) {
        answer["NextToken"] = json!(format!("after/{}", place(last)));
    }
    Ok(Answer::json(200, &answer))
}

fn key(request: &ReceivedRequest, group: Option<&str>) -> Result<ScheduleKey, String> {
    let name = request.route.path.get("Name").cloned().unwrap_or_default();
    let group = group.unwrap_or("default");
    if content::is_name(&name) && content::is_name(group) {
        Ok(ScheduleKey::new(group, &name))
    } else {
        Err(format!("the name {name} or the group {group} is not allowed"))
    }
}

fn arn_answer(key: &ScheduleKey) -> Answer {
    Answer::json(200, &json!({ "ScheduleArn": key.arn() }))
}

fn conflict(key: &ScheduleKey) -> Answer {
    refusal(409, "ConflictException", &format!("Schedule {} already exists.", key.name))
}

fn no_schedule(key: &ScheduleKey) -> Answer {
    refusal(404, "ResourceNotFoundException", &format!("Schedule {} does not exist.", key.name))
}

fn no_group(name: &str) -> Answer {
    refusal(404, "ResourceNotFoundException", &format!("Schedule group {name} does not exist."))
}

fn is_signed(request: &ReceivedRequest) -> bool {
    let signed = request.header("authorization").unwrap_or_default();
    signed.starts_with("AWS4-HMAC-SHA256 ") && signed.contains("/scheduler/aws4_request")
}

/// The parameters of the query, each of which must be known and may be given once.
fn query<'a>(request: &'a ReceivedRequest, known: &[&str]) -> Result<BTreeMap<&'a str, &'a str>, String> {
    let mut query = BTreeMap::new();
    for (name, value) in &request.query {
        if !known.contains(&name.as_str()) || query.insert(name.as_str(), value.as_str()).is_some() {
            return Err(format!("the parameter {name} is unknown or given twice"));
        }
    }
    Ok(query)
}

fn body(request: &ReceivedRequest) -> Result<Map<String, Value>, String> {
    if !request.has_content_type("application/json") || !request.query.is_empty() {
        return Err("the content type is not application/json, or there is a query".to_owned());
    }
    serde_json::from_slice(&request.body).map_err(|_| "the body is not a JSON object".to_owned())
}
