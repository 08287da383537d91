//! A form that was refused is tried again later, whenever in a sweep that time comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moffman::clock::{Clock, TimeSource, Wait};
use moffman_simulators::Fault;
use moffman_testbed::WorldTime;

use crate::context::{PRAGUE, run_test, thursday};
use crate::decisions::refused;

/// Longer than the wait after a first refusal.
const JUMP: chrono::Duration = chrono::Duration::minutes(10);

/// A clock that jumps when it has been looked at so many times.
#[derive(Clone)]
struct Jumping {
    time: WorldTime,
    looks: Arc<AtomicUsize>,
    jumps_at: usize,
}

impl TimeSource for Jumping {
    fn now(&self) -> DateTime<Utc> {
        if self.looks.fetch_add(1, Ordering::Relaxed) == self.jumps_at {
            self.time.advance(JUMP);
        }
        self.time.now()
    }

    fn elapsed(&self) -> Duration {
        self.time.elapsed()
    }

    fn pause(&self, duration: Duration) -> Wait {
        self.time.pause(duration)
    }

    fn expire(&self, duration: Duration) -> Wait {
        self.time.expire(duration)
    }
}

#[tokio::test]
async fn an_event_whose_deletion_was_not_listed_gets_no_form_whenever_its_wait_is_over() {
    let mut has_jumped = true;
    for jumps_at in 0.. {
        if !has_jumped {
            assert!(jumps_at > 5, "a sweep looks at the clock");
            return;
        }
        run_test(async |ctx| {
            let (event, _) = refused(ctx).await;
            ctx.world.person_deletes(PRAGUE, &event);
            ctx.world.expire_sync_tokens(PRAGUE);

            let jumping = Jumping { time: ctx.time.clone(), looks: Arc::default(), jumps_at };
            ctx.app.clock = Clock::new(jumping.clone());
            let report = ctx.sweep().await;
            assert_eq!(
                ctx.world.count("form"),
                1,
                "the clock jumps when it is looked at for time {jumps_at}: {report:?}"
            );
            has_jumped = jumping.looks.load(Ordering::Relaxed) > jumps_at;
        })
        .await;
    }
}

#[tokio::test]
async fn a_form_that_met_a_sign_in_page_is_mailed_once_that_is_gone() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("form", Fault::Html(200)).times(3);
        for failures in 1..=3 {
            let report = ctx.sweep().await;
            assert_eq!(
                (report.forms.refused, report.events_approved, report.open),
                (1, 0, 1),
                "{failures}: {report:?}"
            );
            assert!(report.problems[0].problem.contains("200 OK, with a web page"), "{report:?}");
            ctx.advance(JUMP);
        }
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0));
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}
