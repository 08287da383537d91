//! The two seams of the service: time and randomness.
//!
//! Everything that waits, expires or is stamped asks the [`Clock`] it was given, so that a test decides what time it is.
//!
//! The clock on the wall may be set, also back. What is written down or shown has its time; what waits in this process, or
//! must end, goes by a [`Moment`].

use std::future::Future;
use std::ops::Add;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound as _, Utc};
use derive_more::Debug;

/// A future that a clock completes.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from.
pub trait TimeSource: Send + Sync {
    /// The present instant, as the clock on the wall has it.
    fn now(&self) -> DateTime<Utc>;
    /// How long the process has run, by a clock that is never set.
    fn elapsed(&self) -> Duration;
    /// Waits before something is tried again or sent.
    fn pause(&self, duration: Duration) -> Wait;
    /// Completes when `duration` has gone by without an answer.
    fn expire(&self, duration: Duration) -> Wait;
}

/// A shared handle on the source of time.
#[derive(Clone, Debug)]
#[debug("Clock")]
pub struct Clock(Arc<dyn TimeSource>);

/// A moment of this process, by a clock that is never set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// How long it is after `earlier`.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

/// A moment by both clocks: the one that is never set may stop while the process stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    wall: DateTime<Utc>,
    moment: Moment,
}

/// No answer came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer in time")]
pub struct TimedOut;

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::new(SystemTime { started: Instant::now() })
    }

    /// Time from another source.
    pub fn new(source: impl TimeSource + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The present instant, in whole milliseconds: what is written down reads back the same.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now().trunc_subsecs(3)
    }

    /// The present moment.
    pub fn moment(&self) -> Moment {
        Moment(self.0.elapsed())
    }

    /// The moment at which it will be `instant`, if nobody sets the clock on the wall.
    pub fn moment_of(&self, instant: DateTime<Utc>) -> Moment {
        self.moment() + (instant - self.now()).to_std().unwrap_or_default()
    }

    /// How long it is until `moment`; zero when it has passed.
    pub fn until(&self, moment: Moment) -> Duration {
        moment.since(self.moment())
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { wall: self.now(), moment: self.moment() }
    }

    /// Whether less than `limit` has passed since the stamp, whichever clock one asks.
    pub(crate) fn is_within(&self, limit: Duration, stamp: Stamp) -> bool {
        let by_wall = (self.now() - stamp.wall).to_std();
        by_wall.is_ok_and(|passed| passed < limit) && self.moment().since(stamp.moment) < limit
    }

    /// Waits before something is tried again or sent.
    pub async fn pause(&self, duration: Duration) {
        self.0.pause(duration).await;
    }

    /// Runs `work` for at most `limit`.
    pub async fn timeout<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Result<T, TimedOut> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.0.expire(limit) => Err(TimedOut),
        }
    }
}

struct SystemTime {
    started: Instant,
}

impl TimeSource for SystemTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn pause(&self, duration: Duration) -> Wait {
        Box::pin(tokio::time::sleep(duration))
    }

    fn expire(&self, duration: Duration) -> Wait {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A shared source of randomness, for jitter and claim ids; not for secrets.
#[derive(Clone, Debug)]
pub struct Randomness(Arc<Mutex<fastrand::Rng>>);

impl Randomness {
    /// Different in every process.
    pub fn from_system() -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::new())))
    }

    /// The same sequence for the same seed.
    pub fn from_seed(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// A duration between zero and `ceiling`.
    pub fn up_to(&self, ceiling: Duration) -> Duration {
        ceiling.mul_f64(self.lock().f64())
    }

    /// 32 hexadecimal digits that will not come again.
    pub fn id(&self) -> String {
        format!("{:032x}", self.lock().u128(..))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, fastrand::Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
