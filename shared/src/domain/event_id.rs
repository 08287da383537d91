//! The id of an event; for a reservation it is computed, as is the digest that tells reservations apart.
//!
//! The id of a reservation's event is upstream's, so that both find each other's events. It joins the fields with dots,
//! so different reservations can share one id; the digest, which we write beside it, cannot be shared.

use std::borrow::Borrow;

use derive_more::{Deref, Display, From, Into};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The id of an event or of a series, as Google has it; unique within its calendar.
#[derive(
    Clone, Debug, Default, Deref, Display, From, Into, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[deref(forward)]
#[from(String, &str)]
#[serde(transparent)]
pub struct EventId(String);

impl Borrow<str> for EventId {
    fn borrow(&self) -> &str {
        self
    }
}

/// The texts that identify a reservation, exactly as they were received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The person's name.
    pub name: &'a str,
    /// When the workflow's request was made, in the workflow's own notation.
    pub request_dt: &'a str,
    /// The first day as received.
    pub start: &'a str,
    /// The day after the last one as received.
    pub end: &'a str,
}

impl Identity<'_> {
    /// The event id: 32 lower-case hexadecimal digits, a version 5 UUID of the joined fields.
    pub fn event_id(&self) -> EventId {
        let joined = format!("{}.{}.{}.{}", self.name, self.request_dt, self.start, self.end);
        EventId(Uuid::new_v5(&Uuid::NAMESPACE_DNS, joined.as_bytes()).simple().to_string())
    }

    /// 64 hexadecimal digits that no other reservation has: each field is hashed with its length before it.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for field in [self.name, self.request_dt, self.start, self.end] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        format!("{:x}", hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity<'a>(name: &'a str, request_dt: &'a str, start: &'a str, end: &'a str) -> Identity<'a> {
        Identity { name, request_dt, start, end }
    }

    #[test]
    fn ids_are_upstreams() {
        for (name, request_dt, start, end, id) in [
            ("Some User", "11:38:00 2020/06/25", "2022-06-28", "2022-06-29", "30f3552b9a2751e69401d63fca065a11"),
            ("Some User", "11:38:00 2020/06/25", "2022-06-28", "2022-06-30", "50462814101b5904bad7b3a5b4f403e6"),
            ("Žofie Kučerová", "2026-06-15T10:00:00", "2026-06-20", "2026-06-21", "4550943daa305ee4bedbb5a9fdf41e80"),
            ("", "", "2022-06-28", "2022-06-29", "f4ea143e9549549f90a108e54e9a36ee"),
        ] {
            assert_eq!(identity(name, request_dt, start, end).event_id(), EventId::from(id), "{name:?}");
        }
    }

    #[test]
    fn the_digest_tells_apart_what_the_id_does_not() {
        let one = identity("a.b", "c", "2026-06-20", "2026-06-21");
        let other = identity("a", "b.c", "2026-06-20", "2026-06-21");
        assert_eq!(one.event_id(), other.event_id());
        assert_ne!(one.digest(), other.digest());
    }
}
