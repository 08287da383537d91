//! Names forms, and places in a listing, for callers: short texts that mean nothing to them.
//!
//! A calendar stands in them as its digest, so that they may appear where calendar ids may not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::domain::calendar_id::CalendarId;
use crate::domain::date_range::DateRange;
use crate::store::form_list::{OPEN, SEEN};
use crate::telemetry::digest;

/// DynamoDB takes no longer sort keys, in bytes.
const LONGEST_KEY: usize = 1024;

/// What a form's id says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FormId {
    /// The digest of the calendar's id.
    pub(super) calendar: String,
    /// What stands for the event in sort keys.
    pub(super) event: String,
    /// The days of the form.
    pub(super) days: DateRange,
}

/// The id of a form; `event` stands for the event in sort keys.
pub(super) fn of_form(calendar_id: &CalendarId, event: &str, days: DateRange) -> String {
    BASE64.encode(format!("{}/{days}/{event}", digest(calendar_id.key())))
}

impl FormId {
    /// Reads an id; `None` for what is none.
    pub(super) fn read(id: &str) -> Option<Self> {
        let text = decode(id)?;
        let (calendar, rest) = text.split_once('/')?;
        let (start, rest) = rest.split_once('/')?;
        let (end, event) = rest.split_once('/')?;
        let days = format!("{start}/{end}").parse().ok()?;
        (!event.is_empty()).then(|| Self { calendar: calendar.to_owned(), event: event.to_owned(), days })
    }
}

/// Where a page of a listing begins: after this form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The name of its office.
    pub(super) office: String,
    /// The sort key of its item; empty before the first one.
    pub(super) key: String,
    /// Its days.
    pub(super) days: Option<DateRange>,
}

impl Place {
    /// As it is given to callers.
    pub(super) fn write(&self) -> String {
        let Self { office, key, days } = self;
        BASE64.encode(serde_json::json!([office, key, days]).to_string())
    }

    /// Reads it again; `None` for what is none.
    pub(super) fn read(page: &str) -> Option<Self> {
        let (office, key, days) = serde_json::from_str::<(String, String, Option<DateRange>)>(&decode(page)?).ok()?;
        let is_key = key.is_empty() || key.starts_with(OPEN) || key.starts_with(SEEN);
        (is_key && key.len() <= LONGEST_KEY).then_some(Self { office, key, days })
    }
}

fn decode(text: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALENDAR: &str = "prague@group.calendar.google.com";

    fn days() -> DateRange {
        "2026-06-18/2026-06-20".parse().unwrap()
    }

    #[test]
    fn an_id_is_read_as_it_was_made_and_names_no_calendar() {
        for event in ["6bkpjlug9f1hn4gno8mnshs0ud_20260618", "a/b", "ž"] {
            let id = of_form(&CALENDAR.into(), event, days());
            let read = FormId { calendar: digest(CALENDAR), event: event.to_owned(), days: days() };
            assert_eq!(FormId::read(&id), Some(read));
            assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{id}");
            assert!(!decode(&id).unwrap().contains("prague"));
        }
    }

    #[test]
    fn what_is_no_id_is_none() {
        for text in ["", "a", "form", "a/2026-06-18/2026-06-20/", "a/2026-06-20/2026-06-18/e", "a/2026-06-18/e"] {
            assert_eq!(FormId::read(text), None, "{text}");
            assert_eq!(FormId::read(&BASE64.encode(text)), None, "{text}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for key in ["", "open#e1", "seen#e1"] {
            let place = Place { office: "Žižkov".to_owned(), key: key.to_owned(), days: Some(days()) };
            assert_eq!(Place::read(&place.write()), Some(place));
        }
        let start = Place { office: "Brno".to_owned(), ..Place::default() };
        assert_eq!(Place::read(&start.write()), Some(start));
    }

    #[test]
    fn a_place_outside_a_listing_is_none() {
        for key in ["cursor".to_owned(), format!("open#{}", "x".repeat(LONGEST_KEY))] {
            let place = Place { office: "Brno".to_owned(), key, days: None };
            assert_eq!(Place::read(&place.write()), None);
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            for text in [text, BASE64.encode(bytes)] {
                let _ = (FormId::read(&text), Place::read(&text));
            }
        }
    }
}
