//! What may be in a schedule: <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>.

use super::expression::Expression;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

/// The members of a request to make or replace a schedule.
const MEMBERS: [&str; 12] = [
    "ActionAfterCompletion",
    "ClientToken",
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
];
const TARGET: [&str; 5] = ["Arn", "DeadLetterConfig", "Input", "RetryPolicy", "RoleArn"];

/// What a check finds: the error says what is wrong with a request.
type Checked = Result<(), String>;

/// Whether this may be the name of a schedule or a group.
pub(super) fn is_name(text: &str) -> bool {
    has_length(text, 1, 64) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Checks a request body at the time `now`.
pub(super) fn check(body: &Map<String, Value>, now: DateTime<Utc>) -> Checked {
    only(body, &MEMBERS, "the request")?;
    let expression = text(body, "ScheduleExpression")?.ok_or("ScheduleExpression is missing")?;
    let recurring = match Expression::parse(expression) {
        Some(parsed) if has_length(expression, 1, 256) => parsed.is_recurring(),
        _ => return Err(format!("Invalid Schedule Expression {expression}.")),
    };
    texts(body)?;
    dates(body, recurring, now)?;
    window(object(body, "FlexibleTimeWindow")?.ok_or("FlexibleTimeWindow is missing")?)?;
    target(object(body, "Target")?.ok_or("Target is missing")?)
}

fn texts(body: &Map<String, Value>) -> Checked {
    let zone = text(body, "ScheduleExpressionTimezone")?;
    ensure(
        zone.is_none_or(|zone| has_length(zone, 1, 50) && zone.parse::<Tz>().is_ok()),
        "ScheduleExpressionTimezone",
    )?;
    ensure(text(body, "Description")?.is_none_or(|text| has_length(text, 0, 512)), "Description")?;
    ensure(text(body, "GroupName")?.is_none_or(is_name), "GroupName")?;
    let token = text(body, "ClientToken")?;
    let is_token =
        |text: &str| has_length(text, 1, 64) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    ensure(token.is_none_or(is_token), "ClientToken")?;
    ensure(text(body, "State")?.is_none_or(|state| ["ENABLED", "DISABLED"].contains(&state)), "State")?;
    let action = text(body, "ActionAfterCompletion")?;
    ensure(action.is_none_or(|action| ["NONE", "DELETE"].contains(&action)), "ActionAfterCompletion")?;
    ensure(text(body, "KmsKeyArn")?.is_none_or(|arn| is_arn(arn, "kms")), "KmsKeyArn")
}

/// Refuses a start that is more than five minutes ago.
fn dates(body: &Map<String, Value>, recurring: bool, now: DateTime<Utc>) -> Checked {
    let date = |name: &str| {
        body.get(name).map(|value| value.as_f64().ok_or(format!("{name} is not a number of seconds"))).transpose()
    };
    let (start, end) = (date("StartDate")?, date("EndDate")?);
    if !recurring {
        return Ok(());
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century are exact")]
    let earliest = (now - TimeDelta::minutes(5)).timestamp() as f64;
    if start.is_some_and(|start| start < earliest) {
        return Err("The StartDate you specify cannot be earlier than 5 minutes ago.".to_owned());
    }
    ensure(start.zip(end).is_none_or(|(start, end)| start < end), "EndDate")
}

fn window(window: &Map<String, Value>) -> Checked {
    only(window, &["MaximumWindowInMinutes", "Mode"], "FlexibleTimeWindow")?;
    let minutes = number(window, "MaximumWindowInMinutes")?;
    let fits = match text(window, "Mode")? {
        Some("OFF") => minutes.is_none(),
        Some("FLEXIBLE") => minutes.is_some_and(|minutes| (1..=1_440).contains(&minutes)),
        _ => false,
    };
    ensure(fits, "FlexibleTimeWindow")
}

fn target(target: &Map<String, Value>) -> Checked {
    only(target, &TARGET, "Target")?;
    ensure(text(target, "Arn")?.is_some_and(|arn| is_arn(arn, "lambda")), "Target.Arn")?;
    let role = text(target, "RoleArn")?;
    ensure(role.is_some_and(|arn| is_arn(arn, "iam") && arn.contains(":role/")), "Target.RoleArn")?;
    // A Lambda function takes JSON only.
    let input = text(target, "Input")?;
    ensure(input.is_none_or(|input| serde_json::from_str::<Value>(input).is_ok()), "Target.Input")?;
    if let Some(queue) = object(target, "DeadLetterConfig")? {
        only(queue, &["Arn"], "DeadLetterConfig")?;
        ensure(text(queue, "Arn")?.is_some_and(|arn| is_arn(arn, "sqs")), "Target.DeadLetterConfig.Arn")?;
    }
    if let Some(policy) = object(target, "RetryPolicy")? {
        only(policy, &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"], "RetryPolicy")?;
        let (age, attempts) = (number(policy, "MaximumEventAgeInSeconds")?, number(policy, "MaximumRetryAttempts")?);
        ensure(age.is_none_or(|age| (60..=86_400).contains(&age)), "MaximumEventAgeInSeconds")?;
        ensure(attempts.is_none_or(|attempts| (0..=185).contains(&attempts)), "MaximumRetryAttempts")?;
    }
    Ok(())
}

/// The content of the schedule that this request makes, with defaults for the members that it leaves out.
pub(super) fn with_defaults(body: &Map<String, Value>) -> Map<String, Value> {
    let mut schedule = body.clone();
    schedule.remove("ClientToken");
    for (member, default) in [
        ("ActionAfterCompletion", "NONE"),
        ("GroupName", "default"),
        ("ScheduleExpressionTimezone", "UTC"),
        ("State", "ENABLED"),
    ] {
        schedule.entry(member).or_insert_with(|| json!(default));
    }
    if let Some(Value::Object(target)) = schedule.get_mut("Target") {
        let policy = target.entry("RetryPolicy").or_insert_with(|| json!({}));
        for (member, default) in [("MaximumEventAgeInSeconds", 86_400), ("MaximumRetryAttempts", 185)] {
            if policy[member].is_null() {
                policy[member] = json!(default);
            }
        }
    }
    schedule
}

/// `arn:aws:SERVICE:region:account:resource`; IAM has no region.
fn is_arn(text: &str, service: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, of, _, account, resource] = parts[..] else {
        return false;
    };
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    arn == "arn"
        && partition.starts_with("aws")
        && of == service
        && digits
        && has_length(text, 1, 1_600)
        && !resource.is_empty()
}

fn has_length(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().count())
}

fn ensure(fits: bool, member: &str) -> Checked {
    if fits { Ok(()) } else { Err(format!("Value at '{member}' failed to satisfy constraint.")) }
}

fn only(members: &Map<String, Value>, known: &[&str], place: &str) -> Checked {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("{place} has no {name}")),
        None => Ok(()),
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    members.get(name).map(|value| value.as_str().ok_or(format!("{name} is not a text"))).transpose()
}

fn number(members: &Map<String, Value>, name: &str) -> Result<Option<i64>, String> {
    members.get(name).map(|value| value.as_i64().ok_or(format!("{name} is not a whole number"))).transpose()
}

fn object<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Map<String, Value>>, String> {
    members.get(name).map(|value| value.as_object().ok_or(format!("{name} is not an object"))).transpose()
}
