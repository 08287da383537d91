//! Reads single values out of the tree.

use std::time::Duration;

use http::HeaderValue;
use secrecy::SecretString;
use url::Url;

use super::kind::{MAX_INTERVAL, MAX_TIMEOUT};
use super::names::closest;
use super::tree::{Node, Position, Value};
use super::words::Word;
use crate::domain::date_format::DateFormat;
use crate::domain::date_shift::{DateShift, ShiftUnit};
use crate::domain::template::{Placeholder, Template, TemplateMistake};
use crate::google;

/// What is wrong with a value, and where when it is not the whole value.
pub(super) struct ValueProblem {
    pub position: Option<Position>,
    pub text: String,
}

impl ValueProblem {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { position: None, text: text.into() }
    }

    pub(super) fn at(position: Position, text: impl Into<String>) -> Self {
        Self { position: Some(position), text: text.into() }
    }

    fn unsuitable(node: &Node) -> Self {
        Self::new(format!("{} is not allowed", describe(node)))
    }
}

/// A value in a message; long text is cut. What could be an address is not shown: it may have a person or a password in it.
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

/// What a value is, for messages that must not show it.
pub(super) const fn shape(node: &Node) -> &'static str {
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

pub(super) fn text(node: &Node) -> Result<String, ValueProblem> {
    match &node.value {
        Value::Text(text) => Ok(text.clone()),
        _ => Err(ValueProblem::unsuitable(node)),
    }
}

/// Text with something in it.
pub(super) fn filled_text(node: &Node) -> Result<String, ValueProblem> {
    let text = text(node)?;
    if text.trim().is_empty() { Err(ValueProblem::new("an empty text is not allowed")) } else { Ok(text) }
}

/// A secret that can be sent as a header; messages do not show it.
pub(super) fn secret(node: &Node) -> Result<SecretString, ValueProblem> {
    match &node.value {
        Value::Text(text) if !text.trim().is_empty() && HeaderValue::from_str(text).is_ok() => {
            Ok(SecretString::from(text.as_str()))
        }
        _ => Err(ValueProblem::new("the value is not allowed")),
    }
}

pub(super) fn flag(node: &Node) -> Result<bool, ValueProblem> {
    match node.value {
        Value::Bool(value) => Ok(value),
        _ => Err(ValueProblem::unsuitable(node)),
    }
}

pub(super) fn word<T: Word>(node: &Node) -> Result<T, ValueProblem> {
    let word = text(node)?;
    let known = T::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.trim()));
    known.map(|(_, value)| *value).ok_or_else(|| ValueProblem::unsuitable(node))
}

pub(super) fn interval(node: &Node) -> Result<Duration, ValueProblem> {
    seconds(node, MAX_INTERVAL)
}

pub(super) fn timeout(node: &Node) -> Result<Duration, ValueProblem> {
    seconds(node, MAX_TIMEOUT)
}

fn seconds(node: &Node, most: f64) -> Result<Duration, ValueProblem> {
    let seconds = match &node.value {
        Value::Number(text) => text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= most),
        _ => None,
    };
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // Less than a nanosecond is nothing.
    duration.filter(|duration| !duration.is_zero()).ok_or_else(|| ValueProblem::unsuitable(node))
}

pub(super) fn port(node: &Node) -> Result<u16, ValueProblem> {
    whole(node)
}

pub(super) fn color(node: &Node) -> Result<u8, ValueProblem> {
    whole(node).ok().filter(|color| (1..=11).contains(color)).ok_or_else(|| ValueProblem::unsuitable(node))
}

fn whole<T: std::str::FromStr>(node: &Node) -> Result<T, ValueProblem> {
    match &node.value {
        Value::Number(text) => text.parse().map_err(|_| ValueProblem::unsuitable(node)),
        _ => Err(ValueProblem::unsuitable(node)),
    }
}

/// An http or https address as it was written; messages do not show it.
pub(super) fn url(node: &Node) -> Result<String, ValueProblem> {
    let Value::Text(text) = &node.value else {
        return Err(ValueProblem::unsuitable(node));
    };
    let url = Url::parse(text.trim()).ok();
    let usable = url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if usable { Ok(text.trim().to_owned()) } else { Err(ValueProblem::new(format!("{} is not allowed", shape(node)))) }
}

/// The address of a service that stands for Google.
pub(super) fn google_endpoint(node: &Node) -> Result<String, ValueProblem> {
    let url = url(node)?;
    google::check_endpoint(&url).map_err(|_| ValueProblem::new("a query or a fragment is not allowed"))?;
    Ok(url)
}

pub(super) fn date_format(node: &Node) -> Result<DateFormat, ValueProblem> {
    DateFormat::parse(&text(node)?).map_err(|error| ValueProblem::new(error.to_string()))
}

/// The date format of Google Calendar, the only one that makes sense.
pub(super) fn calendar_date_format(node: &Node) -> Result<(), ValueProblem> {
    if text(node)? == "YYYY-MM-DD" { Ok(()) } else { Err(ValueProblem::unsuitable(node)) }
}

pub(super) fn template(node: &Node) -> Result<Template, ValueProblem> {
    Template::parse(&text(node)?, &Placeholder::ALL).map_err(|error| {
        let meant = match &error.what {
            TemplateMistake::Unknown(name) => closest(name, Placeholder::ALL.iter().map(|known| known.name())),
            _ => None,
        };
        let meant = meant.map(|meant| format!(", did you mean `{{{meant}}}`?")).unwrap_or_default();
        ValueProblem::new(format!("{error}{meant}"))
    })
}

pub(super) fn shift(node: &Node) -> Result<DateShift, ValueProblem> {
    let Value::Mapping(members) = &node.value else {
        return Err(ValueProblem::unsuitable(node));
    };
    let mut amounts = Vec::with_capacity(members.len());
    for member in members {
        let unit = ShiftUnit::parse(&member.name).ok_or_else(|| {
            let is_plain = member.name.chars().all(|c| c.is_ascii_lowercase());
            let name = if is_plain { format!("`{}`", member.name) } else { "a name".to_owned() };
            ValueProblem::at(member.position, format!("{name} is not a unit of time"))
        })?;
        let amount =
            whole(&member.node).map_err(|problem: ValueProblem| ValueProblem::at(member.position, problem.text))?;
        amounts.push((unit, amount));
    }
    let shift = DateShift::new(amounts);
    // A shift that works in these years works as long as anyone will run this.
    let days = [chrono::NaiveDate::from_ymd_opt(2000, 1, 1), chrono::NaiveDate::from_ymd_opt(2200, 1, 1)];
    let fits = |shift: &DateShift| days.into_iter().flatten().all(|day| shift.apply_date(day).is_some());
    shift.filter(fits).ok_or_else(|| ValueProblem::new("the shift leaves the calendar"))
}
