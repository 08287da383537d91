//! Divides calendars among sweeps: the same calendar always falls into the same one of `of` shards.

use sha2::{Digest, Sha256};

/// The shard of a calendar among `of`.
pub fn shard(calendar_id: &str, of: u32) -> u32 {
    let hash = Sha256::digest(calendar_id.as_bytes());
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    u32::try_from(number % u64::from(of.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_calendar_belongs_to_exactly_one_shard_and_stays_there() {
        assert_eq!(shard("prague@group.calendar.google.com", 1), 0);
        let shards: Vec<u32> = (0..100).map(|n| shard(&format!("office-{n}@group.calendar.google.com"), 4)).collect();
        assert!(shards.iter().all(|shard| *shard < 4));
        assert!((0..4).all(|shard| shards.contains(&shard)));
        assert_eq!(shard("office-7@group.calendar.google.com", 4), shards[7]);
    }
}
