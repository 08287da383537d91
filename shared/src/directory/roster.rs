//! Offices and manual users together, static entries and spreadsheet merged.

use std::collections::{BTreeSet, HashMap};

use derive_more::Debug;
use sha2::{Digest, Sha256};

use super::offices;
use crate::domain::digest::short_hex;
use crate::domain::email::PersonKey;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;

/// All offices and manual users at one time. Names and addresses stay out of logs.
#[derive(Debug)]
#[debug("Roster of {} offices and {} users", offices.len(), users.len())]
pub struct Roster {
    /// The configuration's offices, then the sheet's; their names differ.
    pub offices: Vec<Office>,
    /// Manual users, each once however the address is spelled.
    pub users: HashMap<PersonKey, ManualUser>,
    /// Digest of the set of user keys: it changes when other people are registered, not when a name changes.
    pub users_digest: String,
}

impl Roster {
    /// Merges entries; the static ones win.
    pub(super) fn merge(
        static_offices: &[Office],
        sheet_offices: &[Office],
        static_users: &[ManualUser],
        sheet_users: Vec<ManualUser>,
    ) -> Self {
        let users = sheet_users.into_iter().chain(static_users.iter().cloned());
        let users: HashMap<_, _> = users.map(|user| (user.email.key(), user)).collect();
        Self {
            offices: offices::merged(static_offices, sheet_offices).map(|known| known.office).collect(),
            users_digest: digest_of_keys(users.keys()),
            users,
        }
    }
}

fn digest_of_keys<'a>(keys: impl Iterator<Item = &'a PersonKey>) -> String {
    let mut hash = Sha256::new();
    for key in keys.collect::<BTreeSet<_>>() {
        hash.update(key.as_str());
        hash.update([0]);
    }
    short_hex(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;

    fn office(name: &str, calendar_id: &str) -> Office {
        Office { name: name.to_owned(), calendar_id: calendar_id.into() }
    }

    fn key(email: &str) -> PersonKey {
        Email::parse(email).unwrap().key()
    }

    fn user(email: &str, name: &str) -> ManualUser {
        ManualUser { email: Email::parse(email).unwrap(), name: name.to_owned(), details: None }
    }

    #[test]
    fn static_entries_come_first_and_win() {
        let merged = Roster::merge(
            &[office("Prague", "static"), office(" Praha\u{a0}1", "static")],
            &[office("Brno", "sheet"), office("Prague", "sheet"), office("Praha 1", "sheet")],
            &[user("Anna@example.com", "Static")],
            vec![user("anna@Example.com", "Sheet"), user("bob@example.com", "Bob")],
        );
        let offices = [office("Prague", "static"), office(" Praha\u{a0}1", "static"), office("Brno", "sheet")];
        assert_eq!(merged.offices, offices);
        assert_eq!(merged.users.len(), 2);
        assert_eq!(merged.users[&key("anna@example.com")].name, "Static");
    }

    #[test]
    fn a_static_person_wins_over_another_spelling_in_the_sheet() {
        let merged = Roster::merge(
            &[],
            &[],
            &[user("Anna.Nova@gmail.com", "Static")],
            vec![user("annanova@googlemail.com", "Sheet"), user("annanova@example.com", "Another")],
        );
        assert_eq!(merged.users.len(), 2);
        let anna = &merged.users[&key("ANNA.NOVA@gmail.com")];
        assert_eq!((anna.name.as_str(), anna.email.as_str()), ("Static", "Anna.Nova@gmail.com"));
    }

    #[test]
    fn the_digest_follows_the_set_of_people() {
        let digest = |users: Vec<ManualUser>| Roster::merge(&[], &[], &[], users).users_digest;
        let anna = || user("anna@example.com", "Anna");
        let bob = || user("bob@example.com", "Bob");
        assert_eq!(digest(vec![anna(), bob()]), digest(vec![bob(), user("ANNA@example.com", "Renamed")]));
        assert_ne!(digest(vec![anna(), bob()]), digest(vec![anna()]));
        assert_eq!(digest(vec![user("a.b@gmail.com", "x")]), digest(vec![user("AB@googlemail.com", "y")]));
        assert_ne!(digest(vec![user("a@b", "x"), user("c@d", "x")]), digest(vec![user("a@bc", "x"), user("e@d", "x")]));
    }
}
