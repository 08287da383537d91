//! Two who want something of the same reservation: one is overtaken by the other between any two of its steps.

use std::sync::{Arc, Mutex};

use moffman::app::Moffman;
use moffman::decide::DecideError;
use moffman::domain::decision::{Choice, Objection};
use moffman::domain::ended::HowEnded;
use moffman::domain::reservation::Status;
use moffman::reserve::{ReserveError, ReserveOrder, place};
use moffman_simulators::HookPoint;

use crate::context::{Context, PRAGUE, meanwhile, request, reservation, run_test};
use crate::deciding::{ID, approved, decide_in, ended, reject};

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Approve,
    Reject,
    Cancel,
    /// The original request comes again.
    Repeat,
    /// The workflow sends its request again as approved.
    RepeatApproved,
}

const ACTS: [Act; 5] = [Act::Approve, Act::Reject, Act::Cancel, Act::Repeat, Act::RepeatApproved];

/// When the other one comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    AfterReading,
    BeforeAnnouncing,
    BeforeChanging,
    AfterChanging,
    BeforeNoting,
    AfterAll,
}

/// What somebody was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Pending,
    Approved,
    Ended(HowEnded),
    /// It is not as was wanted, for a reason that the other one may have brought about.
    Refused,
}

impl Act {
    /// The moments between its steps.
    fn moments(self) -> &'static [Moment] {
        use Moment::{AfterAll, AfterChanging, AfterReading, BeforeAnnouncing, BeforeChanging, BeforeNoting};
        match self {
            Self::Repeat => &[AfterReading, AfterAll],
            Self::Approve | Self::RepeatApproved => &[AfterReading, BeforeChanging, AfterChanging, AfterAll],
            Self::Reject | Self::Cancel => {
                &[AfterReading, BeforeAnnouncing, BeforeChanging, AfterChanging, BeforeNoting, AfterAll]
            }
        }
    }

    async fn perform(self, app: &Moffman) -> Told {
        let decided = match self {
            Self::Approve => decide_in(app, Choice::Approve).await,
            Self::Reject => decide_in(app, reject()).await,
            Self::Cancel => decide_in(app, Choice::Cancel).await,
            Self::Repeat | Self::RepeatApproved => return self.request(app).await,
        };
        match decided {
            Ok(decided) => decided.ended.map_or(Told::Approved, Told::Ended),
            Err(DecideError::InProgress | DecideError::Refused(Objection::AlreadyApproved | Objection::Ended(_))) => {
                Told::Refused
            }
            Err(error) => panic!("{self:?}: {error:?}"),
        }
    }

    async fn request(self, app: &Moffman) -> Told {
        let request = if self == Self::Repeat { request() } else { approved(&request()) };
        let reservation = reservation(&request).unwrap();
        match place(app, &ReserveOrder { reservation, reopen: false, deadline: None }).await {
            Ok(placed) if placed.status == Status::Pending => Told::Pending,
            Ok(_) => Told::Approved,
            Err(ReserveError::Ended(_)) => Told::Refused,
            Err(error) => panic!("{self:?}: {error:?}"),
        }
    }
}

/// One is overtaken by the other at this moment. Answers what both were told.
async fn race(ctx: &mut Context, one: Act, other: Act, moment: Moment) -> (Told, Told) {
    ctx.reserve(&request()).await.unwrap();
    let process = ctx.another_process("{}");
    let told = Arc::new(Mutex::new(None));
    let overtake = {
        let (process, told) = (process.clone(), told.clone());
        move || *told.lock().unwrap() = Some(meanwhile(other.perform(&process)))
    };
    match moment {
        Moment::AfterReading => ctx.world.when("events.get", HookPoint::AfterEffect, move |_| overtake()),
        Moment::BeforeChanging => ctx.world.when("events.patch", HookPoint::BeforeEffect, move |_| overtake()),
        Moment::AfterChanging => ctx.world.when("events.patch", HookPoint::AfterEffect, move |_| overtake()),
        Moment::BeforeAnnouncing => ctx.dynamodb.before(r#""state":{"S":"ending"}"#, overtake),
        Moment::BeforeNoting => ctx.dynamodb.before(r#""state":{"S":"ended"}"#, overtake),
        Moment::AfterAll => {}
    }
    let first = one.perform(&ctx.app).await;
    let second = told.lock().unwrap().take();
    let second = match second {
        Some(second) => second,
        None if moment == Moment::AfterAll => other.perform(&process).await,
        None => panic!("nobody overtook"),
    };
    (first, second)
}

/// What was told is true of the calendar and the memory, and stays true when everything is repeated.
async fn check(ctx: &Context, acts: [Act; 2], told: [Told; 2]) {
    let event = ctx.event(PRAGUE, ID);
    let ended = ended(&ctx.app).await;
    assert_eq!(ended.is_some(), event["status"] == "cancelled", "{event:#}");
    assert!(told.iter().any(|told| *told != Told::Refused), "somebody succeeds");
    for one in told {
        match one {
            Told::Ended(how) => assert_eq!(ended, Some(how), "it stays ended"),
            Told::Approved if ended.is_none() => {
                assert_eq!(event["extendedProperties"]["private"]["event_processed"], "true", "it stays approved");
            }
            Told::Approved => assert_eq!(ended, Some(HowEnded::Cancelled), "what is approved cannot be rejected"),
            Told::Pending | Told::Refused => {}
        }
    }
    if let Some(how) = ended {
        assert!(told.contains(&Told::Ended(how)), "somebody was told so");
        for act in acts {
            let is_wanted =
                matches!((act, how), (Act::Reject, HowEnded::Rejected) | (Act::Cancel, HowEnded::Cancelled));
            let expected = if is_wanted { Told::Ended(how) } else { Told::Refused };
            assert_eq!(act.perform(&ctx.app).await, expected, "{act:?} once more");
        }
        assert_eq!(ctx.event(PRAGUE, ID), event, "nothing is changed any more");
    }
}

async fn all_races_of(one: Act) {
    for moment in one.moments() {
        for other in ACTS {
            println!("{one:?} is overtaken by {other:?} {moment:?}");
            run_test(async |ctx| {
                let (first, second) = race(ctx, one, other, *moment).await;
                println!("told {first:?}, {second:?}");
                check(ctx, [one, other], [first, second]).await;
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_may_be_overtaken_anywhere() {
    all_races_of(Act::Approve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_may_be_overtaken_anywhere() {
    all_races_of(Act::Reject).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_may_be_overtaken_anywhere() {
    all_races_of(Act::Cancel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_request_may_be_overtaken_anywhere() {
    all_races_of(Act::Repeat).await;
    all_races_of(Act::RepeatApproved).await;
}
