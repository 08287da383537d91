//! Which write of an item of the table an item is from.

use serde::{Deserialize, Serialize};

/// A random id, another one at every write of an item, so that it never comes again: not even after the item was
/// deleted and made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub String);
