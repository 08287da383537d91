//! EventBridge Scheduler: schedules of a group, made, replaced, read, listed and deleted over its REST protocol.
//!
//! See <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html>. Nothing fires by itself: a test
//! asks which schedules are due.

mod content;
mod expression;
mod setting;

use crate::{
    state::WorldState,
    wire::exchange::{Answer, ReceivedRequest, Route},
    world::calls::Service,
};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub use setting::Firing;

/// The most schedules of a page.
const PAGE: usize = 100;

/// The groups and their schedules.
#[derive(Debug, Default)]
pub(crate) struct ScheduleStore {
    groups: BTreeSet<String>,
    /// By group and name.
    schedules: BTreeMap<(String, String), StoredSchedule>,
}

#[derive(Clone, Debug)]
struct StoredSchedule {
    /// With the members that `GetSchedule` answers, but for arn, name and dates.
    content: Map<String, Value>,
    created: DateTime<Utc>,
    modified: DateTime<Utc>,
    /// The request that made it: the same one again is the same schedule.
    made_by: Map<String, Value>,
}

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

pub(crate) fn answer(state: &mut WorldState, request: &ReceivedRequest) -> Answer {
    let answered = match request.route.operation.as_str() {
        _ if !is_signed(request) => Err("the request is not signed for scheduler".to_owned()),
        "ListSchedules" => list(state, request),
        "GetSchedule" => query(request, &["groupName"]).and_then(|query| get(state, request, &query)),
        "DeleteSchedule" => {
            query(request, &["groupName", "clientToken"]).and_then(|query| delete(state, request, &query))
        }
        "CreateSchedule" => body(request).and_then(|body| create(state, request, body)),
        "UpdateSchedule" => body(request).and_then(|body| update(state, request, &body)),
        _ => Err(format!("{} {}", request.method, request.path)),
    };
    answered.unwrap_or_else(|mistake| {
        state.violation(format!("scheduler: {}: {mistake}", request.route.operation));
        refusal(400, "ValidationException", &mistake)
    })
}

type Answered = Result<Answer, String>;

fn create(state: &mut WorldState, request: &ReceivedRequest, body: Map<String, Value>) -> Answered {
    let now = state.now();
    content::check(&body, now)?;
    let key = key(request, body.get("GroupName"))?;
    if !state.scheduler.has_group(&key.0) {
        return Ok(no_group(&key.0));
    }
    if let Some(stored) = state.scheduler.schedules.get(&key) {
        let again = stored.made_by == body && body.contains_key("ClientToken");
        return Ok(if again { arn_answer(&key) } else { conflict(&key) });
    }
    let answer = arn_answer(&key);
    let content = content::with_defaults(&body);
    state.scheduler.schedules.insert(key, StoredSchedule { content, created: now, modified: now, made_by: body });
    Ok(answer)
}

/// Everything is replaced: what the request leaves out has its default afterwards.
fn update(state: &mut WorldState, request: &ReceivedRequest, body: &Map<String, Value>) -> Answered {
    let now = state.now();
    content::check(body, now)?;
    let key = key(request, body.get("GroupName"))?;
    let Some(stored) = state.scheduler.schedules.get_mut(&key) else {
        return Ok(no_schedule(&key));
    };
    stored.content = content::with_defaults(body);
    stored.modified = now;
    Ok(arn_answer(&key))
}

fn get(state: &WorldState, request: &ReceivedRequest, query: &BTreeMap<&str, &str>) -> Answered {
    let key = key(request, query.get("groupName").map(|name| json!(name)).as_ref())?;
    Ok(match state.scheduler.schedules.get(&key) {
        Some(stored) => Answer::json(200, &Value::Object(stored.whole(&key))),
        None => no_schedule(&key),
    })
}

fn delete(state: &mut WorldState, request: &ReceivedRequest, query: &BTreeMap<&str, &str>) -> Answered {
    let key = key(request, query.get("groupName").map(|name| json!(name)).as_ref())?;
    Ok(match state.scheduler.schedules.remove(&key) {
        Some(_) => Answer::json(200, &json!({})),
        None => no_schedule(&key),
    })
}

/// A page of names and states; neither expressions nor inputs.
fn list(state: &WorldState, request: &ReceivedRequest) -> Answered {
    let query = query(request, &["ScheduleGroup", "NamePrefix", "State", "NextToken", "MaxResults"])?;
    let size = query.get("MaxResults").map_or(Ok(PAGE), |text| text.parse::<usize>());
    let size = size.ok().filter(|size| (1..=PAGE).contains(size)).ok_or("MaxResults is not from 1 to 100")?;
    let size = state.page_size.map_or(size, |most| size.min(most));
    if let Some(group) = query.get("ScheduleGroup").filter(|group| !state.scheduler.has_group(group)) {
        return Ok(no_group(group));
    }
    let after = match query.get("NextToken").map(|token| token.strip_prefix("after/")) {
        Some(Some(name)) => name,
        Some(None) => return Err("NextToken is none of ours".to_owned()),
        None => "",
    };
    let mut found = state.scheduler.schedules.iter().filter(|((group, name), stored)| {
        query.get("ScheduleGroup").is_none_or(|wanted| group == wanted)
            && query.get("NamePrefix").is_none_or(|prefix| name.starts_with(prefix))
            && query.get("State").is_none_or(|state| stored.content.get("State") == Some(&json!(state)))
            && format!("{group}/{name}").as_str() > after
    });
    let page: Vec<_> = found.by_ref().take(size).collect();
    let schedules: Vec<Value> = page.iter().map(|(key, stored)| stored.summary(key)).collect();
    let mut answer = json!({ "Schedules": schedules });
    if let (Some(_), Some(((group, name), _))) = (found.next(), page.last()) {
        answer["NextToken"] = json!(format!("after/{group}/{name}"));
    }
    Ok(Answer::json(200, &answer))
}

impl ScheduleStore {
    fn has_group(&self, name: &str) -> bool {
        name == "default" || self.groups.contains(name)
    }
}

impl StoredSchedule {
    fn whole(&self, key: &(String, String)) -> Map<String, Value> {
        let mut whole = self.content.clone();
        whole.insert("Arn".to_owned(), json!(arn(key)));
        whole.insert("Name".to_owned(), json!(key.1));
        whole.insert("CreationDate".to_owned(), json!(self.created.timestamp()));
        whole.insert("LastModificationDate".to_owned(), json!(self.modified.timestamp()));
        whole
    }

    fn summary(&self, key: &(String, String)) -> Value {
        let whole = Value::Object(self.whole(key));
        let mut summary = json!({ "Target": { "Arn": whole["Target"]["Arn"] } });
        for member in ["Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate"] {
            summary[member] = whole[member].clone();
        }
        summary
    }
}

fn key(request: &ReceivedRequest, group: Option<&Value>) -> Result<(String, String), String> {
    let name = request.route.path.get("Name").cloned().unwrap_or_default();
    let group = group.and_then(Value::as_str).unwrap_or("default").to_owned();
    if content::is_name(&name) && content::is_name(&group) {
        Ok((group, name))
    } else {
        Err(format!("the name {name} or the group {group} is not allowed"))
    }
}

fn arn((group, name): &(String, String)) -> String {
    format!("arn:aws:scheduler:eu-central-1:000000000000:schedule/{group}/{name}")
}

fn arn_answer(key: &(String, String)) -> Answer {
    Answer::json(200, &json!({ "ScheduleArn": arn(key) }))
}

fn conflict((_, name): &(String, String)) -> Answer {
    refusal(409, "ConflictException", &format!("Schedule {name} already exists."))
}

fn no_schedule((_, name): &(String, String)) -> Answer {
    refusal(404, "ResourceNotFoundException", &format!("Schedule {name} does not exist."))
}

fn no_group(name: &str) -> Answer {
    refusal(404, "ResourceNotFoundException", &format!("Schedule group {name} does not exist."))
}

fn is_signed(request: &ReceivedRequest) -> bool {
    let signed = request.header("authorization").unwrap_or_default();
    signed.starts_with("AWS4-HMAC-SHA256 ") && signed.contains("/scheduler/aws4_request")
}

/// The query, which has no parameters but these, each once.
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
