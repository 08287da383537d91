//! What a setting may hold.

use crate::domain::date_shift::ShiftUnit;
use crate::domain::template::Placeholder;

/// The kind of value that a key takes; decides what is allowed and how a variable or an option is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, not empty.
    Text,
    /// Text that must not be seen in logs or messages.
    Secret,
    /// Several such texts.
    Secrets,
    /// The path of a file.
    Path,
    /// An http or https address.
    Url,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// Seconds between two actions; null means never.
    Interval,
    /// Seconds to wait at most.
    Timeout,
    /// A TCP port.
    Port,
    /// An index of Google's event palette.
    Color,
    /// A format of Arrow date tokens.
    DateFormat,
    /// The one format that Google writes.
    CalendarDateFormat,
    /// Arrow shift arguments.
    Shift,
    /// Text with placeholders.
    Template,
    /// One address, or a mapping of addresses to names.
    Recipients,
    /// The static manual users.
    Users,
    /// The static offices.
    Offices,
    /// Ids of API keys with their roles.
    Roles,
}

/// The longest interval: one year, in seconds.
pub(super) const MAX_INTERVAL: f64 = 31_536_000.0;
/// The longest time to wait for the form service, in seconds.
pub(super) const MAX_TIMEOUT: f64 = 3_600.0;

impl Kind {
    /// What is allowed, as the end of a sentence.
    pub(super) fn allowed(self) -> String {
        let text = match self {
            Self::Choice([words @ .., last]) => return format!("{} or {last}", words.join(", ")),
            Self::Choice(_) => "nothing",
            Self::Text => "text that is not empty, in quotes when it looks like a number",
            Self::Secret => "text of visible ASCII characters, in quotes when it looks like a number",
            Self::Secrets => "a list of texts of visible ASCII characters, in quotes when they look like numbers",
            Self::Path => "the path of a file, or null",
            Self::Url => "an address that starts with http:// or https://, or null",
            Self::Flag => "true or false",
            Self::Interval => "seconds, more than 0 and at most 31,536,000 (one year), or null for never",
            Self::Timeout => "seconds, more than 0 and at most 3,600",
            Self::Port => "a whole number from 0 to 65,535",
            Self::Color => "a whole number from 1 to 11",
            Self::DateFormat => "Arrow date tokens such as DD.MM.YYYY, other letters in [brackets]",
            Self::CalendarDateFormat => "YYYY-MM-DD only, as Google Calendar writes dates",
            Self::Shift => {
                let units = self.members().join(", ");
                return format!("a mapping of {units} to whole numbers, such as {{weeks: -1}}");
            }
            Self::Template => {
                let names: Vec<_> = Placeholder::ALL.iter().map(ToString::to_string).collect();
                let names = names.join(", ");
                return format!("text (in quotes when it starts with a brace) with the placeholders {names}");
            }
            Self::Recipients => "one e-mail address, or a mapping of addresses to names",
            Self::Users => {
                "a list of {id, name} or {id, first_name, last_name, employee_number}, where id is an e-mail address"
            }
            Self::Offices => "a list of {name, id}, where id is a Google calendar id",
            Self::Roles => "a mapping of ids of API keys to reader, workflow or operator",
        };
        text.to_owned()
    }

    /// The members that a mapping or an entry of this kind may have; the first one tells entries apart.
    pub(super) const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Users => &["id", "name", "first_name", "last_name", "employee_number"],
            Self::Offices => &["name", "id"],
            Self::Shift => ShiftUnit::NAMES,
            _ => &[],
        }
    }

    /// Whether a variable or an option is taken literally instead of being read as YAML.
    pub(super) const fn is_plain_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Secret
                | Self::Path
                | Self::Url
                | Self::Choice(_)
                | Self::DateFormat
                | Self::CalendarDateFormat
                | Self::Template
        )
    }

    /// Whether null switches the setting off instead of meaning the default.
    pub(super) const fn null_is_a_value(self) -> bool {
        matches!(self, Self::Interval | Self::Path)
    }
}
