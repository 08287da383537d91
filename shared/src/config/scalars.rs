//! Reads single values out of the tree.
//!
//! What could be an address is not repeated in messages: it may be that of a person, or have a password in it.

use std::str::FromStr;
use std::time::Duration;

use chrono::NaiveDate;
use http::HeaderValue;
use secrecy::SecretString;
use url::Url;

use super::kind::{MAX_INTERVAL, MAX_TIMEOUT};
use super::mistakes::Origin;
use super::names::closest;
use super::tree::{Member, Node, Value};
use crate::domain::date_format::DateFormat;
use crate::domain::date_shift::{DateShift, ShiftUnit};
use crate::domain::email::Email;
use crate::domain::letter::Recipients;
use crate::domain::template::{Placeholder, Template, TemplateMistake};
use crate::google;

/// What is wrong with a value, and where, if it is only a part of the value.
pub(super) struct ValueProblem {
    pub origin: Option<Origin>,
    pub text: String,
}

impl ValueProblem {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { origin: None, text: text.into() }
    }

    fn at(origin: &Origin, text: impl Into<String>) -> Self {
        Self { origin: Some(origin.clone()), text: text.into() }
    }

    fn unsuitable(node: &Node) -> Self {
        Self::new(format!("{} is not allowed", describe(node)))
    }

    /// An unsuitable value that a message must not show.
    pub(super) fn hidden(node: &Node) -> Self {
        Self::new(format!("{} is not allowed", shape(node)))
    }
}

/// A value, or what is wrong with it.
pub(super) type ValueRead<T> = Result<T, ValueProblem>;

/// A value in a message; long text is cut.
fn describe(node: &Node) -> String {
    const LONGEST: usize = 60;
    match &node.value {
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(text) => format!("the number `{text}`"),
        Value::Text(text) if !text.is_empty() && !text.contains(['@', ':']) => {
            let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
            if text.chars().nth(LONGEST).is_some() {
                shown.push('…');
            }
            format!("the text `{shown}`")
        }
        _ => shape(node).to_owned(),
    }
}

/// What kind of value it is, in words.
const fn shape(node: &Node) -> &'static str {
    match &node.value {
        Value::Null => "an empty value",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(text) if text.is_empty() => "an empty text",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Mapping(_) => "a mapping",
    }
}

/// The value that was read, or the problem that `node` is unsuitable.
fn suitable<T>(node: &Node, read: Option<T>) -> ValueRead<T> {
    read.ok_or_else(|| ValueProblem::unsuitable(node))
}

fn text(node: &Node) -> ValueRead<&str> {
    suitable(node, node.text())
}

/// Text that is not empty.
pub(super) fn filled_text(node: &Node) -> ValueRead<String> {
    let text = text(node)?;
    if text.trim().is_empty() { Err(ValueProblem::new("an empty text is not allowed")) } else { Ok(text.to_owned()) }
}

/// A secret that can be sent as a header.
pub(super) fn secret(node: &Node) -> ValueRead<SecretString> {
    if node.text().is_some_and(|text| text.trim().is_empty()) {
        return Err(ValueProblem::hidden(node));
    }
    // HTTP takes white space at the ends of a header for nothing.
    let text = node.text().filter(|text| HeaderValue::from_str(text).is_ok() && text.trim() == *text);
    text.map(SecretString::from).ok_or_else(|| ValueProblem::new("the value is not allowed"))
}

pub(super) fn flag(node: &Node) -> ValueRead<bool> {
    suitable(node, if let Value::Bool(value) = node.value { Some(value) } else { None })
}

pub(super) fn word<T: FromStr>(node: &Node) -> ValueRead<T> {
    suitable(node, node.text().and_then(|text| text.trim().parse().ok()))
}

pub(super) fn interval(node: &Node) -> ValueRead<Duration> {
    seconds(node, MAX_INTERVAL)
}

pub(super) fn timeout(node: &Node) -> ValueRead<Duration> {
    seconds(node, MAX_TIMEOUT)
}

fn seconds(node: &Node, most: f64) -> ValueRead<Duration> {
    let seconds = number(node).filter(|seconds: &f64| *seconds > 0.0 && *seconds <= most);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // A duration below a nanosecond is rounded to zero.
    suitable(node, duration.filter(|duration| !duration.is_zero()))
}

pub(super) fn port(node: &Node) -> ValueRead<u16> {
    suitable(node, number(node))
}

pub(super) fn color(node: &Node) -> ValueRead<u8> {
    suitable(node, number(node).filter(|color| (1..=11).contains(color)))
}

fn number<T: FromStr>(node: &Node) -> Option<T> {
    node.number()?.parse().ok()
}

/// An http or https address as it was written.
pub(super) fn url(node: &Node) -> ValueRead<String> {
    let text = text(node)?.trim();
    let is_usable = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_usable { Ok(text.to_owned()) } else { Err(ValueProblem::hidden(node)) }
}

/// The address of a service that stands for Google.
pub(super) fn google_endpoint(node: &Node) -> ValueRead<String> {
    let url = url(node)?;
    google::check_endpoint(&url).map_err(|_| ValueProblem::new("a query or a fragment is not allowed"))?;
    Ok(url)
}

pub(super) fn date_format(node: &Node) -> ValueRead<DateFormat> {
    DateFormat::parse(text(node)?).map_err(|error| ValueProblem::new(error.to_string()))
}

/// The date format of Google Calendar, the only one that makes sense.
pub(super) fn calendar_date_format(node: &Node) -> ValueRead<()> {
    suitable(node, node.text().filter(|text| *text == "YYYY-MM-DD").map(drop))
}

pub(super) fn template(node: &Node) -> ValueRead<Template> {
    Template::parse(text(node)?, Placeholder::ALL).map_err(|error| {
        let meant = match &error.what {
            TemplateMistake::Unknown(name) => closest(name, Placeholder::ALL.iter().map(|known| known.name())),
            _ => None,
        };
        let meant = meant.map(|meant| format!(", did you mean `{{{meant}}}`?")).unwrap_or_default();
        ValueProblem::new(format!("{error}{meant}"))
    })
}

pub(super) fn shift(node: &Node) -> ValueRead<DateShift> {
    let Value::Mapping(members) = &node.value else {
        return Err(ValueProblem::unsuitable(node));
    };
    let shift = DateShift::new(members.iter().map(shift_amount).collect::<ValueRead<Vec<_>>>()?);
    // A shift that works in these years works as long as anyone will run this.
    let days = [NaiveDate::from_ymd_opt(2000, 1, 1), NaiveDate::from_ymd_opt(2200, 1, 1)];
    let fits = |shift: &DateShift| days.into_iter().flatten().all(|day| shift.apply_date(day).is_some());
    shift.filter(fits).ok_or_else(|| ValueProblem::new("the shift leaves the calendar"))
}

fn shift_amount(member: &Member) -> ValueRead<(ShiftUnit, i64)> {
    let problem = match (member.name.parse(), number(&member.node)) {
        (Ok(unit), Some(amount)) => return Ok((unit, amount)),
        (Ok(_), None) => ValueProblem::unsuitable(&member.node).text,
        (Err(_), _) if member.name.chars().all(|c| c.is_ascii_lowercase()) => {
            format!("`{}` is not a unit of time", member.name)
        }
        (Err(_), _) => "a name is not a unit of time".to_owned(),
    };
    Err(ValueProblem::at(&member.origin, problem))
}

/// One address, or addresses with names.
pub(super) fn recipients(node: &Node) -> ValueRead<Recipients> {
    match &node.value {
        Value::Text(text) if text.trim().is_empty() => Ok(Recipients::default()),
        Value::Text(text) => match Email::parse(text) {
            Some(email) => Ok(Recipients::Address(email.as_str().to_owned())),
            None => Err(ValueProblem::new("not an e-mail address")),
        },
        Value::Mapping(members) => Ok(Recipients::Named(members.iter().map(recipient).collect::<ValueRead<_>>()?)),
        _ => Err(ValueProblem::hidden(node)),
    }
}

fn recipient(member: &Member) -> ValueRead<(String, Option<String>)> {
    let wrong = |text| ValueProblem::at(&member.origin, text);
    let email = Email::parse(&member.name).ok_or_else(|| wrong("not an e-mail address"))?;
    let name = match &member.node.value {
        Value::Null => None,
        Value::Text(name) if !name.chars().any(char::is_control) => Some(name.clone()),
        _ => return Err(wrong("the name must be text in one line")),
    };
    Ok((email.as_str().to_owned(), name))
}

pub(super) fn list(node: &Node) -> ValueRead<&[Node]> {
    if let Value::List(items) = &node.value { Ok(items) } else { Err(ValueProblem::hidden(node)) }
}

pub(super) fn mapping(node: &Node) -> ValueRead<&[Member]> {
    if let Value::Mapping(members) = &node.value { Ok(members) } else { Err(ValueProblem::hidden(node)) }
}
