//! Reads the static manual users and offices.
//!
//! Messages do not repeat what was given: it may be the name or address of a person.

use std::collections::HashMap;
use std::hash::Hash;

use super::layers::Source;
use super::names;
use super::reader::Reader;
use super::scalars::{self, ValueProblem};
use super::settings::{Forms, ManualUsers, Offices};
use super::tree::{Member, Node, Position, Value};
use crate::domain::calendar_id::CalendarId;
use crate::domain::cell;
use crate::domain::email::{Email, PersonKey};
use crate::domain::manual_user::{Details, ManualUser};
use crate::domain::office::Office;
use crate::domain::template::Placeholder;

const USER_LIST: &str = "manual_users.user_list";
const OFFICE_LIST: &str = "offices.office_list";
/// What an address is for.
const CREATOR: &str = "allowed: the address with which the person creates events";
const NO_ADDRESS: &str = "nobody creates events with it: such an address has one @ and a domain behind it, such as \
                          name@example.com";
const NO_CALENDAR_ID: &str = "not the id of a calendar: such an id has one @, such as abc@group.calendar.google.com, and is \
                              no link";
const CLEANED: &str = "read without the invisible characters, `mailto:`, brackets or punctuation in it";

/// What an item of the users has.
pub(super) const USER_MEMBERS: [&str; 5] = ["id", "name", "first_name", "last_name", "employee_number"];
/// What an item of the offices has.
pub(super) const OFFICE_MEMBERS: [&str; 2] = ["name", "id"];

/// An entry of a list, and where it stands.
struct Entry {
    path: String,
    position: Position,
    source: Source,
    members: Vec<Member>,
}

impl Entry {
    fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name && !member.node.is_null())
    }

    /// The text of a member as it was written; empty when it is none.
    fn written(&self, name: &str) -> &str {
        match self.members.iter().find(|member| member.name == name).map(|member| &member.node.value) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// Where a member stands, or the entry that lacks it, and its path.
    fn place(&self, name: &str) -> (Position, String) {
        let member = self.members.iter().find(|member| member.name == name);
        (member.map_or(self.position, |member| member.position), format!("{}.{name}", self.path))
    }
}

/// The paths of the first entries by key: as it was written, and without what was copied along.
struct FirstEntries<K> {
    written: HashMap<K, String>,
    clean: HashMap<K, String>,
}

/// How an entry repeats an earlier one, whose path it has.
enum Repetition {
    /// Both keys are written alike.
    Written(String),
    /// The keys are the same without what was copied along.
    Cleaned(String),
}

impl<K: Eq + Hash> FirstEntries<K> {
    fn new() -> Self {
        Self { written: HashMap::new(), clean: HashMap::new() }
    }

    /// Notes the entry of this path and its key, which is given as written and clean, unless an earlier one has it.
    fn note(&mut self, [written, clean]: [K; 2], path: &str) -> Option<Repetition> {
        if let Some(first) = self.written.get(&written) {
            return Some(Repetition::Written(first.clone()));
        }
        self.written.insert(written, path.to_owned());
        if let Some(first) = self.clean.get(&clean) {
            return Some(Repetition::Cleaned(first.clone()));
        }
        self.clean.insert(clean, path.to_owned());
        None
    }
}

impl Reader {
    pub(super) fn manual_users(&mut self, forms: &Forms) -> ManualUsers {
        let mut user_list = Vec::new();
        let mut firsts = FirstEntries::new();
        for entry in self.entries(USER_LIST, &USER_MEMBERS) {
            let Some(user) = self.user(&entry) else { continue };
            let written = PersonKey::from(entry.written("id").trim().to_owned());
            let repetition = firsts.note([written, user.email.key()], &entry.path);
            let is_first = self.is_first(repetition.as_ref(), &entry, "id");
            let missing = forms.missing_names(&user);
            if !missing.is_empty() {
                let names: Vec<_> = missing.into_iter().map(Placeholder::name).collect();
                let message = format!(
                    "without {}, which a template of forms.email uses; \
                     allowed: {{id, first_name, last_name, employee_number}}",
                    names.join(", ")
                );
                self.mistake_at(entry.source.at(entry.position), entry.path.clone(), message);
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
        for entry in self.entries(OFFICE_LIST, &OFFICE_MEMBERS) {
            let (name, calendar_id) = (self.name(&entry, "name"), self.calendar_id(&entry));
            let (Some(name), Some(calendar_id)) = (name, calendar_id) else {
                continue;
            };
            let written = entry.written("name").to_owned();
            let repetition = firsts.note([written, cell::plain(&name)], &entry.path);
            if self.is_first(repetition.as_ref(), &entry, "name") {
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
            self.entry_mistake(
                entry,
                "name",
                "given together with first_name, last_name or employee_number; allowed: one of the two",
            );
        }
        let (first, last) = (self.name(entry, "first_name"), self.name(entry, "last_name"));
        let employee_number =
            if entry.has("employee_number") { self.name(entry, "employee_number")? } else { String::new() };
        Some(ManualUser::with_details(email?, Details { first_name: first?, last_name: last?, employee_number }))
    }

    /// The address of a person. What nobody creates events with is only warned of, as the Python moffman starts with it;
    /// what has not even text on both sides of one `@`, or white space between, is a mistake.
    fn email(&mut self, entry: &Entry) -> Option<Email> {
        let text = self.member(entry, "id", false)?;
        let Some(email) = cell::address(&text) else {
            let email = Email::parse(&text);
            match email {
                Some(_) => self.entry_warning(entry, "id", NO_ADDRESS),
                None => self.entry_mistake(entry, "id", &format!("not an e-mail address; {CREATOR}")),
            }
            return email;
        };
        self.warn_of_cleaning(entry, "id", [&text, email.as_str()]);
        Some(email)
    }

    /// The id of an office's calendar; what is none is warned of.
    fn calendar_id(&mut self, entry: &Entry) -> Option<CalendarId> {
        let text = self.member(entry, "id", false)?;
        let Ok(id) = cell::calendar_id(&text) else {
            self.entry_warning(entry, "id", NO_CALENDAR_ID);
            return Some(text.into());
        };
        self.warn_of_cleaning(entry, "id", [&text, id.as_str()]);
        Some(id)
    }

    /// A name, or the number of an employee, without what cannot be seen.
    fn name(&mut self, entry: &Entry, name: &str) -> Option<String> {
        let text = self.member(entry, name, name == "employee_number")?;
        if cell::is_error_value(&text) {
            self.entry_warning(entry, name, "looks like an error value of a spreadsheet; allowed: any other text");
        }
        let visible = cell::visible(&text);
        self.warn_of_cleaning(entry, name, [&text, &visible]);
        Some(visible)
    }

    /// Warns if what a member is read as is not what was written.
    fn warn_of_cleaning(&mut self, entry: &Entry, name: &str, [written, clean]: [&str; 2]) {
        if written.trim() != clean.trim() {
            let message = if name == "id" { CLEANED } else { "read without the invisible characters in it" };
            self.entry_warning(entry, name, message);
        }
    }

    /// The entries of a list, without those that are no mapping; unknown members are reported.
    fn entries(&mut self, path: &str, allowed: &[&str]) -> Vec<Entry> {
        let items = self.required(path, list);
        let Some((source, path)) = self.source(path) else {
            return Vec::new();
        };
        let mut entries = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Value::Mapping(members) = item.value else {
                let message = format!("{} is not allowed; allowed: {{{}}}", scalars::shape(&item), allowed.join(", "));
                self.mistake_at(source.at(item.position), path, message);
                continue;
            };
            for member in members.iter().filter(|member| !allowed.contains(&member.name.as_str())) {
                let message = match names::closest(&member.name, allowed.iter().copied()) {
                    Some(meant) => format!("unknown key; did you mean {meant}?"),
                    None => format!("unknown key; allowed here: {}", allowed.join(", ")),
                };
                self.mistake_at(source.at(member.position), format!("{path}.{}", member.name), message);
            }
            entries.push(Entry { path, position: item.position, source: source.clone(), members });
        }
        entries
    }

    /// The text of a member; reported when it is missing, blank, invisible or no text. Numbers count as text where allowed.
    fn member(&mut self, entry: &Entry, name: &str, numbers: bool) -> Option<String> {
        let node = entry.members.iter().find(|member| member.name == name).map(|member| &member.node);
        let problem = match node.map(|node| (&node.value, node)) {
            None | Some((Value::Null, _)) => "missing".to_owned(),
            Some((Value::Number(text), _)) if numbers => return Some(text.clone()),
            Some((Value::Text(text), _)) if text.trim().is_empty() => "blank".to_owned(),
            Some((Value::Text(text), _)) if cell::plain(text).is_empty() => {
                self.entry_warning(entry, name, "nothing of it can be seen: the entry is left out");
                return None;
            }
            Some((Value::Text(text), _)) if text.chars().any(char::is_control) => "has control characters".to_owned(),
            Some((Value::Text(text), _)) => return Some(text.clone()),
            Some((_, node)) => format!("{} is not allowed", scalars::shape(node)),
        };
        self.entry_mistake(entry, name, &format!("{problem}; allowed: text, in quotes when it looks like a number"));
        None
    }

    fn entry_mistake(&mut self, entry: &Entry, name: &str, message: &str) {
        let (position, path) = entry.place(name);
        self.mistake_at(entry.source.at(position), path, message.to_owned());
    }

    fn entry_warning(&mut self, entry: &Entry, name: &str, message: &str) {
        let (position, path) = entry.place(name);
        self.warn_at(entry.source.at(position), &path, message);
    }

    /// Answers whether the entry repeats no earlier one. A key that is written alike is a mistake; an entry whose key is the
    /// same only without what was copied along is left out with a warning.
    fn is_first(&mut self, repetition: Option<&Repetition>, entry: &Entry, name: &str) -> bool {
        match repetition {
            Some(Repetition::Written(first)) => {
                self.entry_mistake(entry, name, &format!("the same as in {first}; allowed: each {name} once"));
            }
            Some(Repetition::Cleaned(first)) => {
                let message =
                    format!("the same as in {first} without what cannot be seen or was copied along: left out");
                self.entry_warning(entry, name, &message);
            }
            None => {}
        }
        repetition.is_none()
    }
}

fn list(node: &Node) -> Result<Vec<Node>, ValueProblem> {
    match &node.value {
        Value::List(items) => Ok(items.clone()),
        _ => Err(ValueProblem::new(format!("{} is not allowed", scalars::shape(node)))),
    }
}
