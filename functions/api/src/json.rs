//! Reads JSON strictly: text that parsers understand differently is refused.
//!
//! A name that an object has twice is such a case. It is looked for in the whole text first, so that text which is no
//! JSON at all is called so even when a name comes twice before the mistake. A number too large for a double counts as no
//! JSON, which the standard leaves to us: <https://www.rfc-editor.org/rfc/rfc8259#section-6>.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::ApiError;

/// The bytes without the mark with which some programs begin a text: <https://www.rfc-editor.org/rfc/rfc8259#section-8.1>
pub(crate) fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// Reads one JSON value and nothing after it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(without_byte_order_mark(bytes))
        .map_err(|_| ApiError::NotJson("the body is not UTF-8".to_owned()))?;
    let duplicate = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let strict = Strict { path: None, duplicate: &duplicate };
    let value = strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| ApiError::NotJson(error.to_string()))?;
    match duplicate.into_inner() {
        Some(path) => Err(ApiError::invalid(&path, "is given more than once")),
        None => Ok(value),
    }
}

/// Where the reader is: the names that lead to the value, the innermost first.
#[derive(Clone, Copy)]
struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    name: &'a str,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outer {
            Some(outer) => write!(f, "{outer}.{}", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// Reads any value; remembers the first name that an object has twice.
#[derive(Clone, Copy)]
struct Strict<'a> {
    path: Option<&'a Path<'a>>,
    duplicate: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = Path { outer: self.path, name: &name };
            let value = members.next_value_seed(Strict { path: Some(&path), ..self })?;
            if object.contains_key(&name) {
                self.duplicate.borrow_mut().get_or_insert_with(|| path.to_string());
            }
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(text: &[u8]) -> String {
        match parse(text).unwrap_err() {
            ApiError::NotJson(what) => format!("400 {what}"),
            ApiError::Invalid { field, what } => format!("422 {} {what}", field.unwrap_or_default()),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text = r#" {"a":null,"b":[true,-1,18446744073709551615,1.5e3,"x\u00e9\ud83d\ude00"],"c":{"d":{}}} "#;
        let expected = json!({"a": null, "b": [true, -1, u64::MAX, 1500.0, "xé😀"], "c": {"d": {}}});
        assert_eq!(parse(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        assert_eq!(parse("\u{feff}{\"a\": \"\u{feff}\"}".as_bytes()).unwrap(), json!({"a": "\u{feff}"}));
        assert_eq!(without_byte_order_mark("\u{feff} ".as_bytes()), b" ");
        assert_eq!(without_byte_order_mark(b"\xef\xbb{}"), b"\xef\xbb{}", "half a mark is none");
    }

    #[test]
    fn what_is_not_json_is_400() {
        let deep = "[".repeat(100_000);
        let closed = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        for text in [
            "",
            " ",
            "{",
            "{}x",
            "{}{}",
            "'a'",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\udc00\"}",
            "\u{feff}",
            "\u{feff}\u{feff}{}",
            " \u{feff}{}",
            "{}\u{feff}",
            "NaN",
            "[1e999]",
        ] {
            assert!(refused(text.as_bytes()).starts_with("400 "), "{text:?}");
        }
        for text in [deep.as_bytes(), closed.as_bytes(), b"{\"a\":\"\xff\"}", b"\"\t\""] {
            assert!(refused(text).starts_with("400 "));
        }
    }

    #[test]
    fn a_name_given_twice_is_422_with_its_path() {
        assert_eq!(refused(br#"{"approved":true,"approved":true}"#), "422 approved is given more than once");
        assert_eq!(refused(br#"{"a":[{"user":{"n":1,"n":2}}]}"#), "422 a.user.n is given more than once");
        assert_eq!(refused(br#"{"a":1,"\u0061":2}"#), "422 a is given more than once");
        assert!(parse(br#"{"a":{"x":1},"b":{"x":1}}"#).is_ok());
    }

    #[test]
    fn text_that_is_no_json_is_called_so_even_with_a_name_given_twice() {
        assert!(refused(br#"{"a":1,"a":2"#).starts_with("400 "));
    }

    #[test]
    fn a_long_name_is_not_repeated_whole() {
        let name = "x".repeat(5_000);
        let text = format!("{{\"{name}\":1,\"{name}\":2}}");
        assert!(refused(text.as_bytes()).len() < 150);
    }
}
