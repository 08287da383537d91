//! Writes a day with a format of Arrow tokens, such as `DD.MM.YYYY`, in English.
//!
//! Text in brackets is literal. Arrow passes letters that are no token through (`Y` stays `Y`) and turns `YYY` and `dd`
//! into nothing; such letters are a mistake here. A day has no time: the time tokens write 00:00:00 UTC.
//! Source: <https://arrow.readthedocs.io/en/latest/guide.html#supported-tokens>. By hand: chrono has
//! strftime's tokens, time its own.

use chrono::{Datelike, NaiveDate, NaiveTime};

/// A format that was checked; the default one writes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateFormat {
    parts: Vec<FormatPart>,
}

/// Why a format is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFormatError {
    /// The format has no characters.
    #[error("the date format is empty")]
    Empty,
    /// Letters that are no Arrow token.
    #[error("`{letters}` at character {position} is not a date token; literal text goes in [brackets]")]
    UnknownToken {
        /// The letters in question.
        letters: String,
        /// Where they start, counted in characters from 1.
        position: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum FormatPart {
    Literal(String),
    Token(Token),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// What chrono writes for the day at 00:00 UTC with this format of its own.
    Chrono(&'static str),
    /// The year without a sign, which chrono gives to years of five digits.
    Year,
    OrdinalDay,
    /// The week with its year, which chrono pads to four digits.
    IsoWeek,
    Microseconds,
}

/// The tokens; the longest one that fits is taken, as Arrow does.
const TOKENS: [(&str, Token); 38] = [
    ("YYYY", Token::Year),
    ("YY", Token::Chrono("%y")),
    ("MMMM", Token::Chrono("%B")),
    ("MMM", Token::Chrono("%b")),
    ("MM", Token::Chrono("%m")),
    ("M", Token::Chrono("%-m")),
    ("DDDD", Token::Chrono("%j")),
    ("DDD", Token::Chrono("%-j")),
    ("DD", Token::Chrono("%d")),
    ("Do", Token::OrdinalDay),
    ("D", Token::Chrono("%-d")),
    ("dddd", Token::Chrono("%A")),
    ("ddd", Token::Chrono("%a")),
    ("d", Token::Chrono("%u")),
    ("W", Token::IsoWeek),
    ("HH", Token::Chrono("00")),
    ("H", Token::Chrono("0")),
    ("hh", Token::Chrono("12")),
    ("h", Token::Chrono("12")),
    ("A", Token::Chrono("AM")),
    ("a", Token::Chrono("am")),
    ("mm", Token::Chrono("00")),
    ("m", Token::Chrono("0")),
    ("ss", Token::Chrono("00")),
    ("s", Token::Chrono("0")),
    ("SSSSSS", Token::Chrono("000000")),
    ("SSSSS", Token::Chrono("00000")),
    ("SSSS", Token::Chrono("0000")),
    ("SSS", Token::Chrono("000")),
    ("SS", Token::Chrono("00")),
    ("S", Token::Chrono("0")),
    ("ZZZ", Token::Chrono("UTC")),
    ("ZZ", Token::Chrono("+00:00")),
    ("Z", Token::Chrono("+0000")),
    // Arrow writes the timestamp as a Python float.
    ("X", Token::Chrono("%s.0")),
    ("x", Token::Microseconds),
    // Arrow takes these as one token and writes nothing for it.
    ("YYY", Token::Chrono("")),
    ("dd", Token::Chrono("")),
];

impl DateFormat {
    /// Reads a format.
    pub fn parse(text: &str) -> Result<Self, DateFormatError> {
        if text.is_empty() {
            return Err(DateFormatError::Empty);
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some((literal, after)) = bracketed(rest) {
                push_literal(&mut parts, literal);
                rest = after;
            } else if !next.is_ascii_alphabetic() {
                let (literal, after) = rest.split_at(next.len_utf8());
                push_literal(&mut parts, literal);
                rest = after;
            } else {
                let (token, after) = token(rest).ok_or_else(|| unknown_token(text, rest))?;
                parts.push(FormatPart::Token(token));
                rest = after;
            }
        }
        Ok(Self { parts })
    }

    /// The day in this format.
    pub fn format(&self, date: NaiveDate) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                FormatPart::Literal(text) => out.push_str(text),
                FormatPart::Token(token) => out.push_str(&token.format(date)),
            }
        }
        out
    }
}

impl Token {
    fn format(self, date: NaiveDate) -> String {
        let midnight = date.and_time(NaiveTime::MIN).and_utc();
        match self {
            Self::Chrono(format) => midnight.format(format).to_string(),
            Self::Year => format!("{:04}", date.year()),
            Self::OrdinalDay => format!("{}{}", date.day(), ordinal_suffix(date.day())),
            Self::IsoWeek => format!("{}{}", date.iso_week().year(), date.format("-W%V-%u")),
            Self::Microseconds => (i128::from(midnight.timestamp()) * 1_000_000).to_string(),
        }
    }
}

fn ordinal_suffix(day: u32) -> &'static str {
    match day % 10 {
        _ if (11..=13).contains(&day) => "th",
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    }
}

/// `[text]` at the start of `rest`: the text, and what follows. A bracket that is never closed is literal.
fn bracketed(rest: &str) -> Option<(&str, &str)> {
    rest.strip_prefix('[')?.split_once(']')
}

/// The longest token at the start of `rest`, and what follows.
fn token(rest: &str) -> Option<(Token, &str)> {
    let (name, token) = TOKENS.iter().filter(|(name, _)| rest.starts_with(name)).max_by_key(|(name, _)| name.len())?;
    (*token != Token::Chrono("")).then(|| (*token, rest.get(name.len()..).unwrap_or_default()))
}

fn unknown_token(text: &str, rest: &str) -> DateFormatError {
    let first = rest.chars().next();
    let letters = rest.chars().take_while(|c| Some(*c) == first).collect();
    let position = text.chars().count() - rest.chars().count() + 1;
    DateFormatError::UnknownToken { letters, position }
}

fn push_literal(parts: &mut Vec<FormatPart>, literal: &str) {
    if let Some(FormatPart::Literal(text)) = parts.last_mut() {
        text.push_str(literal);
    } else {
        parts.push(FormatPart::Literal(literal.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(format: &str, date: &str) -> String {
        DateFormat::parse(format).unwrap().format(date.parse().unwrap())
    }

    /// The expected values are Arrow 1.2.2's own for `arrow.get("2026-06-05")`.
    #[test]
    fn every_token_writes_what_arrow_writes() {
        let expected = [
            ("YYYY", "2026"),
            ("YY", "26"),
            ("MMMM", "June"),
            ("MMM", "Jun"),
            ("MM", "06"),
            ("M", "6"),
            ("DDDD", "156"),
            ("DDD", "156"),
            ("DD", "05"),
            ("D", "5"),
            ("Do", "5th"),
            ("dddd", "Friday"),
            ("ddd", "Fri"),
            ("d", "5"),
            ("W", "2026-W23-5"),
            ("HH H hh h A a", "00 0 12 12 AM am"),
            ("mm m ss s", "00 0 00 0"),
            ("SSSSSSS SSSSSS SSS S", "0000000 000000 000 0"),
            ("Z ZZ ZZZ", "+0000 +00:00 UTC"),
            ("X", "1780617600.0"),
            ("x", "1780617600000000"),
            ("DDDDD", "1565"),
            ("MMMMM", "June6"),
            ("ddddd", "Friday5"),
            ("[abc]D", "abc5"),
        ];
        for (tokens, text) in expected {
            assert_eq!(format(tokens, "2026-06-05"), text, "{tokens}");
        }
    }

    #[test]
    fn text_around_tokens_is_kept() {
        assert_eq!(format("DD.MM.YYYY", "2026-06-18"), "18.06.2026");
        assert_eq!(format("[den] D. M. [r.] YYYY – č", "2026-06-18"), "den 18. 6. r. 2026 – č");
        assert_eq!(format("\\[D [M", "2026-06-18"), "\\[18 [6");
        assert_eq!(format("[]D]", "2026-06-18"), "18]");
    }

    #[test]
    fn ordinals_are_english() {
        let days = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31].map(|day| format("Do", &format!("2026-01-{day:02}")));
        assert_eq!(days.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 31st");
    }

    #[test]
    fn iso_weeks_belong_to_their_own_year() {
        assert_eq!(format("W", "2027-01-01"), "2026-W53-5");
    }

    #[test]
    fn letters_that_are_no_token_are_refused_with_their_place() {
        for (text, letters, position) in [
            ("DD.MM.QQQQ", "QQQQ", 7),
            ("Y", "Y", 1),
            ("D YYY", "YYY", 3),
            ("dd", "dd", 1),
            ("č jj", "jj", 3),
            ("Dt", "t", 2),
        ] {
            let expected = DateFormatError::UnknownToken { letters: letters.to_owned(), position };
            assert_eq!(DateFormat::parse(text), Err(expected), "{text}");
        }
        assert_eq!(DateFormat::parse(""), Err(DateFormatError::Empty));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([YMDdoWHhAamsSZXx\\[\\]. č-]|\\PC){0,12}", day in -90_000_i32..3_000_000) {
            if let Ok(format) = DateFormat::parse(&text) {
                format.format(NaiveDate::from_num_days_from_ce_opt(day).unwrap());
            }
        }
    }
}
