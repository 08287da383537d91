//! Divides calendars among shards: a calendar is always in the same one.

use sha2::{Digest, Sha256};

use super::calendar_id::CalendarId;

/// The shard of a calendar among `of`, however its id is spelled.
pub fn shard(calendar: &CalendarId, of: u32) -> u32 {
    let hash = Sha256::digest(calendar.key());
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    u32::try_from(number % u64::from(of.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_calendar_belongs_to_exactly_one_shard_and_stays_there() {
        let office = |n: u32| CalendarId::from(format!("office-{n}@group.calendar.google.com"));
        assert_eq!(shard(&office(0), 1), 0);
        let shards: Vec<u32> = (0..100).map(|n| shard(&office(n), 4)).collect();
        assert!(shards.iter().all(|shard| *shard < 4));
        assert!((0..4).all(|shard| shards.contains(&shard)));
        assert_eq!(shard(&office(7), 4), shards[7]);
    }

    #[test]
    fn a_calendar_in_two_spellings_belongs_to_one_shard() {
        for (one, other) in [("Prague@Example.com", "prague@example.com"), ("a.b@gmail.com", "AB@googlemail.com")] {
            assert_eq!(shard(&one.into(), 1_000), shard(&other.into(), 1_000));
        }
    }
}
