//! Repeats calls to Google. Nothing else does.
//!
//! All our calls may be repeated: reads change nothing, inserts bring their id, and a PATCH names the version that it
//! changes.
//!
//! Written by hand, because crates such as backon fit no attempt into a deadline and a quota, and give no further
//! attempt for a fresh token.

use std::future::Future;
use std::time::Duration;

use super::budget::Budget;
use super::error::GoogleError;
use crate::clock::{Clock, Randomness};
use crate::domain::backoff::Backoff;

/// How often a call is tried before its failure counts; a fresh token gives one more attempt.
const ATTEMPTS: u32 = 4;
/// The longest waits unless Google asks for longer ones.
const WAITS: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(8) };
/// The longest wait that Google may ask for; if it asks for more, the caller gets the error at once.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);
/// How long one attempt may take, including a new token if it needs one.
const ONE_ATTEMPT: Duration = Duration::from_secs(10);

/// A failed attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FailedAttempt {
    /// What the caller learns when there is no further attempt.
    pub error: GoogleError,
    /// Whether a further attempt may help.
    pub again: Again,
}

/// Whether a further attempt may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// No attempt would succeed.
    Never,
    /// It may succeed after some time.
    Later,
    /// It may succeed with another token.
    WithFreshToken,
}

impl FailedAttempt {
    /// A failure that another attempt would repeat.
    pub fn never(error: GoogleError) -> Self {
        Self { error, again: Again::Never }
    }

    /// A failure that may pass.
    pub fn later(error: GoogleError) -> Self {
        Self { error, again: Again::Later }
    }
}

/// One call with its attempts.
pub(super) struct Retry<'a> {
    /// Tells when the deadline is reached, and waits.
    pub clock: &'a Clock,
    /// For the jitter.
    pub randomness: &'a Randomness,
    /// What the call may take.
    pub budget: &'a Budget,
    /// What an attempt costs of the quota.
    pub units: u32,
}

impl Retry<'_> {
    /// Makes the call until it succeeds, cannot succeed, or has been tried often or long enough.
    ///
    /// `attempt` is told how many attempts have failed.
    pub async fn run<T, F, A>(&self, attempt: F) -> Result<T, GoogleError>
    where
        F: Fn(u32) -> A,
        A: Future<Output = Result<T, FailedAttempt>>,
    {
        let mut failed = 0;
        let mut fresh_token = false;
        loop {
            let limit = self.admit().await?;
            let outcome = self.clock.timeout(limit, attempt(failed)).await;
            let failure = match outcome.unwrap_or_else(|_| Err(FailedAttempt::later(GoogleError::TimedOut))) {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            match failure.again {
                Again::Never => return Err(failure.error),
                Again::WithFreshToken if fresh_token => return Err(failure.error),
                Again::WithFreshToken => fresh_token = true,
                Again::Later => {
                    failed += 1;
                    self.pause(failed, &failure.error).await.ok_or_else(|| failure.error.clone())?;
                }
            }
            self.take_another().await.ok_or(failure.error)?;
        }
    }

    /// Waits for the pace, and says how long the attempt may take.
    async fn admit(&self) -> Result<Duration, GoogleError> {
        if let Some(pace) = &self.budget.pace {
            pace.acquire(self.units, self.budget.deadline).await.map_err(|_| GoogleError::OutOfTime)?;
        }
        let limit = self.budget.deadline.map_or(ONE_ATTEMPT, |deadline| self.clock.until(deadline).min(ONE_ATTEMPT));
        if limit.is_zero() { Err(GoogleError::OutOfTime) } else { Ok(limit) }
    }

    /// Takes another attempt of what is shared with other processes, where it is. `None`: there is nothing left.
    async fn take_another(&self) -> Option<()> {
        match &self.budget.shared {
            // The future of the SDK is large; a box keeps those of all callers small.
            Some(shared) => match Box::pin(shared.take(self.units)).await {
                Ok(is_taken) => is_taken.then_some(()),
                Err(error) => {
                    tracing::warn!(%error, "the call is not repeated, because nobody can tell what is left of the quota");
                    None
                }
            },
            None => Some(()),
        }
    }

    /// Waits before the next attempt. `None`: it would come too late.
    async fn pause(&self, failed: u32, error: &GoogleError) -> Option<()> {
        let retry_after = error.retry_after().unwrap_or_default();
        if failed >= ATTEMPTS || retry_after > LONGEST_RETRY_AFTER {
            return None;
        }
        let wait = wait(failed, retry_after, self.randomness);
        if self.budget.deadline.is_some_and(|deadline| self.clock.until(deadline) <= wait) {
            return None;
        }
        tracing::debug!(failed, %error, wait_ms = wait.as_millis(), "Google is called again");
        self.clock.pause(wait).await;
        Some(())
    }
}

/// Full jitter, because callers that failed together must not come back together. What Google asks for comes on top.
fn wait(failed: u32, retry_after: Duration, randomness: &Randomness) -> Duration {
    retry_after + randomness.up_to(WAITS.after(failed))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::google::manual_time::ManualTime;

    struct Bench {
        time: ManualTime,
        randomness: Randomness,
        budget: Budget,
    }

    impl Bench {
        fn new() -> Self {
            Self { time: ManualTime::new(), randomness: Randomness::from_seed(7), budget: Budget::default() }
        }

        /// Runs a call whose attempts fail as scripted, then succeed; answers the outcome and the number of attempts.
        async fn run(&self, script: &[FailedAttempt]) -> (Result<u32, GoogleError>, u32) {
            let made = AtomicU32::new(0);
            let clock = self.time.clock();
            let retry = Retry { clock: &clock, randomness: &self.randomness, budget: &self.budget, units: 1 };
            let outcome = retry
                .run(|failed| {
                    let made = made.fetch_add(1, Ordering::Relaxed);
                    async move {
                        match script.get(usize::try_from(made).unwrap()) {
                            Some(FailedAttempt { error, again }) => {
                                Err(FailedAttempt { error: error.clone(), again: *again })
                            }
                            None => Ok(failed),
                        }
                    }
                })
                .await;
            (outcome, made.into_inner())
        }
    }

    fn busy(seconds: u64) -> FailedAttempt {
        FailedAttempt::later(GoogleError::Busy { retry_after: Some(Duration::from_secs(seconds)) })
    }

    #[tokio::test]
    async fn the_fourth_failure_counts() {
        let script = [(); 4].map(|()| FailedAttempt::later(GoogleError::Unreachable));
        assert_eq!(Bench::new().run(&script).await, (Err(GoogleError::Unreachable), 4));
        assert_eq!(Bench::new().run(&script[1..]).await, (Ok(3), 4));
    }

    #[tokio::test]
    async fn waits_double_up_to_a_limit_and_differ() {
        let bench = Bench::new();
        let waits = |failed| (0..200).map(|_| wait(failed, Duration::ZERO, &bench.randomness)).collect::<Vec<_>>();
        for (failed, longest) in [(1, 500), (2, 1_000), (3, 2_000), (6, 8_000), (40, 8_000)] {
            let waits = waits(failed);
            let (low, high) = (waits.iter().min().unwrap().as_millis(), waits.iter().max().unwrap().as_millis());
            assert!(high <= longest && high > longest * 9 / 10 && low < longest / 10, "{failed}: {low}…{high}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_not_repeated() {
        let script = [FailedAttempt::never(GoogleError::NotFound)];
        assert_eq!(Bench::new().run(&script).await, (Err(GoogleError::NotFound), 1));
    }

    #[tokio::test]
    async fn a_fresh_token_is_tried_once_and_at_once() {
        let unauthenticated = || FailedAttempt { error: GoogleError::Unauthenticated, again: Again::WithFreshToken };
        let bench = Bench::new();
        assert_eq!(bench.run(&[unauthenticated()]).await, (Ok(0), 2));
        assert_eq!(bench.time.paused(), Duration::ZERO);
        let script = [unauthenticated(), unauthenticated()];
        assert_eq!(bench.run(&script).await, (Err(GoogleError::Unauthenticated), 2));
    }

    #[tokio::test]
    async fn retry_after_is_honoured_or_handed_on() {
        for seconds in [7, 30] {
            let bench = Bench::new();
            assert_eq!(bench.run(&[busy(seconds)]).await, (Ok(1), 2));
            let (paused, asked) = (bench.time.paused(), Duration::from_secs(seconds));
            assert!(paused >= asked && paused <= asked + Duration::from_millis(500), "{paused:?}");
        }
        let bench = Bench::new();
        let error = busy(31).error;
        assert_eq!(bench.run(&[busy(31)]).await, (Err(error), 1));
        assert_eq!(bench.time.paused(), Duration::ZERO);
    }

    #[tokio::test]
    async fn nothing_is_repeated_beyond_the_deadline() {
        let mut bench = Bench::new();
        bench.budget.deadline = Some(bench.time.clock().moment() + Duration::from_secs(7));
        let error = GoogleError::Busy { retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(bench.run(&[busy(7)]).await, (Err(error), 1));
        assert_eq!(bench.time.paused(), Duration::ZERO);
    }

    #[tokio::test]
    async fn nothing_is_tried_after_the_deadline() {
        let mut bench = Bench::new();
        bench.budget.deadline = Some(bench.time.clock().moment());
        assert_eq!(bench.run(&[]).await, (Err(GoogleError::OutOfTime), 0));
    }

    #[tokio::test]
    async fn silence_ends_an_attempt_after_ten_seconds_or_at_the_deadline() {
        for (left, longest) in [(None, 10), (Some(60), 10), (Some(4), 4)] {
            let bench = Bench::new();
            let deadline = left.map(|seconds| bench.time.clock().moment() + Duration::from_secs(seconds));
            let budget = Budget { deadline, ..Budget::default() };
            let clock = bench.time.clock();
            let retry = Retry { clock: &clock, randomness: &bench.randomness, budget: &budget, units: 1 };
            let silence = retry.run(|_| std::future::pending::<Result<(), FailedAttempt>>());
            assert_eq!(silence.await, Err(GoogleError::TimedOut));
            assert_eq!(bench.time.longest_expiry(), Duration::from_secs(longest), "{left:?}");
        }
    }
}
