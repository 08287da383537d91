//! What tells a form from all others; for callers it is an opaque text that carries no address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::domain::date_range::DateRange;
use crate::domain::email::PersonKey;

/// A person and days: there is one form for them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FormKey {
    /// The person whose days are approved.
    pub person: PersonKey,
    /// The days.
    pub days: DateRange,
}

/// What a form's id means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormId {
    /// What stands for the person.
    pub person_digest: String,
    /// The days.
    pub days: DateRange,
}

impl FormId {
    /// The id of a form.
    pub fn of(key: &FormKey) -> Self {
        Self { person_digest: key.person.digest(), days: key.days }
    }

    /// As it is given to callers: letters, digits, `-` and `_`.
    pub fn write(&self) -> String {
        BASE64.encode(format!("{}/{}", self.person_digest, self.days))
    }

    /// Reads an id; `None` when the text is none.
    pub fn read(id: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64.decode(id).ok()?).ok()?;
        let (person_digest, days) = text.split_once('/')?;
        let is_digest = person_digest.len() == 64 && person_digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_digest.then_some(Self { person_digest: person_digest.to_owned(), days: days.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::email::Email;

    #[test]
    fn an_id_is_read_as_it_was_written_and_carries_no_address() {
        let person = Email::parse("Anna@example.com").unwrap().key();
        let id = FormId::of(&FormKey { person, days: "2026-06-18/2026-06-20".parse().unwrap() });
        let written = id.write();
        assert_eq!(FormId::read(&written), Some(id));
        assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{written}");
        assert!(!String::from_utf8(BASE64.decode(written).unwrap()).unwrap().contains("anna"));
    }

    #[test]
    fn what_is_no_id_is_none() {
        for text in ["", "a", "form", "a/2026-06-18/2026-06-20", &format!("{}/2026-06-20/2026-06-18", "a".repeat(64))] {
            assert_eq!(FormId::read(text), None, "{text}");
            assert_eq!(FormId::read(&BASE64.encode(text)), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..90)) {
            for text in [text, BASE64.encode(bytes)] {
                let _ = FormId::read(&text);
            }
        }
    }
}
