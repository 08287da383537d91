//! Shards of small and large directories, and what all their sweeps take together.

use super::*;

fn calendars(count: u32) -> Vec<CalendarId> {
    (0..count).map(|n| format!("office-{n}@group.calendar.google.com").into()).collect()
}

fn plan(count: u32, minutes: u64) -> Rounds {
    Rounds::plan(&calendars(count), Duration::from_mins(minutes)).unwrap()
}

/// The most units that are taken in any minute when every sweep takes its whole share for as long as it can: it is invoked
/// `late` seconds after its minute began and runs until its time is over. Every minute in which it makes a call counts,
/// the one in which it ends too.
fn busiest_minute(rounds: &Rounds, late: impl Fn(u64) -> u64) -> u32 {
    let interval = u64::from(rounds.every) * 60;
    let longest = u64::from(FUNCTION_TIMEOUT) * 60;
    let reach = u64::from(reach(rounds.every)) * 60;
    // Two intervals to get into step, one to look at.
    let turns = 2 + (longest + 120 + u64::from(rounds.patience) * 60) / interval;
    let mut changes = Vec::new();
    for turn in 0..=turns {
        for shard in 0..rounds.shards {
            let time = turn * interval + u64::from(rounds.offset(shard)) * 60;
            let begin = time + late(time + u64::from(shard) * 7);
            let end = (begin + longest).min(time + reach);
            // Windows [t, t + 60) with t in (begin - 60, end) see calls of this sweep.
            changes.push((begin.saturating_sub(59), i64::from(rounds.share.units_per_minute())));
            changes.push((end, -i64::from(rounds.share.units_per_minute())));
        }
    }
    changes.sort_unstable();
    let mut units = 0;
    let most = changes.into_iter().map(|(_, change)| {
        units += change;
        units
    });
    u32::try_from(most.max().unwrap()).unwrap()
}

#[test]
fn all_shards_together_keep_to_the_quota_in_every_minute() {
    for (count, minutes) in [
        (1, 1),
        (41, 1),
        (100, 2),
        (1, 3),
        (1, 120),
        (200, 1),
        (200, 15),
        (200, 120),
        (201, 7),
        (201, 120),
        (10_000, 1),
        (10_000, 120),
        (10_000, 1440),
        (50_000, 60),
    ] {
        let rounds = plan(count, minutes);
        let most_late = u64::from(rounds.patience + SLACK) * 60;
        let busiest = [
            busiest_minute(&rounds, |_| 0),
            busiest_minute(&rounds, |_| most_late),
            // Some on time and some late: beginnings bunch up.
            busiest_minute(&rounds, |seed| if seed % 2 == 0 { most_late } else { 0 }),
            busiest_minute(&rounds, |seed| (most_late + 1).saturating_sub(seed % (most_late + 1))),
            busiest_minute(&rounds, |seed| (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20) % (most_late + 1)),
        ];
        assert!(busiest.iter().all(|units| *units <= FOR_SWEEPING), "{count} at {minutes}: {busiest:?} {rounds:?}");
    }
}

#[test]
fn there_is_one_shard_per_two_hundred_calendars() {
    for (count, shards) in [(1, 1), (200, 1), (201, 2), (400, 2), (401, 3), (10_000, 50)] {
        assert_eq!(plan(count, 120).shards, shards, "{count}");
    }
    assert_eq!(Rounds::plan([], Duration::from_hours(2)), None);
    let spellings = ["prague@example.com", "Prague@Example.com"].map(CalendarId::from);
    let twice = spellings.iter().cycle().take(500);
    assert_eq!(Rounds::plan(twice, Duration::from_hours(2)).unwrap().shards, 1, "each counts once");
}

#[test]
fn a_small_directory_has_the_whole_pace_and_a_large_one_shares_it() {
    let share = |count| plan(count, 120).share.units_per_minute();
    assert_eq!([1, 200, 201, 10_000].map(share), [420, 420, 420, 42]);
}

#[test]
fn an_interval_that_cannot_be_met_becomes_the_smallest_that_can() {
    let every = |count, minutes| plan(count, minutes).every;
    assert_eq!([every(1, 1), every(200, 120), every(201, 120), every(10_000, 120)], [1, 120, 120, 120]);
    assert_eq!([every(41, 1), every(42, 1), every(200, 1), every(201, 1), every(10_000, 1)], [1, 2, 3, 3, 60]);
    assert_eq!(every(10_000, 60), 60, "the smallest one can be met");
}

#[test]
fn beginnings_are_spread_over_the_interval() {
    let rounds = plan(1_000, 120);
    let offsets: Vec<u32> = (0..5).map(|shard| rounds.offset(shard)).collect();
    assert_eq!(offsets, [0, 24, 48, 72, 96]);
    let many = plan(10_000, 120);
    assert!((0..50).all(|shard| many.offset(shard) < 120));
}

#[test]
fn seconds_become_whole_minutes() {
    let minutes = |seconds| whole_minutes(Duration::from_secs_f64(seconds));
    assert_eq!([minutes(0.5), minutes(60.0), minutes(60.5), minutes(7_200.0)], [1, 1, 2, 120]);
    assert_eq!([patience(1), patience(120), patience(1_440), patience(LONGEST)], [1, 5, 60, 60]);
}
