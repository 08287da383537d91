//! From what is there to what is wanted, and that nothing is left to do afterwards.

use std::time::Duration;

use super::*;
use crate::domain::office::Office;
use crate::schedules::timetable::Timetable;
use crate::schedules::wanted::{Stack, wanted};

const FUNCTION: &str = "arn:aws:lambda:eu-central-1:000000000000:function:sweeper";

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-06-15T{text}Z").parse().unwrap()
}

fn offices(count: usize) -> Vec<Office> {
    let office =
        |n| Office { name: format!("office {n}"), calendar_id: format!("office-{n}@group.calendar.google.com").into() };
    (0..count).map(office).collect()
}

fn desired(count: usize, minutes: Option<u64>) -> Vec<WantedSchedule> {
    let (group, function, role) = ("group".into(), FUNCTION.into(), "role".into());
    let stack = Stack { group, function, role, dead_letter_queue: Some("queue".into()) };
    let timetable = Timetable { sweeps: minutes.map(Duration::from_mins), reloads: Some(Duration::from_mins(5)) };
    wanted(timetable, &offices(count), &stack)
}

/// What is there after the changes.
fn applied(mut actual: Vec<Schedule>, changes: Vec<Change>) -> Vec<Schedule> {
    for change in changes {
        match change {
            Change::Create(schedule) => actual.push(schedule),
            Change::Update { to, .. } => {
                actual.retain(|is| is.name != to.name);
                actual.push(to);
            }
            Change::Delete(name) => actual.retain(|is| is.name != name),
        }
    }
    actual
}

fn lines(diff: &Diff) -> Vec<String> {
    diff.changes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_diff_made_is_unchanged_for_every_later_one() {
    for count in [1, 200, 201, 10_000] {
        let first = diff(&[], desired(count, Some(120)), at("08:00:30"));
        assert_eq!(first.changes.len(), count.div_ceil(200) + 1);
        let made = applied(Vec::new(), first.changes);
        for later in ["08:00:31", "08:01:00", "09:59:59", "10:02:00", "23:17:45"] {
            let again = diff(&made, desired(count, Some(120)), at(later));
            assert_eq!((again.changes.len(), again.unchanged), (0, made.len()), "{count} at {later}: {again:?}");
        }
        let nothing = applied(made.clone(), diff(&made, Vec::new(), at("12:00:00")).changes);
        assert_eq!(nothing, []);
    }
}

#[test]
fn the_first_sweep_is_soon_and_the_others_follow() {
    let diff = diff(&[], desired(201, Some(120)), at("08:00:30"));
    insta::assert_snapshot!(lines(&diff).join("\n"), @r#"
    create sweep-0-of-2: rate(2 hours) from 2026-06-15T08:01Z, {"schedule":{"every_minutes":120,"time":"<aws.scheduler.scheduled-time>"},"shard":0,"shards":2,"task":"sweep","units_per_minute":420}
    create sweep-1-of-2: rate(2 hours) from 2026-06-15T09:01Z, {"schedule":{"every_minutes":120,"time":"<aws.scheduler.scheduled-time>"},"shard":1,"shards":2,"task":"sweep","units_per_minute":420}
    create reload: rate(5 minutes) from 2026-06-15T08:03Z, {"schedule":{"every_minutes":5,"time":"<aws.scheduler.scheduled-time>"},"task":"reload"}
    "#);
}

#[test]
fn another_interval_begins_when_the_old_sweeps_are_over() {
    let made = applied(Vec::new(), diff(&[], desired(201, Some(120)), at("08:00:00")).changes);
    let diff = diff(&made, desired(201, Some(60)), at("09:30:00"));
    let [Change::Update { to: first, .. }, Change::Update { to: second, .. }] = &diff.changes[..] else {
        panic!("{diff:?}");
    };
    assert_eq!((first.start, second.start), (Some(at("09:50:00")), Some(at("10:20:00"))));
    assert!(lines(&diff)[0].starts_with("update sweep-0-of-2: rate(2 hours) becomes rate(1 hour), input becomes"));
    assert_eq!(diff.unchanged, 1, "the reload");
}

#[test]
fn another_share_begins_when_the_old_sweeps_are_over() {
    let mut made = applied(Vec::new(), diff(&[], desired(201, Some(120)), at("08:00:00")).changes);
    for sweep in &mut made[..2] {
        sweep.target.input = sweep.target.input.replace("420", "210");
    }
    let changed = diff(&made, desired(201, Some(120)), at("09:30:00"));
    let [Change::Update { to: first, .. }, Change::Update { to: second, .. }] = &changed.changes[..] else {
        panic!("{changed:?}");
    };
    assert_eq!((first.start, second.start), (Some(at("09:50:00")), Some(at("10:50:00"))));
    let made = applied(made, changed.changes);
    assert_eq!(diff(&made, desired(201, Some(120)), at("09:40:00")).changes, []);
}

#[test]
fn more_shards_replace_fewer_and_the_old_ones_go_last() {
    let made = applied(Vec::new(), diff(&[], desired(200, Some(120)), at("08:00:00")).changes);
    let grown = diff(&made, desired(201, Some(120)), at("09:30:00"));
    let lines = lines(&grown);
    assert!(lines[0].starts_with("create sweep-0-of-2: rate(2 hours) from 2026-06-15T09:50Z"), "{lines:?}");
    assert_eq!(lines.last().unwrap(), "delete sweep-0-of-1");
    assert_eq!(lines.len(), 3);
}

#[test]
fn what_is_half_done_is_finished_in_step() {
    let mut all = diff(&[], desired(10_000, Some(120)), at("08:00:00")).changes;
    let whole = applied(Vec::new(), all.clone());
    all.truncate(17);
    let rest = diff(&applied(Vec::new(), all), desired(10_000, Some(120)), at("09:00:00"));
    assert_eq!((rest.changes.len(), rest.unchanged), (34, 17));
    for change in rest.changes {
        let Change::Create(made) = change else { panic!("{change}") };
        if made.name == "reload" {
            continue;
        }
        let planned = whole.iter().find(|is| is.name == made.name).unwrap();
        let Some((made, planned)) = made.start.zip(planned.start) else { continue };
        assert_eq!((made - planned).num_minutes().rem_euclid(120), 0);
        assert!(made >= at("09:01:00") && made < at("11:01:00"), "{made}");
    }
}

type Meddling = fn(&mut Schedule);

#[test]
fn whatever_somebody_changed_is_set_right_and_named() {
    let made = applied(Vec::new(), diff(&[], desired(200, Some(120)), at("08:00:00")).changes);
    let meddled: [(&str, Meddling); 9] = [
        ("rate(2 minutes) becomes rate(2 hours), start", |is| is.expression = "rate(2 minutes)".into()),
        ("start", |is| is.start = None),
        ("enabled again", |is| is.enabled = false),
        ("time zone", |is| is.time_zone = "Europe/Prague".into()),
        ("function", |is| is.target.function = "arn:other".into()),
        ("role", |is| is.target.role = "arn:other".into()),
        ("dead-letter queue", |is| is.target.dead_letter_queue = None),
        ("retry policy", |is| is.target.patience = Some(86_400)),
        ("without EndDate, SqsParameters", |is| is.extras = vec!["EndDate", "SqsParameters"]),
    ];
    for (what, meddle) in meddled {
        let mut present = made.clone();
        meddle(&mut present[0]);
        let diff = diff(&present, desired(200, Some(120)), at("09:30:00"));
        let [Change::Update { differences, .. }] = &diff.changes[..] else { panic!("{what}: {diff:?}") };
        assert_eq!(differences.join(", "), what);
    }
}

#[test]
fn a_shard_out_of_step_is_put_back() {
    let made = applied(Vec::new(), diff(&[], desired(201, Some(120)), at("08:00:00")).changes);
    for moved in [TimeDelta::minutes(1), TimeDelta::days(365)] {
        let mut changed = made.clone();
        changed[1].start = changed[1].start.map(|start| start + moved);
        let diff = diff(&changed, desired(201, Some(120)), at("09:30:00"));
        let [Change::Update { to, differences }] = &diff.changes[..] else { panic!("{diff:?}") };
        assert_eq!((to.start, differences.join(", ").as_str()), (Some(at("11:01:00")), "start"));
    }
}

#[test]
fn reloads_begin_between_the_hours_of_maintain_and_stay_there() {
    let start = |diff: &Diff| match diff.changes.last() {
        Some(Change::Create(to) | Change::Update { to, .. }) => to.start,
        other => panic!("{other:?}"),
    };
    let reload = |minutes: u64| {
        let stack =
            Stack { group: "group".into(), function: FUNCTION.into(), role: "role".into(), dead_letter_queue: None };
        let timetable = Timetable { sweeps: None, reloads: Some(Duration::from_mins(minutes)) };
        wanted(timetable, &[], &stack)
    };
    for (minutes, first) in [(1, "08:01:00"), (5, "08:03:00"), (60, "08:30:00"), (24 * 60, "08:30:00")] {
        let made = diff(&[], reload(minutes), at("08:00:30"));
        assert_eq!(start(&made), Some(at(first)), "{minutes}");
        let made = applied(Vec::new(), made.changes);
        for later in ["08:00:31", "08:30:00", "19:00:00"] {
            assert_eq!(diff(&made, reload(minutes), at(later)).changes, [], "{minutes} at {later}");
        }
        for wrong in [None, Some(at("08:30:00") + TimeDelta::days(1))] {
            let moved = made.iter().cloned().map(|is| Schedule { start: wrong, ..is }).collect::<Vec<_>>();
            assert_eq!(start(&diff(&moved, reload(minutes), at("08:00:30"))), Some(at(first)), "{minutes}");
        }
    }
}
