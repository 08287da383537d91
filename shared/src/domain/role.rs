//! What an API key may do.

use derive_more::Display;
use strum::{EnumString, VariantArray};

/// The role of a key. Each may do what the ones before it may.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, PartialOrd, Ord, EnumString, VariantArray)]
#[display(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Role {
    /// Reads offices, reservations, attendance and the status.
    Reader,
    /// Also registers reservations and decides about them.
    Workflow,
    /// Does everything: orders sweeps and reloads, and settles forms, too.
    Operator,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_ones_before_it_may() {
        assert!(Role::Reader < Role::Workflow && Role::Workflow < Role::Operator);
        assert!(None < Some(Role::Reader), "no role at all may do nothing");
    }

    #[test]
    fn roles_are_written_as_they_are_read() {
        for role in Role::VARIANTS {
            assert_eq!(role.to_string().parse(), Ok(*role));
        }
        assert_eq!("Operator".parse(), Ok(Role::Operator));
        assert!("admin".parse::<Role>().is_err());
    }
}
