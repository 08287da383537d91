//! The members of a body, strictly typed: `"false"` is not `false`.
//!
//! A member that cannot be read keeps what is wrong with it, so that the other members are still read.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use crate::error::ApiError;

/// What a text is called in a message.
pub(crate) const TEXT: &str = "text";
const OBJECT: &str = "an object";
const FLAG: &str = "true or false";
const NULL: &str = "null";

/// What a body or a member of it may hold.
pub(crate) trait BodyContent: DeserializeOwned {
    /// The kind of JSON that it must be, because serde would also take a list for an object, and an object for a word.
    const KIND: &str = OBJECT;
    /// Whether it may be null or absent.
    const MAY_BE_ABSENT: bool = false;
}

impl BodyContent for String {
    const KIND: &str = TEXT;
}

impl BodyContent for bool {
    const KIND: &str = FLAG;
}

impl<T: BodyContent> BodyContent for Option<T> {
    const KIND: &str = T::KIND;
    const MAY_BE_ABSENT: bool = true;
}

/// A member as it was given, or what is wrong with it. The OpenAPI document shows the type inside.
#[derive(Debug)]
pub(crate) struct BodyMember<T>(Result<T, BodyMistake>);

impl<T> BodyMember<T> {
    /// What the member with this path holds.
    pub(crate) fn get(self, path: &str) -> Result<T, ApiError> {
        self.0.map_err(|mistake| mistake.inside(path).into())
    }
}

impl<T> Default for BodyMember<Option<T>> {
    fn default() -> Self {
        Self(Ok(None))
    }
}

impl<'de, T: BodyContent> Deserialize<'de> for BodyMember<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Option<&RawValue>>::deserialize(deserializer)?.map_or(NULL, RawValue::get);
        Ok(Self(read(text)))
    }
}

/// Reads a value from the start of a text that is known to be JSON.
pub(crate) fn read<T: BodyContent>(json: &str) -> Result<T, BodyMistake> {
    let found = kind_of(json);
    if found == NULL && !T::MAY_BE_ABSENT {
        return Err(BodyMistake::new(format!("must be {}, but is missing or null", T::KIND)));
    }
    if found != NULL && found != T::KIND {
        return Err(BodyMistake::new(format!("must be {}, not {found}", T::KIND)));
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| BodyMistake::from(&error))
}

fn kind_of(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => OBJECT,
        Some(b'[') => "a list",
        Some(b'"') => TEXT,
        Some(b't' | b'f') => FLAG,
        Some(b'n') => NULL,
        _ => "a number",
    }
}

/// What is wrong with a body, or with a member of it.
#[derive(Debug)]
pub(crate) struct BodyMistake {
    /// The names that lead to the member, the outermost first; empty for the body itself.
    path: Vec<String>,
    /// What is wrong and what is allowed.
    what: String,
}

impl BodyMistake {
    fn new(what: String) -> Self {
        Self { path: Vec::new(), what }
    }

    fn inside(mut self, outer: &str) -> Self {
        self.path.insert(0, outer.to_owned());
        self
    }
}

/// Takes the members or words that are allowed from serde's message, because nothing else has them.
impl From<&serde_path_to_error::Error<serde_json::Error>> for BodyMistake {
    fn from(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let text = error.inner().to_string();
        let (what, known) = text.rsplit_once(", expected ").unwrap_or((&text, ""));
        let known: Vec<&str> = quoted(known).collect();
        let mut path: Vec<String> = error.path().iter().map(ToString::to_string).collect();
        let what = if what.starts_with("duplicate field") {
            path.extend(quoted(what).next().map(str::to_owned));
            "is given more than once".to_owned()
        } else if what.starts_with("unknown field") {
            format!("is no member of this request, which has {}", known.join(", "))
        } else {
            format!("must be {}", known.join(" or "))
        };
        Self { path, what }
    }
}

/// The texts between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

impl From<BodyMistake> for ApiError {
    fn from(BodyMistake { path, what }: BodyMistake) -> Self {
        match path.as_slice() {
            [] => Self::Invalid { field: None, what: format!("the body {what}") },
            path => Self::invalid(&path.join("."), what),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Outer {
        inner: BodyMember<Inner>,
        flag: BodyMember<bool>,
        word: BodyMember<Option<Word>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        text: BodyMember<String>,
        more: BodyMember<Option<String>>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Here,
        NotHere,
    }

    impl BodyContent for Outer {}

    impl BodyContent for Inner {}

    impl BodyContent for Word {
        const KIND: &str = TEXT;
    }

    fn outer(value: &Value) -> Outer {
        read(&value.to_string()).unwrap()
    }

    fn said<T>(member: BodyMember<T>, path: &str) -> String {
        member.get(path).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn members_are_read_by_type() {
        let read = outer(&json!({"inner": {"text": "\"x\u{e9}", "more": null}, "flag": false, "unknown": [1]}));
        let inner = read.inner.get("inner").unwrap();
        assert_eq!(inner.text.get("inner.text").unwrap(), "\"x\u{e9}");
        assert_eq!(inner.more.get("inner.more").unwrap(), None);
        assert!(!read.flag.get("flag").unwrap());
        assert_eq!(read.word.get("word").unwrap(), None);
        assert_eq!(outer(&json!({"word": "not_here"})).word.get("word").unwrap(), Some(Word::NotHere));
    }

    #[test]
    fn every_mistake_is_kept_and_says_what_is_allowed_and_what_came() {
        let read = outer(&json!({"inner": {"text": 1, "more": []}, "flag": "false", "word": "nowhere"}));
        let inner = read.inner.get("inner").unwrap();
        assert_eq!(said(inner.text, "inner.text"), "`inner.text` must be text, not a number");
        assert_eq!(said(inner.more, "inner.more"), "`inner.more` must be text, not a list");
        assert_eq!(said(read.flag, "flag"), "`flag` must be true or false, not text");
        assert_eq!(said(read.word, "word"), "`word` must be here or not_here");
        for value in [json!({}), json!({"inner": null, "flag": null})] {
            let read = outer(&value);
            assert_eq!(said(read.inner, "inner"), "`inner` must be an object, but is missing or null");
            assert_eq!(said(read.flag, "flag"), "`flag` must be true or false, but is missing or null");
        }
    }

    #[test]
    fn what_serde_takes_for_an_object_or_a_word_is_refused() {
        let read = outer(&json!({"inner": ["x", null], "word": {"here": null}}));
        assert_eq!(said(read.inner, "inner"), "`inner` must be an object, not a list");
        assert_eq!(said(read.word, "word"), "`word` must be text, not an object");
    }

    #[test]
    fn names_that_are_unknown_or_given_twice_are_told_with_their_path() {
        let of = |inner: &str| said(read::<Outer>(&format!("{{\"inner\":{inner}}}")).unwrap().inner, "inner");
        assert_eq!(of(r#"{"text":"a","text":"b"}"#), "`inner.text` is given more than once");
        assert_eq!(of(r#"{"texts":1}"#), "`inner.texts` is no member of this request, which has text, more");
        let refused = ApiError::from(read::<Inner>(r#"{"a`b, expected `c":1}"#).unwrap_err()).to_string();
        assert_eq!(refused, "`a`b, expected `c` is no member of this request, which has text, more");
        assert!(of(&format!("{{\"{}\":1}}", "x".repeat(5_000))).len() < 200);
    }
}
