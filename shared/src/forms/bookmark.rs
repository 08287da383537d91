//! Names places in a listing for callers, by texts that mean nothing to them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::domain::date_range::DateRange;

/// Where a page of a listing begins, which is after this form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bookmark {
    /// The name of its office.
    pub(super) office: String,
    /// The digest of its person; empty before the first one.
    pub(super) person: String,
    /// Its days.
    pub(super) days: Option<DateRange>,
}

impl Bookmark {
    /// The text that is given to callers.
    pub(super) fn write(&self) -> String {
        let Self { office, person, days } = self;
        BASE64.encode(serde_json::json!([office, person, days]).to_string())
    }

    /// Reads such a text; `None` if it is none.
    pub(super) fn read(page: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64.decode(page).ok()?).ok()?;
        let (office, person, days) = serde_json::from_str::<(String, String, Option<DateRange>)>(&text).ok()?;
        let is_person = person.len() <= 64 && person.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_person.then_some(Self { office, person, days })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bookmark_is_read_as_it_was_written() {
        let days = "2026-06-18/2026-06-20".parse().ok();
        for person in ["", "0123456789abcdef"] {
            let bookmark = Bookmark { office: "Žižkov".to_owned(), person: person.to_owned(), days };
            assert_eq!(Bookmark::read(&bookmark.write()), Some(bookmark));
        }
        let start = Bookmark { office: "Brno".to_owned(), ..Bookmark::default() };
        assert_eq!(Bookmark::read(&start.write()), Some(start));
    }

    #[test]
    fn a_bookmark_outside_a_listing_is_none() {
        let bookmark = |person: &str| Bookmark { office: "Brno".to_owned(), person: person.to_owned(), days: None };
        for person in ["cursor".to_owned(), "a".repeat(65)] {
            assert_eq!(Bookmark::read(&bookmark(&person).write()), None, "{person}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            for text in [text, BASE64.encode(bytes)] {
                let _ = Bookmark::read(&text);
            }
        }
    }
}
