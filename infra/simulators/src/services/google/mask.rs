//! Partial responses: the `fields` parameter.
//!
//! See <https://developers.google.com/workspace/calendar/api/guides/performance#partial>.

use super::schema::ApiSchema;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The fields of an answer that are kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mask {
    /// Everything, however deep.
    All,
    /// These fields; `*` stands for every field.
    Fields(BTreeMap<String, Mask>),
}

impl Mask {
    /// Reads `a,b/c,d(e,f/g),h/*`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mask = selection(&mut rest)?;
        if rest.is_empty() { Ok(mask) } else { Err(format!("unexpected {rest:?} in the mask {text:?}")) }
    }

    /// Adds the fields that the schema does not know to `unknown`.
    pub(crate) fn check(&self, api: &ApiSchema, schema: &Value, unknown: &mut Vec<String>) {
        let Mask::Fields(fields) = self else { return };
        let mut schema = api.resolve(schema);
        while schema["type"] == "array" {
            schema = api.resolve(&schema["items"]);
        }
        for (name, mask) in fields {
            if name == "*" {
                let properties = schema["properties"].as_object();
                for property in properties.into_iter().flat_map(Map::values) {
                    mask.check(api, property, unknown);
                }
            } else if let Some(property) = api.property(schema, name) {
                mask.check(api, property, unknown);
            } else {
                unknown.push(name.clone());
            }
        }
    }

    /// The value with only the fields that the mask names.
    pub(crate) fn apply(&self, value: Value) -> Value {
        match (self, value) {
            (Mask::Fields(_), Value::Array(items)) => items.into_iter().map(|item| self.apply(item)).collect(),
            (Mask::Fields(fields), Value::Object(object)) => {
                let kept = object.into_iter().filter_map(|(name, value)| {
                    let mask = fields.get(&name).or_else(|| fields.get("*"))?;
                    Some((name, mask.apply(value)))
                });
                Value::Object(kept.collect())
            }
            (_, value) => value,
        }
    }

    fn merge(&mut self, other: Mask) {
        match (&mut *self, other) {
            (Mask::Fields(fields), Mask::Fields(others)) => {
                for (name, mask) in others {
                    add(fields, name, mask);
                }
            }
            _ => *self = Mask::All,
        }
    }
}

fn add(fields: &mut BTreeMap<String, Mask>, name: String, mask: Mask) {
    match fields.get_mut(&name) {
        Some(known) => known.merge(mask),
        None => {
            fields.insert(name, mask);
        }
    }
}

/// Reads `field (',' field)*`, up to the end or a closing parenthesis.
fn selection(rest: &mut &str) -> Result<Mask, String> {
    let mut fields = BTreeMap::new();
    loop {
        let (name, mask) = field(rest)?;
        add(&mut fields, name, mask);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Ok(Mask::Fields(fields)),
        }
    }
}

/// Reads `name`, `name/field` or `name(selection)`.
fn field(rest: &mut &str) -> Result<(String, Mask), String> {
    let end = rest.find(|character: char| "/(),".contains(character)).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let word = !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character));
    if !word && name != "*" {
        return Err(format!("{name:?} is not a field name"));
    }
    *rest = after;
    let mask = if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        let (name, mask) = field(rest)?;
        Mask::Fields(BTreeMap::from([(name, mask)]))
    } else if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let mask = selection(rest)?;
        *rest = rest.strip_prefix(')').ok_or("a parenthesis is not closed")?;
        mask
    } else {
        Mask::All
    };
    Ok((name.to_owned(), mask))
}

#[cfg(test)]
mod tests {
    use super::Mask;
    use crate::services::google::schema::CALENDAR;
    use serde_json::json;

    #[test]
    fn keeps_what_is_named() {
        let value =
            json!({ "kind": "k", "items": [{ "id": "1", "start": { "date": "d", "timeZone": "z" }, "etag": "e" }] });
        let keep = |mask| Mask::parse(mask).unwrap().apply(value.clone());
        assert_eq!(keep("items(id,start/date)"), json!({ "items": [{ "id": "1", "start": { "date": "d" } }] }));
        assert_eq!(keep("items/id,items/etag,kind"), json!({ "kind": "k", "items": [{ "id": "1", "etag": "e" }] }));
        assert_eq!(keep("*"), value);
        assert_eq!(keep("items/*/date"), json!({ "items": [{ "id": "1", "start": { "date": "d" }, "etag": "e" }] }));
        assert_eq!(keep("items,items/id"), json!({ "items": value["items"] }));
    }

    #[test]
    fn refuses_what_is_no_mask() {
        for text in ["", "a,", "a(b", "a)", "a//b", "a b", "a()"] {
            assert!(Mask::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_the_fields_that_the_schema_does_not_know() {
        let mut unknown = Vec::new();
        let mask = Mask::parse("items(id,title,extendedProperties/private/mine),next,nextPageToken").unwrap();
        mask.check(&CALENDAR, CALENDAR.schema("Events"), &mut unknown);
        assert_eq!(unknown, ["title", "next"]);
    }
}
