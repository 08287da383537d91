//! One stack whose configuration changes.

use serde_json::{Value, json};

use crate::context::{FUNCTION, GROUP, run_test, usual, with};

#[tokio::test]
async fn the_first_alignment_makes_schedules_that_explain_themselves() {
    run_test(async |ctx| {
        let configuration = with(usual(), "offices/google_config", json!({"sheet_id": "s", "update_interval": 300}));
        ctx.world.set_sheet("s", "Offices", vec![vec![json!("Name"), json!("Calendar")]]);
        let app = ctx.process(&configuration);
        app.directory.roster(&moffman::google::Budget::default()).await.unwrap();
        let report = ctx.align(&configuration).await;
        insta::assert_json_snapshot!(report, @r#"
        {
          "aligned": true,
          "changes": [
            "create sweep-0-of-1: rate(2 hours) from 2026-06-15T08:01Z, {\"schedule\":{\"every_minutes\":120,\"time\":\"<aws.scheduler.scheduled-time>\"},\"shard\":0,\"shards\":1,\"task\":\"sweep\",\"units_per_minute\":420}",
            "create reload: rate(5 minutes) from 2026-06-15T08:03Z, {\"schedule\":{\"every_minutes\":5,\"time\":\"<aws.scheduler.scheduled-time>\"},\"task\":\"reload\"}"
          ],
          "unchanged": 0,
          "left_alone": [
            "maintain"
          ],
          "warnings": [],
          "failures": []
        }
        "#);
        let description = "Moffman sweeps all calendars every 2 hours, with at most 420 units of Google's quota a minute. \
                           From general.manual_calendar_check_interval: change it there, the task `maintain` resets what \
                           is changed here.";
        let input = r#"{"schedule":{"every_minutes":120,"time":"<aws.scheduler.scheduled-time>"},"shard":0,"shards":1,"task":"sweep","units_per_minute":420}"#;
        let expected = json!({
            "ActionAfterCompletion": "NONE",
            "Arn": "arn:aws:scheduler:eu-central-1:000000000000:schedule/moffman-sweeps/sweep-0-of-1",
            "CreationDate": 1_781_510_430,
            "Description": description,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "GroupName": GROUP,
            "LastModificationDate": 1_781_510_430,
            "Name": "sweep-0-of-1",
            "ScheduleExpression": "rate(2 hours)",
            "ScheduleExpressionTimezone": "UTC",
            "StartDate": 1_781_510_460,
            "State": "ENABLED",
            "Target": {
                "Arn": FUNCTION,
                "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-central-1:000000000000:moffman-undelivered"},
                "Input": input,
                "RetryPolicy": {"MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 185},
                "RoleArn": "arn:aws:iam::000000000000:role/moffman-scheduler",
            },
        });
        assert_eq!(ctx.schedule("sweep-0-of-1"), expected);
        assert_eq!(ctx.schedule("reload")["ScheduleExpression"], "rate(5 minutes)");
    })
    .await;
}

#[tokio::test]
async fn without_a_change_nothing_is_written() {
    run_test(async |ctx| {
        ctx.align(&usual()).await;
        let writes = ctx.writes();
        for minutes in [0, 1, 59, 60, 24 * 60] {
            ctx.advance(minutes);
            let report = ctx.align(&usual()).await;
            assert!(report.aligned && report.changes.is_empty() && report.unchanged == 1, "{report:?}");
        }
        assert_eq!(ctx.writes(), writes);
    })
    .await;
}

#[tokio::test]
async fn another_interval_changes_the_schedule_and_null_deletes_it() {
    run_test(async |ctx| {
        ctx.align(&usual()).await;
        ctx.advance(30);
        let hourly = with(usual(), "general/manual_calendar_check_interval", json!(3600));
        let report = ctx.align(&hourly).await;
        assert!(report.changes[0].starts_with("update sweep-0-of-1: rate(2 hours) becomes rate(1 hour)"), "{report:?}");
        assert_eq!(ctx.schedule("sweep-0-of-1")["ScheduleExpression"], "rate(1 hour)");
        ctx.advance(30);
        let never = with(usual(), "general/manual_calendar_check_interval", Value::Null);
        assert_eq!(ctx.align(&never).await.changes, ["delete sweep-0-of-1"]);
        assert_eq!(ctx.schedules(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_answers_the_diff_and_changes_nothing() {
    run_test(async |ctx| {
        let would = ctx.diff(&usual()).await;
        assert!(!would.aligned && would.changes.len() == 1, "{would:?}");
        assert_eq!((ctx.writes(), ctx.schedules().len()), (0, 0));
        let did = ctx.align(&usual()).await;
        assert_eq!(did.changes, would.changes);
        assert!(ctx.diff(&usual()).await.aligned);
    })
    .await;
}

#[tokio::test]
async fn schedules_of_others_are_left_alone_and_reported() {
    run_test(async |ctx| {
        let content = ctx.schedule("maintain");
        let content = json!({
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
            "Target": {"Arn": content["Target"]["Arn"], "RoleArn": content["Target"]["RoleArn"]},
        });
        for name in ["nightly", "sweep-by-hand", "sweep-00-of-1"] {
            ctx.world.put_schedule(GROUP, name, content.clone());
        }
        let report = ctx.align(&usual()).await;
        assert_eq!(report.left_alone, ["maintain", "nightly", "sweep-00-of-1", "sweep-by-hand"]);
        assert!(report.aligned);
        assert_eq!(ctx.schedules(), ["nightly", "sweep-0-of-1", "sweep-00-of-1", "sweep-by-hand"]);
        assert_eq!(ctx.schedule("nightly")["ScheduleExpression"], "cron(0 3 * * ? *)");
    })
    .await;
}

#[tokio::test]
async fn what_somebody_changed_in_the_console_is_set_back_as_a_whole() {
    run_test(async |ctx| {
        ctx.align(&usual()).await;
        let made = ctx.schedule("sweep-0-of-1");
        ctx.world.put_schedule(
            GROUP,
            "sweep-0-of-1",
            json!({
                "ScheduleExpression": "rate(2 hours)",
                "ScheduleExpressionTimezone": "Europe/Prague",
                "State": "DISABLED",
                "EndDate": 1_900_000_000,
                "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
                "Target": {"Arn": made["Target"]["Arn"], "RoleArn": made["Target"]["RoleArn"]},
            }),
        );
        let report = ctx.align(&usual()).await;
        assert_eq!(report.changes.len(), 1, "{report:?}");
        let mut again = ctx.schedule("sweep-0-of-1");
        for changing in ["StartDate", "CreationDate", "LastModificationDate"] {
            again[changing] = made[changing].clone();
        }
        assert_eq!(again, made);
    })
    .await;
}

#[tokio::test]
async fn a_stack_that_is_not_told_of_its_group_says_what_is_missing() {
    run_test(async |ctx| {
        let bare = with(usual(), "aws", json!({"schedule_group": GROUP}));
        let report = ctx.align(&bare).await;
        assert_eq!((report.aligned, report.because.as_deref()), (false, Some("not set: aws.scheduler_role_arn")));
        let report = ctx.align(&with(usual(), "aws", json!({}))).await;
        assert_eq!(report.because.as_deref(), Some("not set: aws.schedule_group, aws.scheduler_role_arn"));
        assert_eq!(ctx.world.count("ListSchedules"), 0);
    })
    .await;
}

#[tokio::test]
async fn without_a_queue_there_is_none_and_a_sheet_that_was_never_read_changes_nothing() {
    run_test(async |ctx| {
        ctx.align(&with(usual(), "aws/dead_letter_queue_arn", Value::Null)).await;
        assert_eq!(ctx.schedule("sweep-0-of-1")["Target"]["DeadLetterConfig"], Value::Null);
        let unread = with(usual(), "offices/google_config", json!("another-sheet"));
        let report = ctx.align(&unread).await;
        assert_eq!(report.because.as_deref(), Some("the spreadsheet was never read"));
        assert_eq!((ctx.schedules().len(), ctx.world.count("spreadsheets.values.batchGet")), (1, 0));
    })
    .await;
}
