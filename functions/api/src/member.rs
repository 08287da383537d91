//! The members of a body, strictly typed: `"false"` is not `false`.
//!
//! A member that cannot be read keeps what is wrong with it, and an object what is wrong with the names in it. So one reading
//! finds all mistakes of a body.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use crate::mistake::{MistakePlace, RequestMistake, RequestMistakes};
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

/// A member as it was given, with what is wrong with it.
///
/// Fields repeat the type inside as `value_type`, because utoipa drops formats and examples of all types but its own.
#[derive(Debug, Default)]
pub(crate) struct BodyMember<T> {
    /// Nothing in particular if it cannot be read.
    content: T,
    /// What is wrong with it, or with the names in it; not what is wrong with its members.
    mistakes: RequestMistakes,
}

impl<T> BodyMember<T> {
    /// What the member with this path holds. Its mistakes are added to those of the request.
    pub(crate) fn get(self, path: &str, mistakes: &mut RequestMistakes) -> T {
        mistakes.add_inside(path, self.mistakes);
        self.content
    }
}

impl<'de, T: BodyContent + Default> Deserialize<'de> for BodyMember<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(<Option<&RawValue>>::deserialize(deserializer)?.map_or(NULL, RawValue::get)))
    }
}

impl<T: BodyContent + Default> BodyMember<T> {
    /// Reads a value from the start of a text that is known to be JSON.
    pub(crate) fn read(json: &str) -> Self {
        let mut mistakes = RequestMistakes::default();
        let content = match (kind_of(json), T::absent()) {
            (NULL, Some(absent)) => Ok(absent),
            (NULL, None) => Err(format!("must be {}, but is missing or null", T::KIND)),
            (found, _) if found != T::KIND => Err(format!("must be {}, not {found}", T::KIND)),
            _ => {
                let inner = &mut serde_json::Deserializer::from_str(json);
                let filter = NameFilter { inner, is_strict: T::IS_STRICT, misnamed: &mut mistakes };
                T::deserialize(filter).map_err(|error| no_such_word(&error))
            }
        };
        let content = content.unwrap_or_else(|what| {
            mistakes.add(RequestMistake::unread(MistakePlace::member(""), what));
            T::default()
        });
        Self { content, mistakes }
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
fn no_such_word(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (_, known) = text.rsplit_once(", expected ").unwrap_or((&text, ""));
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    format!("must be {}", known.join(" or "))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    struct Outer {
        inner: BodyMember<Inner>,
        flag: BodyMember<bool>,
        word: BodyMember<Option<Word>>,
    }

    #[derive(Debug, Default, Deserialize)]
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

    /// What the members of a body hold.
    type Held = (String, Option<String>, bool, Option<Word>);

    fn read(json: &str) -> (Held, Vec<String>) {
        let mut mistakes = RequestMistakes::default();
        let outer = BodyMember::<Outer>::read(json).get("", &mut mistakes);
        let inner = outer.inner.get("inner", &mut mistakes);
        let (text, more) = (inner.text.get("inner.text", &mut mistakes), inner.more.get("inner.more", &mut mistakes));
        let (flag, word) = (outer.flag.get("flag", &mut mistakes), outer.word.get("word", &mut mistakes));
        ((text, more, flag, word), mistakes.listed.iter().map(ToString::to_string).collect())
    }

    fn wrong(json: &Value) -> Vec<String> {
        read(&json.to_string()).1
    }

    #[test]
    fn members_are_read_by_type() {
        let body = json!({"inner": {"text": "\"x\u{e9}", "more": null}, "flag": true, "unknown": [1]});
        let (held, mistakes) = read(&body.to_string());
        assert_eq!(held, ("\"x\u{e9}".to_owned(), None, true, None));
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let (held, _) = read(r#"{"word": "not_here"}"#);
        assert_eq!(held.3, Some(Word::NotHere));
    }

    #[test]
    fn every_mistake_is_kept_and_says_what_is_allowed_and_what_came() {
        let body = json!({"inner": {"text": 1, "more": []}, "flag": "false", "word": "nowhere"});
        let expected = [
            "`inner.text` must be text, not a number",
            "`inner.more` must be text, not a list",
            "`flag` must be true or false, not text",
            "`word` must be here or not_here",
        ];
        assert_eq!(wrong(&body), expected);
        let missing = [
            "`inner` must be an object, but is missing or null",
            "`flag` must be true or false, but is missing or null",
        ];
        for body in [json!({}), json!({"inner": null, "flag": null})] {
            assert_eq!(wrong(&body), missing);
        }
        assert_eq!(wrong(&json!([])), ["the body must be an object, not a list"]);
    }

    #[test]
    fn names_that_are_unknown_or_given_twice_hide_no_other_mistake() {
        let json =
            r#"{"inner":{"texts":1,"text":2,"text":"a","more":[],"less":0},"flag":1,"flag":true,"word":"nowhere"}"#;
        let unknown = |name| format!("`inner.{name}` is no member of this request, which has text, more");
        let expected = [
            "`flag` is given more than once",
            &unknown("texts"),
            "`inner.text` is given more than once",
            &unknown("less"),
            "`inner.text` must be text, not a number",
            "`inner.more` must be text, not a list",
            "`flag` must be true or false, not a number",
            "`word` must be here or not_here",
        ];
        assert_eq!(read(json).1, expected);
        assert_eq!(read(r#"{"inner":{"text":"","a`b, expected `c":1},"flag":true}"#).1, [unknown("a`b, expected `c")]);
    }

    #[test]
    fn what_serde_takes_for_an_object_or_a_word_is_refused() {
        let body = json!({"inner": ["x", null], "flag": true, "word": {"here": null}});
        assert_eq!(wrong(&body), ["`inner` must be an object, not a list", "`word` must be text, not an object"]);
    }

    #[test]
    fn long_names_are_cut_and_many_of_them_counted() {
        let names = (0..1_000).map(|number| format!("\"{number}{}\":0,", "x".repeat(500)));
        let names = names.collect::<Vec<_>>().concat();
        let mut mistakes = RequestMistakes::default();
        BodyMember::<Inner>::read(&format!("{{{names}\"text\":\"a\"}}")).get("", &mut mistakes);
        assert_eq!((mistakes.listed.len(), mistakes.unlisted), (100, 900));
        assert!(mistakes.listed.iter().all(|mistake| mistake.to_string().len() < 200));
    }
}
