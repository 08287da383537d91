//! The methods of [`Reader`] that read the static manual users and offices.
//!
//! Messages do not repeat what was given: it may be the name or address of a person.

use std::collections::HashMap;

use super::mistakes::{Mistake, Origin};
use super::names;
use super::reader::Reader;
use super::scalars::{self, ValueProblem};
use super::settings::{Forms, ManualUsers, Offices};
use super::tree::{Member, Value};
use crate::domain::calendar_id::CalendarId;
use crate::domain::cell;
use crate::domain::email::{Email, PersonKey};
use crate::domain::manual_user::{Details, ManualUser};
use crate::domain::office::Office;
use crate::domain::template::Placeholder;

const USER_LIST: &str = "manual_users.user_list";
const OFFICE_LIST: &str = "offices.office_list";
/// Which address an entry needs.
const CREATOR: &str = "allowed: the address with which the person creates events";
const NO_ADDRESS: &str = "nobody creates events with it: such an address has one @ and a domain behind it, such as \
                          name@example.com";
const NO_CALENDAR_ID: &str = "not the id of a calendar: such an id has one @, such as abc@group.calendar.google.com, and is \
                              no link";
const CLEANED: &str = "read without the invisible characters, `mailto:`, brackets or punctuation in it";

/// An entry of a list, and where it stands.
struct Entry<'a> {
    list: &'a str,
    index: usize,
    origin: &'a Origin,
    members: &'a [Member],
    /// The member that tells it from other entries.
    key: &'static str,
}

impl<'a> Entry<'a> {
    fn path(&self) -> String {
        path_of(self.list, self.index)
    }

    fn member(&self, name: &str) -> Option<&'a Member> {
        self.members.iter().find(|member| member.name == name)
    }

    fn has(&self, name: &str) -> bool {
        self.member(name).is_some_and(|member| !member.node.is_null())
    }

    /// The text of a member as it was written; empty when it is none.
    fn written(&self, name: &str) -> &str {
        self.member(name).and_then(|member| member.node.text()).unwrap_or_default()
    }

    /// A mistake in a member. It stands at the member, or at the entry if the member is missing.
    fn about(&self, name: &str, message: impl Into<String>) -> Mistake {
        let origin = self.member(name).map_or(self.origin, |member| &member.origin);
        Mistake::new(origin.clone(), &format!("{}.{name}", self.path()), message)
    }
}

fn path_of(list: &str, index: usize) -> String {
    format!("{list}[{index}]")
}

/// The index of the first entry for each key, once for the key as written (`true`) and once for the cleaned one.
type FirstEntries = HashMap<(bool, String), usize>;

impl<'a> Reader<'a> {
    pub(super) fn manual_users(&mut self, forms: &Forms) -> ManualUsers {
        let mut user_list = Vec::new();
        let mut firsts = FirstEntries::new();
        for entry in self.entries(USER_LIST) {
            let Some(user) = self.user(&entry) else { continue };
            let written = PersonKey::from(entry.written("id").trim().to_owned());
            let keys = [written, user.email.key()].map(|key| key.as_str().to_owned());
            let is_first = self.is_first(&mut firsts, &entry, keys);
            let missing = forms.missing_names(&user);
            if !missing.is_empty() {
                let names: Vec<_> = missing.into_iter().map(Placeholder::name).collect();
                let message = format!(
                    "without {}, which a template of forms.email uses; \
                     allowed: {{id, first_name, last_name, employee_number}}",
                    names.join(", ")
                );
                self.report(Mistake::new(entry.origin.clone(), &entry.path(), message));
            }
            if is_first {
                user_list.push(user);
            }
        }
        ManualUsers {
            user_list,
            google_config: self.sheet("manual_users", "Manual users!A2:D"),
            on_change: self.required("manual_users.on_change", scalars::word),
        }
    }

    pub(super) fn offices(&mut self) -> Offices {
        let mut office_list = Vec::new();
        let mut firsts = FirstEntries::new();
        for entry in self.entries(OFFICE_LIST) {
            let (name, calendar_id) = (self.name(&entry, "name"), self.calendar_id(&entry));
            let (Some(name), Some(calendar_id)) = (name, calendar_id) else {
                continue;
            };
            let keys = [entry.written("name").to_owned(), cell::plain(&name).into_owned()];
            if self.is_first(&mut firsts, &entry, keys) {
                office_list.push(Office { name, calendar_id });
            }
        }
        Offices { office_list, google_config: self.sheet("offices", "Offices!A2:B") }
    }

    fn user(&mut self, entry: &Entry) -> Option<ManualUser> {
        let email = self.email(entry);
        let has_details = ["first_name", "last_name", "employee_number"].iter().any(|name| entry.has(name));
        if !has_details {
            let name = self.name(entry, "name")?;
            return Some(ManualUser { email: email?, name, details: None });
        }
        if entry.has("name") {
            let message = "given together with first_name, last_name or employee_number; allowed: one of the two";
            self.report(entry.about("name", message));
        }
        let (first, last) = (self.name(entry, "first_name"), self.name(entry, "last_name"));
        let employee_number =
            if entry.has("employee_number") { self.name(entry, "employee_number")? } else { String::new() };
        Some(ManualUser::with_details(email?, Details { first_name: first?, last_name: last?, employee_number }))
    }

    /// The address of a person. An odd address gets only a warning, because the Python moffman starts with it; text
    /// without one `@` between two words is a mistake.
    fn email(&mut self, entry: &Entry) -> Option<Email> {
        let text = self.member(entry, "id", false)?;
        let Some(email) = cell::address(text) else {
            let email = Email::parse(text);
            match email {
                Some(_) => self.suspect(entry, "id", NO_ADDRESS),
                None => self.report(entry.about("id", format!("not an e-mail address; {CREATOR}"))),
            }
            return email;
        };
        self.warn_of_cleaning(entry, "id", [text, email.as_str()]);
        Some(email)
    }

    /// The id of an office's calendar, with a warning if it does not look like one.
    fn calendar_id(&mut self, entry: &Entry) -> Option<CalendarId> {
        let text = self.member(entry, "id", false)?;
        let Ok(id) = cell::calendar_id(text) else {
            self.suspect(entry, "id", NO_CALENDAR_ID);
            return Some(text.into());
        };
        self.warn_of_cleaning(entry, "id", [text, id.as_str()]);
        Some(id)
    }

    /// A name, or the number of an employee, without invisible characters.
    fn name(&mut self, entry: &Entry, name: &str) -> Option<String> {
        let text = self.member(entry, name, name == "employee_number")?;
        if cell::is_error_value(text) {
            self.suspect(entry, name, "looks like an error value of a spreadsheet; allowed: any other text");
        }
        let visible = cell::visible(text);
        self.warn_of_cleaning(entry, name, [text, &visible]);
        Some(visible.into_owned())
    }

    /// Warns if reading a member has left out a part of what was written.
    fn warn_of_cleaning(&mut self, entry: &Entry, name: &str, [written, clean]: [&str; 2]) {
        if written.trim() != clean.trim() {
            let message = if name == "id" { CLEANED } else { "read without the invisible characters in it" };
            self.suspect(entry, name, message);
        }
    }

    /// The entries of a list, without those that are no mapping; unknown members are reported.
    fn entries(&mut self, path: &str) -> Vec<Entry<'a>> {
        let items = self.value(path, scalars::list).unwrap_or_default();
        let (Some(key), Some(given)) = (names::key(path), self.given(path)) else { return Vec::new() };
        let allowed = key.kind.members();
        let key = allowed.first().copied().unwrap_or_default();
        let mut entries = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let Value::Mapping(members) = &item.value else {
                let problem = ValueProblem::hidden(item).text;
                let message = format!("{problem}; allowed: {{{}}}", allowed.join(", "));
                self.report(Mistake::new(item.origin.clone(), &path_of(&given.path, index), message));
                continue;
            };
            let entry = Entry { list: &given.path, index, origin: &item.origin, members, key };
            for Member { name, .. } in members.iter().filter(|member| !allowed.contains(&member.name.as_str())) {
                self.report(entry.about(name, names::unknown_member(name, allowed)));
            }
            entries.push(entry);
        }
        entries
    }

    /// The text of a member; reported when it is missing, blank, invisible or no text. Numbers count as text where allowed.
    fn member<'e>(&mut self, entry: &Entry<'e>, name: &str, numbers: bool) -> Option<&'e str> {
        let node = entry.member(name).map(|member| &member.node);
        let problem = match node.map(|node| (&node.value, node)) {
            None | Some((Value::Null, _)) => "missing".to_owned(),
            Some((Value::Number(text), _)) if numbers => return Some(text),
            Some((Value::Text(text), _)) if text.trim().is_empty() => "blank".to_owned(),
            Some((Value::Text(text), _)) if cell::plain(text).is_empty() => {
                self.suspect(entry, name, "nothing of it can be seen: the entry is left out");
                return None;
            }
            Some((Value::Text(text), _)) if text.chars().any(char::is_control) => "has control characters".to_owned(),
            Some((Value::Text(text), _)) => return Some(text),
            Some((_, node)) => ValueProblem::hidden(node).text,
        };
        let message = format!("{problem}; allowed: text, in quotes when it looks like a number");
        self.report(entry.about(name, message));
        None
    }

    /// Warns of a value that is allowed but perhaps not meant.
    fn suspect(&mut self, entry: &Entry, name: &str, message: &str) {
        self.warn(entry.about(name, message).to_string());
    }

    /// Whether the entry repeats no earlier one. The same key twice is a mistake; keys that are the same only when
    /// cleaned give a warning, and the later entry is left out.
    fn is_first(&mut self, firsts: &mut FirstEntries, entry: &Entry, keys: [String; 2]) -> bool {
        for (is_written, key) in [true, false].into_iter().zip(keys) {
            let first = *firsts.entry((is_written, key)).or_insert(entry.index);
            if first == entry.index {
                continue;
            }
            let first = path_of(entry.list, first);
            if is_written {
                self.report(
                    entry.about(entry.key, format!("the same as in {first}; allowed: each {} once", entry.key)),
                );
            } else {
                let message =
                    format!("the same as in {first} without what cannot be seen or was copied along: left out");
                self.suspect(entry, entry.key, &message);
            }
            return false;
        }
        true
    }
}
