//! Reads the static manual users and offices.
//!
//! Messages do not repeat what was given: it may be the name or address of a person.

use std::collections::HashMap;
use std::hash::Hash;

use super::layers::Source;
use super::names;
use super::reader::Reader;
use super::scalars::{self, Problem};
use super::settings::{Forms, ManualUsers, Offices};
use super::tree::{Member, Node, Position, Value};
use crate::domain::email::Email;
use crate::domain::manual_user::{Details, ManualUser};
use crate::domain::office::Office;
use crate::domain::template::Placeholder;

const USER_LIST: &str = "manual_users.user_list";
const OFFICE_LIST: &str = "offices.office_list";
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
}

impl Reader {
    pub(super) fn manual_users(&mut self, forms: &Forms) -> ManualUsers {
        let mut user_list = Vec::new();
        let mut seen = HashMap::new();
        for entry in self.entries(USER_LIST, &USER_MEMBERS) {
            let Some(user) = self.user(&entry) else { continue };
            self.check_unique(&mut seen, user.email.key(), &entry, "id");
            let missing = forms.missing_names(&user);
            if !missing.is_empty() {
                let names: Vec<_> = missing.into_iter().map(Placeholder::name).collect();
                let message = format!(
                    "without {}, which a template of forms.email uses; \
                     allowed: {{id, first_name, last_name, employee_number}}",
                    names.join(", ")
                );
                self.mistake_at(&entry.source, entry.position, entry.path.clone(), message);
            }
            user_list.push(user);
        }
        ManualUsers {
            user_list,
            google_config: self.sheet("manual_users", "Manual users!A2:D"),
            on_change: self.required("manual_users.on_change", scalars::word),
        }
    }

    pub(super) fn offices(&mut self) -> Offices {
        let mut office_list = Vec::new();
        let mut seen = HashMap::new();
        for entry in self.entries(OFFICE_LIST, &OFFICE_MEMBERS) {
            let (name, calendar_id) = (self.member(&entry, "name", false), self.member(&entry, "id", false));
            let (Some(name), Some(calendar_id)) = (name, calendar_id) else {
                continue;
            };
            self.check_unique(&mut seen, name.clone(), &entry, "name");
            office_list.push(Office { name, calendar_id: calendar_id.into() });
        }
        Offices { office_list, google_config: self.sheet("offices", "Offices!A2:B") }
    }

    fn user(&mut self, entry: &Entry) -> Option<ManualUser> {
        let id = self.member(entry, "id", false);
        let email = id.as_deref().map(Email::parse);
        if email == Some(None) {
            self.entry_mistake(
                entry,
                "id",
                "not an e-mail address; allowed: the address with which the person creates events",
            );
        }
        let has_details = ["first_name", "last_name", "employee_number"].iter().any(|name| entry.has(name));
        if !has_details {
            let name = self.member(entry, "name", false)?;
            return Some(ManualUser { email: email??, name, details: None });
        }
        if entry.has("name") {
            self.entry_mistake(
                entry,
                "name",
                "given together with first_name, last_name or employee_number; allowed: one of the two",
            );
        }
        let (first, last) = (self.member(entry, "first_name", false), self.member(entry, "last_name", false));
        let employee_number =
            if entry.has("employee_number") { self.member(entry, "employee_number", true)? } else { String::new() };
        Some(ManualUser::with_details(email??, Details { first_name: first?, last_name: last?, employee_number }))
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
                self.mistake_at(&source, item.position, path, message);
                continue;
            };
            for member in members.iter().filter(|member| !allowed.contains(&member.name.as_str())) {
                let message = match names::closest(&member.name, allowed.iter().copied()) {
                    Some(meant) => format!("unknown key; did you mean {meant}?"),
                    None => format!("unknown key; allowed here: {}", allowed.join(", ")),
                };
                self.mistake_at(&source, member.position, format!("{path}.{}", member.name), message);
            }
            entries.push(Entry { path, position: item.position, source: source.clone(), members });
        }
        entries
    }

    /// The text of a member; reported when it is missing, blank or no text. Numbers count as text where allowed.
    fn member(&mut self, entry: &Entry, name: &str, numbers: bool) -> Option<String> {
        let node = entry.members.iter().find(|member| member.name == name).map(|member| &member.node);
        let problem = match node.map(|node| (&node.value, node)) {
            None | Some((Value::Null, _)) => "missing".to_owned(),
            Some((Value::Number(text), _)) if numbers => return Some(text.clone()),
            Some((Value::Text(text), _)) if text.trim().is_empty() => "blank".to_owned(),
            Some((Value::Text(text), _)) if text.chars().any(char::is_control) => "has control characters".to_owned(),
            Some((Value::Text(text), _)) => return Some(text.clone()),
            Some((_, node)) => format!("{} is not allowed", scalars::shape(node)),
        };
        self.entry_mistake(entry, name, &format!("{problem}; allowed: text, in quotes when it looks like a number"));
        None
    }

    fn entry_mistake(&mut self, entry: &Entry, name: &str, message: &str) {
        let member = entry.members.iter().find(|member| member.name == name);
        let position = member.map_or(entry.position, |member| member.position);
        self.mistake_at(&entry.source, position, format!("{}.{name}", entry.path), message.to_owned());
    }

    fn check_unique<K: Eq + Hash>(&mut self, seen: &mut HashMap<K, String>, key: K, entry: &Entry, name: &str) {
        if let Some(first) = seen.get(&key) {
            let message = format!("the same as in {first}; allowed: each {name} once");
            self.entry_mistake(entry, name, &message);
        } else {
            seen.insert(key, entry.path.clone());
        }
    }
}

fn list(node: &Node) -> Result<Vec<Node>, Problem> {
    match &node.value {
        Value::List(items) => Ok(items.clone()),
        _ => Err(Problem::new(format!("{} is not allowed", scalars::shape(node)))),
    }
}
