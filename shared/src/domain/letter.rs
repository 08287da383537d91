//! What every approval form and the e-mail that carries it have in common.

use super::date_format::DateFormat;
use super::date_shift::DateShift;
use super::manual_user::ManualUser;
use super::template::{Placeholder, Template};

/// How forms are filled in and sent, whoever asks for one.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Byroapi's name for the form; forms are off without one.
    pub template: Option<String>,
    /// How dates are written in the form and the e-mail.
    pub date_format: DateFormat,
    /// How dates are written in the `*_attachment` placeholders.
    pub attachment_date_format: DateFormat,
    /// From the end of an event to the last day in the form.
    pub end_date_corrective: DateShift,
    /// Whether the person whose event it is gets a copy.
    pub cc_to_creator: bool,
    /// The e-mail that carries the form.
    pub email: FormEmail,
}

/// The e-mail that carries a form.
#[derive(Clone, Debug)]
pub struct FormEmail {
    /// Sender; not empty while forms are on.
    pub from: Recipients,
    /// Recipients; not empty while forms are on.
    pub to: Recipients,
    /// Recipients of a copy.
    pub cc: Recipients,
    /// Subject line.
    pub subject: Template,
    /// Text.
    pub contents: Template,
    /// File name of the attached form; `None` leaves it to Byroapi.
    pub attachments: Option<Template>,
}

impl FormEmail {
    /// The placeholders that the templates use, repeated as often as they are used.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        let templates = [&self.subject, &self.contents].into_iter().chain(&self.attachments);
        templates.flat_map(Template::placeholders)
    }

    /// The names and numbers of a person that the templates use.
    pub fn needed_names(&self) -> Vec<Placeholder> {
        let names = [Placeholder::FirstName, Placeholder::LastName, Placeholder::EmployeeNumber];
        let used: Vec<_> = self.placeholders().collect();
        names.into_iter().filter(|name| used.contains(name)).collect()
    }

    /// The names that the templates need and this person does not have, each once.
    pub fn missing_names(&self, person: &ManualUser) -> Vec<Placeholder> {
        let mut missing = Vec::new();
        for placeholder in self.placeholders().filter(|placeholder| person.detail(*placeholder) == Some("")) {
            if !missing.contains(&placeholder) {
                missing.push(placeholder);
            }
        }
        missing
    }
}

/// Senders or recipients; Byroapi takes both shapes, and each is sent as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// One address.
    Address(String),
    /// Addresses with names, in the order of the file; perhaps none.
    Named(Vec<(String, Option<String>)>),
}

impl Recipients {
    /// Whether there is no address.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Named(entries) if entries.is_empty())
    }

    /// Every address with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let (address, named) = match self {
            Self::Address(address) => (Some(address.as_str()), [].as_slice()),
            Self::Named(entries) => (None, entries.as_slice()),
        };
        let named = named.iter().map(|(address, name)| (address.as_str(), name.as_deref()));
        address.map(|address| (address, None)).into_iter().chain(named)
    }
}

impl Default for Recipients {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}
