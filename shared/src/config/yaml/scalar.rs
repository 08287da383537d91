//! What a scalar is, by YAML 1.2's core schema: <https://yaml.org/spec/1.2.2/#103-core-schema>.
//!
//! So `yes`, `no` and `on` are text. A number keeps its text, so that `007` stays `007`; hexadecimal, octal and binary
//! ones become decimal.

use std::borrow::Cow;

use moffman_yaml::{ScalarStyle, Tag};

use super::super::tree::Value;

/// The value of a scalar; `None` if it is not what its tag says, or the tag is not one of YAML's own.
pub(super) fn value(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Option<Value> {
    let Some(tag) = tag else {
        return Some(if style == ScalarStyle::Plain { plain(text) } else { Value::Text(text.into_owned()) });
    };
    if is_plain(tag) {
        return Some(Value::Text(text.into_owned()));
    }
    match (tag.core_suffix()?, plain(text.clone())) {
        ("str", _) => Some(Value::Text(text.into_owned())),
        ("int", Value::Number(number)) if number.parse::<i128>().is_err() => None,
        ("null", value @ Value::Null)
        | ("bool", value @ Value::Bool(_))
        | ("int" | "float", value @ Value::Number(_)) => Some(value),
        _ => None,
    }
}

/// Whether the tag of a list or mapping says what it is, or nothing.
pub(super) fn is_of(tag: Option<&Tag>, name: &str) -> bool {
    tag.is_none_or(|tag| is_plain(tag) || tag.core_suffix() == Some(name))
}

/// Whether a tag only says that its value is what its shape shows: `!`.
fn is_plain(tag: &Tag) -> bool {
    tag.original() == "!"
}

/// What a text without quotes is.
fn plain(text: Cow<'_, str>) -> Value {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        written if is_decimal(written) => Value::Number(text.into_owned()),
        written => match of_another_base(written) {
            Some(number) => Value::Number(number.to_string()),
            None => Value::Text(text.into_owned()),
        },
    }
}

fn is_decimal(text: &str) -> bool {
    let may_begin = text.bytes().next().is_some_and(|first| first.is_ascii_digit() || b"+-.".contains(&first));
    // Rust also reads `inf` and `nan`, which have no digit.
    may_begin && text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse().is_ok_and(f64::is_finite)
}

fn of_another_base(text: &str) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("", text.get(1..)?),
        b'0' => ("", text),
        _ => return None,
    };
    let (base, digits) = match digits.get(..2)? {
        "0x" | "0X" => (16, digits.get(2..)?),
        "0o" | "0O" => (8, digits.get(2..)?),
        "0b" | "0B" => (2, digits.get(2..)?),
        _ => return None,
    };
    let is_digit = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_digit { i128::from_str_radix(&format!("{sign}{digits}"), base).ok() } else { None }
}
