//! What people put into cells, and what is read of it.

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
        "mailto://anna@example.com",
        "MAILTO:/anna%40example.com",
        "mailto:%20anna@example.com%E2%80%8B",
        "“anna@example.com”",
        "„anna@example.com“,",
        "«anna@example.com»",
        "‘<anna@example.com>’",
        "(anna@example.com)",
        "[anna@example.com].",
        "anna@example.com!",
        "anna@example.com'",
        "anna@example.com”;",
        "Anna <anna@example.com>!",
        "anna@exam\u{34f}ple.com\u{fe0f}",
        "\u{3164}anna@example.com\u{2800}",
    ] {
        assert_eq!(address(text).map(|email| email.to_string()).as_deref(), Some("anna@example.com"), "{text:?}");
    }
    for text in ["Anna.Nova+office@Exam-ple.co.uk", "o'brian@example.com", "anna@žluťásek.cz", "a/b@example.com"] {
        assert_eq!(address(text).map(|email| email.to_string()).as_deref(), Some(text));
    }
    let plus = address("mailto:anna%2Boffice@example.com").map(|email| email.to_string());
    assert_eq!(plus.as_deref(), Some("anna+office@example.com"));
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
        "'anna@example.com",
        "“anna@example.com",
        "email=anna@example.com",
        "anna%2Boffice@example.com",
        "mailto:anna%3Fx@example.com",
        "mailto:a@b.com%2Cc@d.com",
        "mailto:anna%FF@example.com",
        "•anna@example.com",
        "*anna@example.com",
        "- anna@example.com",
        "//anna@example.com",
        ".anna@example.com",
        "anna.@example.com",
        "an“na@example.com",
        "(anna@example.com) (bob@example.com)",
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
        ("#contacts@group.v.calendar.google.com", "#contacts@group.v.calendar.google.com"),
        ("c_188a0b@resource.calendar.google.com", "c_188a0b@resource.calendar.google.com"),
        ("“abc@group.calendar.google.com”", "abc@group.calendar.google.com"),
        ("abc@group.calendar.google.com!", "abc@group.calendar.google.com"),
        ("abc@group.calendar.google.com'", "abc@group.calendar.google.com"),
        ("(abc@group.calendar.google.com)", "abc@group.calendar.google.com"),
        ("mailto:abc%40group.calendar.google.com", "abc@group.calendar.google.com"),
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
    for text in [
        "",
        "primary",
        "Calendar",
        "a@",
        "@b",
        "a@b@c",
        "a@b.com, c@d.com",
        "a@b.com c",
        "src=a@b.com&x?y",
        "src=abc@group.calendar.google.com",
        "abc@group.calendar.google.com&ctz=Europe%2FPrague",
        "x&abc@group.calendar.google.com",
        "abc%40x@group.calendar.google.com",
        "“abc@group.calendar.google.com",
        "ab c@group.calendar.google.com",
        "abc@group.calendar.google.com#main",
        "abc@group..calendar.google.com",
    ] {
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
        "#ref!",
        "#Name?",
        "#value!",
        "#div/0!",
        "#error!",
        "#null!",
        "#Num!",
        "#N/B",
        "#I/T",
        "#Н/Д",
        "#YOK",
        "#HIÁNYZIK",
    ] {
        assert!(is_error_value(text), "{text:?}");
    }
    for text in [
        "",
        "#",
        "#!",
        "#1",
        "#7!",
        "N/A",
        "Loading dock",
        "# 5",
        "#team!",
        "#a/b",
        "#A/",
        "#1/2",
        "Prague!",
        "REF!",
        "...",
    ] {
        assert!(!is_error_value(text), "{text:?}");
    }
}

#[test]
fn what_looks_empty_is_not_in_a_name() {
    for text in ["Pra\u{200b}gue", "Pra\u{34f}gue\u{fe0f}", "\u{2800}Prague\u{3164}", "\u{e0100}Prague \u{a0}"] {
        assert_eq!(plain(text), "Prague", "{text:?}");
    }
    assert_eq!(plain("Praha\u{2800}1"), "Praha 1");
    assert_eq!(plain("\u{34f}\u{fe0f}\u{2800}\u{3164}"), "");
}

#[test]
fn headings_are_known_in_any_capitals() {
    assert!(["Name", "CALENDAR ID", " E-mail: ", "First\u{a0}name", "Jméno"].iter().all(|text| is_heading(text)));
    assert!(!["Office", "Prague", "Names Ltd", ""].iter().any(|text| is_heading(text)));
}

proptest! {
    #[test]
    fn what_was_cleaned_is_clean(text in "(mailto:|%(40|2F|20|25)|[<>'“”\"., ;:?!@/ab\u{200b}\u{a0}]|\\PC){0,12}(@[ab]\\.c[.,>]?)?") {
        if let Some(email) = address(&text) {
            prop_assert_eq!(address(email.as_str()), Some(email));
        }
        if let Ok(id) = calendar_id(&text) {
            prop_assert_eq!(calendar_id(id.as_str()).map(String::from), Ok(String::from(id)));
        }
        let plain_once = plain(&text);
        prop_assert_eq!(plain(&plain_once), plain_once.as_ref());
    }
}
