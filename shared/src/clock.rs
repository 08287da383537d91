//! The two seams of the service: time and randomness.
//!
//! Everything that waits, expires or is stamped asks the [`Clock`] it was given, so that a test decides what time it is.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};

/// A future that a clock completes.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from.
pub trait TimeSource: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// Waits before something is tried again or sent.
    fn pause(&self, duration: Duration) -> Wait;
    /// Completes when `duration` has gone by without an answer.
    fn expire(&self, duration: Duration) -> Wait;
}

/// A shared handle on the source of time.
#[derive(Clone)]
pub struct Clock(Arc<dyn TimeSource>);

/// No answer came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer in time")]
pub struct TimedOut;

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::new(SystemTime)
    }

    /// Time from another source.
    pub fn new(source: impl TimeSource + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The present instant, in whole milliseconds: what is written down reads back the same.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now().trunc_subsecs(3)
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

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

struct SystemTime;

impl TimeSource for SystemTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
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
