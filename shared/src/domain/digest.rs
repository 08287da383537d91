//! Short digests: of what a log line must not name, and of contents that are compared.

use sha2::{Digest as _, Sha256};

/// Twelve hexadecimal digits that stand for a calendar (its key), an office's name or an address in a log line.
pub fn digest(text: &str) -> String {
    let mut digits = format!("{:x}", Sha256::digest(text.as_bytes()));
    digits.truncate(12);
    digits
}

/// Half of a digest, in hexadecimal digits: enough to tell contents apart.
pub(crate) fn short_hex(hash: Sha256) -> String {
    let mut digits = format!("{:x}", hash.finalize());
    digits.truncate(32);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_short_and_tells_calendars_apart() {
        assert_eq!(digest("brno@group.calendar.google.com").len(), 12);
        assert_ne!(digest("brno@group.calendar.google.com"), digest("praha@group.calendar.google.com"));
        assert_eq!(digest(""), "e3b0c44298fc");
    }
}
