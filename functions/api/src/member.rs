//! The members of a body, strictly typed: `"false"` is not `false`.
//!
//! A member that cannot be read keeps what is wrong with it, and an object what is wrong with the names in it. So one reading
//! finds all mistakes of a body.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::mistake::BodyMistake;
use crate::names::NameFilter;

/// What a text is called in a message.
pub(crate) const TEXT: &str = "text";
const OBJECT: &str = "an object";
const FLAG: &str = "true or false";
const NULL: &str = "null";

/// What a body or a member of it may hold.
pub(crate) trait BodyContent: DeserializeOwned {
    /// The kind of JSON that it must be, because serde would also take a list for an object, and an object for a word.
    const KIND: &str = OBJECT;
    /// Whether a member of a name that it does not have is a mistake.
    const IS_STRICT: bool = false;

    /// What stands for null and for nothing; `None`: it must not be absent.
    fn absent() -> Option<Self> {
        None
    }
}

impl BodyContent for String {
    const KIND: &str = TEXT;
}

impl BodyContent for bool {
    const KIND: &str = FLAG;
}

impl<T: BodyContent> BodyContent for Option<T> {
    const KIND: &str = T::KIND;
    const IS_STRICT: bool = T::IS_STRICT;

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A member as it was given, or what is wrong with it.
///
/// Fields repeat the type inside as `value_type`, because utoipa drops formats and examples of all types but its own.
#[derive(Debug)]
pub(crate) struct BodyMember<T>(Result<ReadContent<T>, BodyMistake>);

#[derive(Debug)]
struct ReadContent<T> {
    content: T,
    /// What is wrong with the names of its members, in the order of the body.
    misnamed: Vec<BodyMistake>,
}

impl<T> BodyMember<T> {
    /// What the member with this path holds.
    pub(crate) fn get(self, path: &str) -> Result<T, ApiError> {
        self.content().map_err(|mistake| mistake.inside(path).into())
    }

    /// What it holds. Of its mistakes the first wrong name is told, before whatever is wrong with the members inside.
    pub(crate) fn content(self) -> Result<T, BodyMistake> {
        let ReadContent { content, misnamed } = self.0?;
        misnamed.into_iter().next().map_or(Ok(content), Err)
    }
}

impl<T> Default for BodyMember<Option<T>> {
    fn default() -> Self {
        Self(Ok(ReadContent { content: None, misnamed: Vec::new() }))
    }
}

impl<'de, T: BodyContent> Deserialize<'de> for BodyMember<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(<Option<&RawValue>>::deserialize(deserializer)?.map_or(NULL, RawValue::get)))
    }
}

impl<T: BodyContent> BodyMember<T> {
    /// Reads a value from the start of a text that is known to be JSON.
    pub(crate) fn read(json: &str) -> Self {
        let mut misnamed = Vec::new();
        let content = match (kind_of(json), T::absent()) {
            (NULL, Some(absent)) => Ok(absent),
            (NULL, None) => Err(BodyMistake::new(format!("must be {}, but is missing or null", T::KIND))),
            (found, _) if found != T::KIND => Err(BodyMistake::new(format!("must be {}, not {found}", T::KIND))),
            _ => {
                let inner = &mut serde_json::Deserializer::from_str(json);
                let filter = NameFilter { inner, is_strict: T::IS_STRICT, misnamed: &mut misnamed };
                T::deserialize(filter).map_err(|error| no_such_word(&error))
            }
        };
        Self(content.map(|content| ReadContent { content, misnamed }))
    }
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

/// Takes the words that are allowed from serde's message, because nothing else has them.
fn no_such_word(error: &serde_json::Error) -> BodyMistake {
    let text = error.to_string();
    let (_, known) = text.rsplit_once(", expected ").unwrap_or((&text, ""));
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    BodyMistake::new(format!("must be {}", known.join(" or ")))
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

    impl BodyContent for Inner {
        const IS_STRICT: bool = true;
    }

    impl BodyContent for Word {
        const KIND: &str = TEXT;
    }

    fn read<T: BodyContent>(json: &str) -> Result<T, BodyMistake> {
        BodyMember::read(json).content()
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
    fn one_reading_finds_all_mistakes() {
        let all = |mistakes: Vec<BodyMistake>| -> Vec<String> {
            mistakes.into_iter().map(|mistake| ApiError::from(mistake).to_string()).collect()
        };
        let json =
            r#"{"inner":{"texts":1,"text":2,"text":"a","more":[],"less":0},"flag":1,"flag":true,"word":"nowhere"}"#;
        let ReadContent { content: outer, misnamed } = BodyMember::<Outer>::read(json).0.unwrap();
        assert_eq!(all(misnamed), ["`flag` is given more than once"]);
        let ReadContent { content: inner, misnamed } = outer.inner.0.unwrap();
        let unknown = |name| format!("`{name}` is no member of this request, which has text, more");
        assert_eq!(all(misnamed), [unknown("texts"), "`text` is given more than once".to_owned(), unknown("less")]);
        assert_eq!(said(inner.text, "inner.text"), "`inner.text` must be text, not a number");
        assert_eq!(said(inner.more, "inner.more"), "`inner.more` must be text, not a list");
        assert_eq!(said(outer.flag, "flag"), "`flag` must be true or false, not a number");
        assert_eq!(said(outer.word, "word"), "`word` must be here or not_here");
    }

    #[test]
    fn a_hundred_wrong_names_are_kept() {
        let json = format!("{{{}\"more\":\"a\"}}", r#""x":0,"#.repeat(1_000));
        let ReadContent { content: inner, misnamed } = BodyMember::<Inner>::read(&json).0.unwrap();
        assert_eq!((misnamed.len(), inner.more.get("more").unwrap().unwrap().as_str()), (100, "a"));
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
