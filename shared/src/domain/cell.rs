//! Cleans what a person put into a cell of the spreadsheet or into a list of the configuration: characters that cannot be
//! seen, and what came along when it was copied.
//!
//! A text is cleaned only if it can mean one thing only. Any other text stays as it is, and the checks refuse it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::calendar_id::CalendarId;
use super::email::Email;

/// Values that a spreadsheet shows in place of what it cannot compute, in any capitals: Google's own, and those of
/// other languages and programs that are written in another way.
const ERROR_VALUES: [&str; 13] = [
    "#N/A",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#ERROR!",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#NV",
    "#YOK",
    "#HIÁNYZIK",
    "#NEDOSTUPNÝ",
    "#GETTING_DATA",
];
/// What a formula shows until it has its data.
const LOADING: &str = "Loading";
/// Headings of columns, without `Office`: an office may be called so.
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
/// Signs that may stand before an address or a calendar id.
const OPENING: &str = "\"'`´“”„‟‘’‚‛«»‹›([{";
/// Signs that may stand behind an address or a calendar id.
const CLOSING: &str = "\"'`´“”„‟‘’‚‛«»‹›)]}";
/// Punctuation that may follow an address or a calendar id.
const TRAILING: &str = ",;.:!?…";
/// What an address or a calendar id may have before its `@` besides letters and digits: what RFC 5322 allows, but for `=` and
/// `%`, which are in links and in no account of Google.
const MARKS: &str = "!#$&'*+-/^_`{|}~.";
/// Characters that an address or a calendar id never begins with: quotes, bullets, and what is left of a link.
const NEVER_FIRST: &str = "!'*/`|.";

/// Why a text is no calendar id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCalendarId {
    /// A link to the calendar.
    Link,
    /// Text without an `@`, or with more around it.
    Other,
}

/// Whether the character is invisible: Unicode's general category Cf, the joiner of graphemes, and the selectors that change
/// the shape of the character before them.
pub fn is_invisible(character: char) -> bool {
    let selects = matches!(character, '\u{34f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    // Most texts are ASCII, which the tables need not be searched for.
    !character.is_ascii() && (selects || character.general_category() == GeneralCategory::Format)
}

/// The text without characters that cannot be seen.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    text.chars().filter(|&character| !is_invisible(character)).collect()
}

/// The text as a person reads it: trimmed, without characters that cannot be seen, and with plain spaces only. Names of
/// offices are compared like this.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text.trim());
    }
    // The pattern of Braille without dots and the fillers of Hangul look like spaces.
    let is_blank = |c: char| matches!(c, '\u{2800}' | '\u{3164}' | '\u{ffa0}') || c.is_whitespace() && !c.is_control();
    let spaced: String = visible(text).chars().map(|c| if is_blank(c) { ' ' } else { c }).collect();
    Cow::Owned(spaced.trim().to_owned())
}

/// Reads an address: something before one `@` and a domain of at least two parts behind it.
pub fn address(text: &str) -> Option<Email> {
    let bare = bare(text);
    let (local, domain) = bare.split_once('@')?;
    (is_local(local) && domain.contains('.') && is_domain(domain)).then(|| Email::parse(&bare)).flatten()
}

/// Reads a calendar id: something before one `@` and a domain behind it. A link is refused, although it may contain an id.
pub fn calendar_id(text: &str) -> Result<CalendarId, NoCalendarId> {
    let bare = bare(text);
    if bare.contains('/') {
        return Err(NoCalendarId::Link);
    }
    let parts = bare.split_once('@');
    let is_id = parts.is_some_and(|(local, domain)| is_local(local) && !local.contains('&') && is_domain(domain));
    if is_id { Ok(bare.into()) } else { Err(NoCalendarId::Other) }
}

/// Whether a spreadsheet shows this in place of a value: `#N/A`, `#REF!`, `#NAME?`, `Loading...` and the like, in the
/// languages that write them like that.
pub fn is_error_value(text: &str) -> bool {
    let text = plain(text);
    let Some(value) = text.strip_prefix('#') else {
        let loading = text.strip_suffix("...").or_else(|| text.strip_suffix('…'));
        return loading.is_some_and(|word| word.eq_ignore_ascii_case(LOADING));
    };
    let shouted = |word: &str| word.chars().count() > 1 && !word.chars().any(|c| c.is_lowercase() || c.is_whitespace());
    // What other languages write for `#N/A`.
    let is_capital = |part: &str| !part.is_empty() && part.chars().all(char::is_uppercase);
    value.strip_suffix(['!', '?']).is_some_and(shouted)
        || value.split_once('/').is_some_and(|(start, end)| is_capital(start) && is_capital(end))
        || ERROR_VALUES.iter().any(|value| value.eq_ignore_ascii_case(&text))
}

/// Whether this names a column.
pub fn is_heading(text: &str) -> bool {
    let text = plain(text).trim_end_matches(':').to_lowercase();
    HEADINGS.contains(&text.as_str())
}

/// An address or an id without what was copied with it: `mailto:`, a name before angle brackets, quotes, brackets, and
/// punctuation at the end.
fn bare(text: &str) -> String {
    let mut text = plain(text).into_owned();
    while let Some(less) = Some(plain(&unwrapped(&text))).filter(|less| *less != text).map(Cow::into_owned) {
        text = less;
    }
    text
}

/// The text without the outermost of what was copied with it.
fn unwrapped(text: &str) -> Cow<'_, str> {
    let ended = text.trim_end_matches(|c| TRAILING.contains(c));
    let inner = in_brackets(ended).trim_start_matches('<').trim_end_matches('>').trim();
    let Some(closed) = inner.strip_suffix(|c| CLOSING.contains(c)) else {
        return link_target(inner);
    };
    // A closing sign without its opening one is punctuation too.
    link_target(closed.strip_prefix(|c| OPENING.contains(c)).unwrap_or(closed))
}

/// The address of `Anna <anna@example.com>`. A text with two of them, or whose name is an address too, stays as it is.
fn in_brackets(text: &str) -> &str {
    let inner = text.strip_suffix('>').and_then(|text| text.split_once('<'));
    inner.filter(|(name, inner)| !name.contains('@') && !inner.contains(['<', '>'])).map_or(text, |(_, inner)| inner)
}

/// The address of a link that writes an e-mail.
fn link_target(text: &str) -> Cow<'_, str> {
    const SCHEME: &str = "mailto:";
    let scheme = text.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    let Some(target) = scheme.and_then(|scheme| text.get(scheme.len()..)) else {
        return Cow::Borrowed(text);
    };
    let address = target.split_once('?').map_or(target, |(address, _)| address).trim_start_matches('/');
    percent_decode_str(address).decode_utf8_lossy()
}

/// Whether the text may stand before the `@`.
fn is_local(text: &str) -> bool {
    let is_allowed = |c: char| c.is_alphanumeric() || MARKS.contains(c);
    !text.is_empty()
        && text.chars().all(is_allowed)
        && !text.starts_with(|c| NEVER_FIRST.contains(c))
        && !text.ends_with('.')
}

/// Whether the text may stand behind the `@`: parts of letters, digits and, within a part, hyphens.
fn is_domain(text: &str) -> bool {
    let mut before = '.';
    text.chars().chain(['.']).all(|c| {
        let fits = match c {
            '.' => before.is_alphanumeric(),
            '-' => before != '.',
            _ => c.is_alphanumeric(),
        };
        before = c;
        fits
    })
}

#[cfg(test)]
mod tests;
