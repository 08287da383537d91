//! The version of an event.

use derive_more::{Deref, Display, From};
use serde::{Deserialize, Serialize};

/// The version of an event, for conditional writes; quoted, as Google sends it. Empty where Google gave none.
#[derive(Clone, Debug, Default, Deref, Display, From, PartialEq, Eq, Serialize, Deserialize)]
#[deref(forward)]
#[from(String, &str)]
#[serde(transparent)]
pub struct Etag(String);
