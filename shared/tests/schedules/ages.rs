//! How old the shards are.

use chrono::{DateTime, TimeDelta, Utc};
use moffman::shards::{MeasureOrder, NoteOrder, measure_ages, note_run};
use moffman::store::shard_run::ShardRun;

use crate::context::{run_test, with_offices};

/// A good sweep that began now.
fn swept(schedule: &str, now: DateTime<Utc>) -> ShardRun {
    ShardRun {
        schedule: schedule.to_owned(),
        ran_at: now,
        swept_at: Some(now),
        due_at: now + TimeDelta::hours(2),
        ..ShardRun::default()
    }
}

#[tokio::test]
async fn the_shard_that_has_waited_longest_counts_and_the_one_that_stopped_is_named() {
    run_test(async |ctx| {
        let configuration = with_offices(201);
        assert_eq!(ctx.align(&configuration).await.sweeps, [], "none has fired");
        let app = ctx.process(&configuration);
        let sweeps = ctx.align(&configuration).await.sweeps;
        let names: Vec<&str> = sweeps.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["sweep-0-of-2", "sweep-1-of-2"]);
        let oldest = async || {
            let ages = measure_ages(&app, &MeasureOrder { schedules: &sweeps }).await.unwrap();
            let troubled: Vec<String> = ages.troubled.into_iter().map(|run| run.schedule).collect();
            (ages.oldest_seconds, troubled.join(" "))
        };
        let note = async |run| note_run(&app, &NoteOrder { run }).await;
        assert_eq!(oldest().await, (None, String::new()));
        // They first fire at 08:01 and 09:01; it is 11:00:30.
        ctx.advance(180);
        assert_eq!(oldest().await, (Some(10_770), String::new()));
        note(swept("sweep-0-of-2", ctx.world.now())).await;
        note(swept("sweep-0-of-1", ctx.world.now() - TimeDelta::days(9))).await;
        assert_eq!(oldest().await, (Some(7_170), String::new()), "a schedule that is gone does not count");
        note(swept("sweep-1-of-2", ctx.world.now())).await;
        assert_eq!(oldest().await, (Some(0), String::new()));
        ctx.advance(120);
        let failed =
            ShardRun { swept_at: None, failure: Some("trouble".to_owned()), ..swept("sweep-0-of-2", ctx.world.now()) };
        note(failed).await;
        assert_eq!(oldest().await, (Some(7_200), "sweep-0-of-2".to_owned()), "a sweep that failed has swept nothing");
        note(swept("sweep-0-of-2", ctx.world.now())).await;
        ctx.advance(16);
        assert_eq!(oldest().await, (Some(8_160), "sweep-1-of-2".to_owned()), "its next sweep did not come");
    })
    .await;
}

#[tokio::test]
async fn what_is_left_of_an_earlier_schedule_of_the_same_name_is_no_trouble() {
    run_test(async |ctx| {
        let (few, many) = (with_offices(200), with_offices(201));
        ctx.align(&few).await;
        let failed = ShardRun { failure: Some("trouble".to_owned()), ..swept("sweep-0-of-1", ctx.world.now()) };
        note_run(&ctx.process(&few), &NoteOrder { run: failed }).await;
        ctx.align(&many).await;
        ctx.advance(600);
        ctx.align(&few).await;
        let sweeps = ctx.align(&few).await.sweeps;
        let app = ctx.process(&few);
        for (minutes, age) in [(0, None), (30, Some(630))] {
            ctx.advance(minutes);
            let ages = measure_ages(&app, &MeasureOrder { schedules: &sweeps }).await.unwrap();
            assert_eq!((ages.oldest_seconds, ages.troubled), (age, vec![]), "after {minutes} minutes");
        }
        ctx.advance(30);
        let ages = measure_ages(&app, &MeasureOrder { schedules: &sweeps }).await.unwrap();
        assert_eq!(ages.troubled.len(), 1, "the first sweep of this schedule did not come");
    })
    .await;
}
