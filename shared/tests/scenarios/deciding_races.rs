//! Several who want something of the same reservation: one is overtaken by one or two others between any two of its steps.

use std::sync::{Arc, Mutex};

use moffman::app::Moffman;
use moffman::decide::DecideError;
use moffman::domain::decision::{Choice, Objection};
use moffman::domain::ended::HowEnded;
use moffman::domain::reservation::Status;
use moffman::reserve::{ReserveError, ReserveOrder, place};
use moffman_simulators::{HookPoint, World};

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
    /// The original request comes again, and may bring back what was ended.
    Reopen,
    /// A person moves the event.
    Move,
    /// A person brings a deleted event back.
    Restore,
}

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
    /// Persons are told nothing.
    Nothing,
    /// It is not as was wanted, for a reason that the other one may have brought about.
    Refused,
}

impl Act {
    /// The moments between its steps.
    fn moments(self) -> &'static [Moment] {
        use Moment::{AfterAll, AfterChanging, AfterReading, BeforeAnnouncing, BeforeChanging, BeforeNoting};
        match self {
            Self::Move | Self::Restore => &[AfterAll],
            Self::Repeat => &[AfterReading, AfterAll],
            Self::Approve | Self::RepeatApproved | Self::Reopen => {
                &[AfterReading, BeforeChanging, AfterChanging, AfterAll]
            }
            Self::Reject | Self::Cancel => {
                &[AfterReading, BeforeAnnouncing, BeforeChanging, AfterChanging, BeforeNoting, AfterAll]
            }
        }
    }

    async fn perform(self, world: &World, app: &Moffman) -> Told {
        let decided = match self {
            Self::Approve => decide_in(app, Choice::Approve).await,
            Self::Reject => decide_in(app, reject()).await,
            Self::Cancel => decide_in(app, Choice::Cancel).await,
            Self::Repeat | Self::RepeatApproved | Self::Reopen => return self.request(app).await,
            Self::Move | Self::Restore => return self.in_calendar(world),
        };
        match decided {
            Ok(decided) => decided.ended.map_or(Told::Approved, Told::Ended),
            Err(
                DecideError::InProgress
                | DecideError::Refused(Objection::AlreadyApproved | Objection::Ended(_) | Objection::Changed),
            ) => Told::Refused,
            Err(error) => panic!("{self:?}: {error:?}"),
        }
    }

    fn in_calendar(self, world: &World) -> Told {
        let is_gone = world.event(PRAGUE, ID).is_none_or(|event| event["status"] == "cancelled");
        match self {
            Self::Restore if is_gone => world.person_restores(PRAGUE, ID),
            Self::Move if !is_gone => world.person_moves(PRAGUE, ID, ("2022-07-05", "2022-07-08")),
            _ => {}
        }
        Told::Nothing
    }

    /// Whether it may bring back what was ended.
    fn brings_back(self) -> bool {
        matches!(self, Self::Reopen | Self::Restore)
    }

    async fn request(self, app: &Moffman) -> Told {
        let request = if self == Self::RepeatApproved { approved(&request()) } else { request() };
        let reservation = reservation(&request).unwrap();
        match place(app, &ReserveOrder { reservation, reopen: self == Self::Reopen, deadline: None }).await {
            Ok(placed) if placed.status == Status::Pending => Told::Pending,
            Ok(_) => Told::Approved,
            Err(ReserveError::Ended(_)) => Told::Refused,
            Err(error) => panic!("{self:?}: {error:?}"),
        }
    }
}

async fn perform_all(acts: &[Act], world: &World, app: &Moffman) -> Vec<Told> {
    let mut told = Vec::new();
    for act in acts {
        told.push(act.perform(world, app).await);
    }
    told
}

/// One is overtaken by the others at this moment. Answers what all were told.
async fn race(ctx: &mut Context, one: Act, others: &'static [Act], moment: Moment) -> Vec<Told> {
    let process = ctx.another_process("{}");
    let told = Arc::new(Mutex::new(None));
    let overtake = {
        let (told, world, process) = (told.clone(), ctx.world.clone(), process.clone());
        move || *told.lock().unwrap() = Some(meanwhile(perform_all(others, &world, &process)))
    };
    match moment {
        Moment::AfterReading => ctx.world.when("events.get", HookPoint::AfterEffect, move |_| overtake()),
        Moment::BeforeChanging => ctx.world.when("events.patch", HookPoint::BeforeEffect, move |_| overtake()),
        Moment::AfterChanging => ctx.world.when("events.patch", HookPoint::AfterEffect, move |_| overtake()),
        Moment::BeforeAnnouncing => ctx.dynamodb.before(r#""state":{"S":"ending"}"#, overtake),
        Moment::BeforeNoting => ctx.dynamodb.before(r#""state":{"S":"ended"}"#, overtake),
        Moment::AfterAll => {}
    }
    let first = one.perform(&ctx.world, &ctx.app).await;
    let overtaken = told.lock().unwrap().take();
    let others = match overtaken {
        Some(told) => told,
        None if moment == Moment::AfterAll => perform_all(others, &ctx.world, &process).await,
        None => panic!("nobody overtook"),
    };
    [vec![first], others].concat()
}

/// What was told is true of the calendar and the memory, and stays true when everything is repeated, unless somebody brought
/// the reservation back.
async fn check(ctx: &Context, acts: &[Act], told: &[Told]) {
    let event = ctx.event(PRAGUE, ID);
    let ended = ended(&ctx.app).await;
    assert_eq!(ended.is_some(), event["status"] == "cancelled", "{event:#}");
    assert!(told.iter().any(|told| !matches!(told, Told::Refused | Told::Nothing)), "somebody succeeds");
    let is_brought_back = acts.iter().any(|act| act.brings_back());
    for one in told {
        match one {
            Told::Ended(_) | Told::Approved if is_brought_back => {}
            Told::Ended(how) => assert_eq!(ended, Some(*how), "it stays ended"),
            Told::Approved if ended.is_none() => {
                assert_eq!(event["extendedProperties"]["private"]["event_processed"], "true", "it stays approved");
            }
            Told::Approved => assert_eq!(ended, Some(HowEnded::Cancelled), "what is approved cannot be rejected"),
            Told::Pending | Told::Refused | Told::Nothing => {}
        }
    }
    if let Some(how) = ended {
        assert!(told.contains(&Told::Ended(how)), "somebody was told so");
        for act in acts.iter().filter(|act| !act.brings_back() && **act != Act::Move) {
            let is_wanted =
                matches!((act, how), (Act::Reject, HowEnded::Rejected) | (Act::Cancel, HowEnded::Cancelled));
            let expected = if is_wanted { Told::Ended(how) } else { Told::Refused };
            assert_eq!(act.perform(&ctx.world, &ctx.app).await, expected, "{act:?} once more");
        }
        assert_eq!(ctx.event(PRAGUE, ID), event, "nothing is changed any more");
    }
}

async fn all_races(one: Act, others: &[&'static [Act]]) {
    for moment in one.moments() {
        for others in others {
            println!("{one:?} is overtaken by {others:?} {moment:?}");
            run_test(async |ctx| {
                ctx.reserve(&request()).await.unwrap();
                let told = race(ctx, one, others, *moment).await;
                println!("told {told:?}");
                check(ctx, &[&[one], *others].concat(), &told).await;
            })
            .await;
        }
    }
}

async fn all_races_of(one: Act) {
    use Act::{Approve, Cancel, Move, Reject, Reopen, Repeat, RepeatApproved, Restore};
    all_races(one, &[&[Approve], &[Reject], &[Cancel], &[Repeat], &[RepeatApproved]]).await;
    all_races(
        one,
        &[
            &[Approve, Cancel],
            &[RepeatApproved, Cancel],
            &[Move, Reject],
            &[Move, Cancel],
            &[Reject, Repeat],
            &[Cancel, Reopen],
            &[Reject, Restore],
            &[Cancel, Restore, Approve],
            &[Reject, Reopen, Cancel],
            &[Cancel, Restore, Reject],
        ],
    )
    .await;
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

#[tokio::test(flavor = "multi_thread")]
async fn whoever_brings_a_reservation_back_may_be_overtaken_anywhere() {
    use Act::{Cancel, Reject, Reopen, Repeat, Restore};
    const OTHERS: [&[Act]; 4] = [&[Repeat], &[Cancel], &[Reject], &[Restore, Cancel]];
    for moment in Reopen.moments() {
        for others in OTHERS {
            println!("it is brought back, overtaken by {others:?} {moment:?}");
            run_test(async |ctx| {
                ctx.reserve(&request()).await.unwrap();
                let mut told = vec![Reject.perform(&ctx.world, &ctx.app).await];
                told.extend(race(ctx, Reopen, others, *moment).await);
                println!("told {told:?}");
                check(ctx, &[&[Reject, Reopen], others].concat(), &told).await;
            })
            .await;
        }
    }
}
