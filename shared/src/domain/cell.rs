//! What a person put into a cell of the spreadsheet, or into a list of the configuration, without what cannot be seen or
//! came along when it was copied.
//!
//! Cleaned is what can mean one thing only; anything else is left as it is, and the checks refuse it.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::calendar_id::CalendarId;
use super::email::Email;

/// Values that a spreadsheet shows in place of what it cannot compute, and that do not end like the others.
const ERROR_VALUES: [&str; 4] = ["#N/A", "#N/D", "#NV", "#GETTING_DATA"];
/// What a formula shows until it has its data.
const LOADING: &str = "Loading";
/// Headings of columns. `Office` is none of them: an office may be called so.
const HEADINGS: [&str; 17] = [
    "name",
    "id",
    "e-mail",
    "email",
    "mail",
    "address",
    "calendar",
    "calendar id",
    "user",
    "user id",
    "user name",
    "first name",
    "last name",
    "employee number",
    "jméno",
    "kalendář",
    "příjmení",
];
/// What is no part of an address or a calendar id, but may stand around it.
const FOREIGN: &str = "<>()[],;:\"\\";

/// Why a text is no calendar id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCalendarId {
    /// A link to the calendar.
    Link,
    /// Text without an `@`, or with more around it.
    Other,
}

/// Whether nothing of the character can be seen: Unicode's general category Cf.
pub fn is_invisible(character: char) -> bool {
    character.general_category() == GeneralCategory::Format
}

/// The text without characters that cannot be seen.
pub fn visible(text: &str) -> String {
    text.chars().filter(|&character| !is_invisible(character)).collect()
}

/// The text as a person reads it: trimmed, without characters that cannot be seen, and with plain spaces only.
pub fn plain(text: &str) -> String {
    let space = |c: char| if c.is_whitespace() && !c.is_control() { ' ' } else { c };
    visible(text).trim().chars().map(space).collect()
}

/// Reads an address: something before one `@` and a domain of at least two parts behind it.
pub fn address(text: &str) -> Option<Email> {
    let bare = bare(text);
    let (local, domain) = bare.split_once('@')?;
    (!local.contains(|c| FOREIGN.contains(c)) && is_domain(domain)).then(|| Email::parse(&bare)).flatten()
}

/// Reads a calendar id: something on both sides of one `@`. A link is none, although an id may be in it.
pub fn calendar_id(text: &str) -> Result<CalendarId, NoCalendarId> {
    let bare = bare(text);
    if bare.contains('/') {
        return Err(NoCalendarId::Link);
    }
    if bare.contains(|c| c == '?' || FOREIGN.contains(c)) {
        return Err(NoCalendarId::Other);
    }
    Email::parse(&bare).map(|id| id.as_str().into()).ok_or(NoCalendarId::Other)
}

/// Whether a spreadsheet shows this in place of a value: `#N/A`, `#REF!`, `#NAME?`, `Loading...` and the like, in the
/// languages that write them like that.
pub fn is_error_value(text: &str) -> bool {
    let text = plain(text);
    let shouted = |word: &str| word.chars().count() > 1 && !word.chars().any(|c| c.is_lowercase() || c.is_whitespace());
    let computed = text.strip_prefix('#').and_then(|rest| rest.strip_suffix(['!', '?'])).is_some_and(shouted);
    let loading = text.strip_suffix("...").or_else(|| text.strip_suffix('…'));
    computed
        || ERROR_VALUES.iter().any(|value| value.eq_ignore_ascii_case(&text))
        || loading.is_some_and(|word| word.eq_ignore_ascii_case(LOADING))
}

/// Whether this names a column.
pub fn is_heading(text: &str) -> bool {
    let text = plain(text).trim_end_matches(':').to_lowercase();
    HEADINGS.contains(&text.as_str())
}

/// An address or an id without what was copied with it: `mailto:`, a name before angle brackets, quotes, brackets, and
/// punctuation at the end.
fn bare(text: &str) -> String {
    let text = plain(text);
    let mut rest = text.as_str();
    loop {
        let before = rest;
        rest =
            link_target(in_brackets(rest)).trim_end_matches(['>', ',', ';', '.', ':']).trim_start_matches('<').trim();
        for quote in ['"', '\''] {
            rest = rest.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).unwrap_or(rest).trim();
        }
        if rest == before {
            return rest.to_owned();
        }
    }
}

/// The address of `Anna <anna@example.com>`; not of two, and not where another address stands in the name's place.
fn in_brackets(text: &str) -> &str {
    let inner = text.trim_end_matches([',', ';', '.']).strip_suffix('>').and_then(|text| text.split_once('<'));
    inner.filter(|(name, inner)| !name.contains('@') && !inner.contains(['<', '>'])).map_or(text, |(_, inner)| inner)
}

/// The address of a link that writes an e-mail.
fn link_target(text: &str) -> &str {
    const SCHEME: &str = "mailto:";
    let scheme = text.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    let target = scheme.and_then(|scheme| text.get(scheme.len()..));
    target.map_or(text, |target| target.split_once('?').map_or(target, |(address, _)| address))
}

/// Whether the text is a domain of at least two parts; Google knows no address in another.
fn is_domain(text: &str) -> bool {
    let letter = |c: char| c == '-' || c.is_alphanumeric();
    let part =
        |part: &str| !part.is_empty() && part.chars().all(letter) && !part.starts_with('-') && !part.ends_with('-');
    text.contains('.') && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_read_without_what_was_copied_with_it() {
        for text in [
            "anna@example.com",
            " anna@example.com\u{a0}",
            "anna@example.com\u{200b}",
            "\u{feff}anna@exam\u{ad}ple.com",
            "\u{202a}anna@\u{2060}example.com\u{202c}",
            "anna@example.com\u{e0001}",
            "mailto:anna@example.com",
            "MailTo: anna@example.com?subject=Leave",
            "<anna@example.com>",
            "<mailto:anna@example.com>,",
            "Anna Nova <anna@example.com>",
            "\"Nova, Anna\" <anna@example.com>;",
            "Anna (HR) <mailto:anna@example.com>",
            "<anna@example.com",
            "'anna@example.com'",
            "\"anna@example.com\",",
            "anna@example.com.",
            "anna@example.com ;, ",
            "anna@example.com\u{a0}.",
        ] {
            assert_eq!(address(text).map(|email| email.to_string()).as_deref(), Some("anna@example.com"), "{text:?}");
        }
        for text in ["Anna.Nova+office@Exam-ple.co.uk", "o'brian@example.com", "anna@žluťásek.cz", "a/b@example.com"]
        {
            assert_eq!(address(text).map(|email| email.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_address_or_more_than_one_is_refused() {
        for text in [
            "",
            "anna",
            "@example.com",
            "anna@",
            "anna@localhost",
            "anna@.com",
            "anna@example..com",
            "anna@-example.com",
            "anna@exam ple.com",
            "an na@example.com",
            "anna\u{a0}nova@example.com",
            "anna@bob@example.com",
            "anna@example.com, bob@example.com",
            "anna@example.com;bob@example.com",
            "Anna <anna@example.com>, Bob <bob@example.com>",
            "bob@example.com <anna@example.com>",
            "anna@example.com (office)",
            "anna at example.com",
            "https://anna@example.com",
            "anna@example.com/calendar",
            "anna@example\u{2800}.com",
            "anna@\n.com",
            "mailto:",
            "<>",
            "#N/A",
        ] {
            assert_eq!(address(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_calendar_id_has_an_at_sign_and_is_no_link() {
        for (text, id) in [
            ("prague@example.com", "prague@example.com"),
            (" Prague@group.calendar.google.com\u{200b}", "Prague@group.calendar.google.com"),
            ("cs.czech#holiday@group.v.calendar.google.com", "cs.czech#holiday@group.v.calendar.google.com"),
            ("<prague@example.com>,", "prague@example.com"),
            ("mailto:prague@example.com", "prague@example.com"),
            ("Prague <prague@example.com>", "prague@example.com"),
            ("prague@localhost", "prague@localhost"),
        ] {
            assert_eq!(calendar_id(text).map(String::from).as_deref(), Ok(id), "{text:?}");
        }
        for link in [
            "https://calendar.google.com/calendar/embed?src=abc%40group.calendar.google.com&ctz=Europe%2FPrague",
            "https://calendar.google.com/calendar/u/0?cid=YWJjQGdyb3VwLmNhbGVuZGFy",
            "calendar.google.com/calendar/embed?src=abc@group.calendar.google.com",
            "https://calendar.google.com/calendar/ical/abc@group.calendar.google.com/public/basic.ics",
            "webcal://example.com/abc@group.ics",
            "<iframe src=\"https://calendar.google.com/calendar/embed?src=a@b\"></iframe>",
        ] {
            assert_eq!(calendar_id(link), Err(NoCalendarId::Link), "{link}");
        }
        for text in ["", "primary", "Calendar", "a@", "@b", "a@b@c", "a@b.com, c@d.com", "a@b.com c", "src=a@b.com&x?y"]
        {
            assert_eq!(calendar_id(text), Err(NoCalendarId::Other), "{text:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_shows_instead_of_a_value_is_no_name() {
        for text in [
            "#N/A",
            "#REF!",
            "#NAME?",
            "#VALUE!",
            "#ERROR!",
            "#DIV/0!",
            "#NULL!",
            "#NUM!",
            "Loading...",
            "Loading…",
            "loading...",
            " #n/a\u{200b}",
            "#SPILL!",
            "#CALC!",
            "#BEZUG!",
            "#NV",
            "#GETTING_DATA",
        ] {
            assert!(is_error_value(text), "{text:?}");
        }
        for text in ["", "#", "#!", "#1", "#7!", "N/A", "Loading dock", "# 5", "#team!", "Prague!", "REF!", "..."] {
            assert!(!is_error_value(text), "{text:?}");
        }
    }

    #[test]
    fn headings_are_known_in_any_capitals() {
        assert!(["Name", "CALENDAR ID", " E-mail: ", "First\u{a0}name", "Jméno"].iter().all(|text| is_heading(text)));
        assert!(!["Office", "Prague", "Names Ltd", ""].iter().any(|text| is_heading(text)));
    }

    proptest! {
        #[test]
        fn what_was_cleaned_is_clean(text in "(mailto:|[<>'\"., ;:?@/ab\u{200b}\u{a0}]|\\PC){0,12}(@[ab]\\.c[.,>]?)?") {
            if let Some(email) = address(&text) {
                prop_assert_eq!(address(email.as_str()), Some(email));
            }
            if let Ok(id) = calendar_id(&text) {
                prop_assert_eq!(calendar_id(id.as_str()).map(String::from), Ok(String::from(id)));
            }
            prop_assert_eq!(plain(&plain(&text)), plain(&text));
        }
    }
}
