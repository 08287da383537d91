//! Where a page of a listing of forms begins.

use serde::{Deserialize, Serialize};

use crate::domain::bookmark;
use crate::domain::date_range::DateRange;

/// What the places are in.
const LISTING: &str = "forms";

/// Where a page of a listing begins, which is after this form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        bookmark::write(LISTING, self)
    }

    /// Reads such a text; `None` if it is none.
    pub(super) fn read(page: &str) -> Option<Self> {
        let read: Self = bookmark::read(LISTING, page)?;
        let is_person = read.person.len() <= 64 && read.person.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_person.then_some(read)
    }
}

#[cfg(test)]
mod tests {
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
}
