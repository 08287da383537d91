//! The methods of [`Reader`] that read where the local server listens, and what callers may do.
//!
//! Messages do not repeat what was given: it may be a key.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use strum::VariantArray as _;

use super::kind::Kind;
use super::mistakes::Mistake;
use super::reader::Reader;
use super::scalars::{self, ValueProblem};
use super::settings::RestApi;
use super::tree::Node;
use crate::domain::role::Role;

const API_KEY: &str = "rest_api.api_key";

/// The keys so far, with the paths at which they were given.
type KnownKeys = Vec<(String, Role, SecretString)>;

impl Reader<'_> {
    pub(super) fn rest_api(&mut self) -> RestApi {
        const ADDR: &str = "rest_api.addr";
        let addr = self.text(ADDR).unwrap_or_default();
        if addr.chars().any(char::is_whitespace) {
            self.mistake(ADDR, "white space; allowed: the name or address of this host, without a port");
        }
        let own = self.value(API_KEY, scalars::secret);
        let mut keys: KnownKeys = own.into_iter().map(|key| (API_KEY.to_owned(), Role::Operator, key)).collect();
        let before = keys.len();
        for role in Role::VARIANTS {
            self.keys_of(*role, &mut keys);
        }
        let further = self.roles("rest_api.roles", is_key_id);
        let gives_roles = keys.len() > before || !further.is_empty();
        let mut roles = self.roles("aws.key_roles", |id| !id.is_empty());
        roles.extend(further);
        RestApi {
            addr,
            port: self.required("rest_api.port", scalars::port),
            keys: keys.into_iter().map(|(_, role, key)| (role, key)).collect(),
            roles,
            without_role: (!gives_roles).then_some(Role::Operator),
        }
    }

    /// Adds the keys of a role. One that is there already would have two roles.
    fn keys_of(&mut self, role: Role, keys: &mut KnownKeys) {
        let section = format!("rest_api.keys.{role}");
        for (index, node) in self.value(&section, scalars::list).unwrap_or_default().iter().enumerate() {
            let path = format!("{section}[{index}]");
            match scalars::secret(node) {
                Ok(key) => match keys.iter().find(|(_, _, known)| known.expose_secret() == key.expose_secret()) {
                    Some((first, ..)) => {
                        self.refuse(node, &path, format!("the same key as {first}; allowed: each key once"));
                    }
                    None => keys.push((path, role, key)),
                },
                Err(ValueProblem { text, .. }) => {
                    self.refuse(node, &path, format!("{text}; allowed: {}", Kind::Secret.allowed()));
                }
            }
        }
    }

    /// Roles by ids of keys.
    fn roles(&mut self, path: &str, is_id: fn(&str) -> bool) -> BTreeMap<String, Role> {
        let mut roles = BTreeMap::new();
        for member in self.value(path, scalars::mapping).unwrap_or_default() {
            let what = match scalars::word(&member.node) {
                Ok(_) if !is_id(&member.name) => "not the id of a key, which is another text than the key",
                Ok(role) => {
                    roles.insert(member.name.clone(), role);
                    continue;
                }
                Err(_) => "not a role",
            };
            self.refuse(&member.node, path, format!("{what}; allowed: {}", Kind::Roles.allowed()));
        }
        roles
    }

    fn refuse(&mut self, node: &Node, path: &str, message: String) {
        self.report(Mistake::new(node.origin.clone(), path, message));
    }
}

/// Whether API Gateway may have given this id to a key. Ids are short words; the keys themselves have 20 characters at least.
fn is_key_id(text: &str) -> bool {
    (1..20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
