//! A person who may add days to a calendar by hand.

use serde::{Deserialize, Serialize};

use super::email::Email;
use super::template::Placeholder;

/// A person whose hand-made events are approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualUser {
    /// The address with which the person creates events, as the directory spells it.
    pub email: Email,
    /// The title of an approved event and `user_name` in templates.
    pub name: String,
    /// Present in the layout with separate names (upstream 0.3.0 on).
    pub details: Option<Details>,
}

/// The parts of a name, and a number, in the layout `id, first_name, last_name, employee_number`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// The number by which the employer knows the person; may have letters.
    pub employee_number: String,
}

impl ManualUser {
    /// A user in the layout with separate names; the full name is "first last".
    pub fn with_details(email: Email, details: Details) -> Self {
        let name = format!("{} {}", details.first_name, details.last_name).trim().to_owned();
        Self { email, name, details: Some(details) }
    }

    /// The part of the name or the number that a placeholder stands for, perhaps empty; `None` if it stands for something else.
    pub fn detail(&self, placeholder: Placeholder) -> Option<&str> {
        let read: fn(&Details) -> &str = match placeholder {
            Placeholder::FirstName => |details| &details.first_name,
            Placeholder::LastName => |details| &details.last_name,
            Placeholder::EmployeeNumber => |details| &details.employee_number,
            _ => return None,
        };
        Some(self.details.as_ref().map_or("", read))
    }
}
