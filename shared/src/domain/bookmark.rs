//! Names places in a listing for callers, by texts that mean nothing to them.
//!
//! A text carries a digest of the question that the listing answers, so that it is no place in the answer to another one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::digest::digest;

/// The text for a place in the answer to a question.
pub fn write<T: Serialize>(question: &str, place: &T) -> String {
    BASE64.encode(json!([digest(question), place]).to_string())
}

/// Reads such a text; `None` if it is none, or is about another question.
pub fn read<T: DeserializeOwned>(question: &str, text: &str) -> Option<T> {
    let json = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
    let (asked, place) = serde_json::from_str::<(String, T)>(&json).ok()?;
    (asked == digest(question)).then_some(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_read_as_it_was_written_and_only_for_its_question(
            question in ".*", other in ".*", place: (String, Option<u32>),
        ) {
            let text = write(&question, &place);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            prop_assert_eq!(read(&question, &text), Some(place));
            prop_assert!(question == other || read::<(String, Option<u32>)>(&other, &text).is_none());
        }

        #[test]
        fn no_text_breaks_the_reading(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            for text in [text, BASE64.encode(bytes)] {
                prop_assert_eq!(read::<String>("a question", &text), None);
            }
        }
    }
}
