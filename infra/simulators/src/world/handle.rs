//! The part of [`World`] with time, addresses and the service account, and the memory behind a world. The memory has
//! one lock, so that an effect is atomic and everything has one order.

use super::faults::{FaultRule, Hook};
use super::{calls::Call, director::Director, quota::Quota, tamper::Tamper};
use crate::services::google::{calendars::Calendars, oauth};
use crate::services::routing::Services;
use crate::time::Chronicle;
use crate::wire::serve::Connections;
use chrono::{DateTime, Duration, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Simulated Google, Byroapi, SSM and EventBridge Scheduler over one state. Clones are handles on the same world.
///
/// Dropping the handle does not stop the servers; they live as long as the runtime they were started on.
#[derive(Clone)]
pub struct World(Arc<Mutex<WorldState>>);

/// An action that a test wants once.
pub(crate) type HookAction = Box<dyn FnOnce(&World) + Send>;

/// An action that a test wants whenever a request starts to hang.
pub(crate) type HangReaction = Arc<dyn Fn(&World) + Send + Sync>;

/// Everything that a world remembers.
#[derive(Default)]
pub(crate) struct WorldState {
    pub(crate) chronicle: Chronicle,
    pub(crate) services: Services,
    pub(crate) urls: ServiceUrls,
    pub(crate) connections: Connections,
    pub(crate) calls: Vec<Call>,
    pub(crate) quota: Quota,
    pub(crate) rules: Vec<FaultRule>,
    pub(crate) hooks: Vec<Hook<HookAction>>,
    pub(crate) director: Option<Arc<dyn Director>>,
    pub(crate) layer: Option<Arc<dyn Tamper>>,
    /// How many requests hang at this moment.
    pub(crate) hanging: usize,
    pub(crate) on_hang: Option<HangReaction>,
}

/// Where the services listen.
#[derive(Default)]
pub(crate) struct ServiceUrls {
    pub(crate) google: String,
    pub(crate) byroapi: String,
    pub(crate) ssm: String,
    pub(crate) scheduler: String,
}

impl WorldState {
    /// The state that persons change.
    pub(crate) fn calendars_and_chronicle(&mut self) -> (&mut Calendars, &mut Chronicle) {
        (&mut self.services.google.calendars, &mut self.chronicle)
    }
}

impl World {
    /// A world that nobody serves yet.
    pub(crate) fn unserved(now: DateTime<Utc>) -> Self {
        let world = Self(Arc::default());
        world.set_now(now);
        world
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, WorldState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The simulated time.
    pub fn now(&self) -> DateTime<Utc> {
        self.lock().chronicle.now()
    }

    /// Sets the simulated time, in whole milliseconds. An event changed afterwards gets this time as `updated`, or a
    /// millisecond more than the change before, whichever is later.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.lock().chronicle.standing = Some(now);
    }

    /// Moves the simulated time.
    pub fn advance(&self, by: Duration) {
        if let Some(now) = self.now().checked_add_signed(by) {
            self.set_now(now);
        }
    }

    /// The next change comes in the same millisecond as the last one: both get the same `updated`, and different etags.
    /// It is a violation if time has gone by since the last change, or if no other change follows.
    pub fn date_next_change_like_the_last(&self) {
        self.lock().chronicle.is_next_simultaneous = true;
    }

    /// Lets the simulated time follow the real time from now on, for a world that somebody looks at. Otherwise, and
    /// again after [`World::set_now`], it stands still between the calls that move it.
    pub fn follow_real_time(&self) {
        self.lock().chronicle.standing = None;
    }

    /// The base URL of Google Calendar (`/calendar/v3/…`), Google Sheets (`/v4/spreadsheets/…`) and `/token`, without a
    /// slash at its end.
    pub fn google_url(&self) -> String {
        self.lock().urls.google.clone()
    }

    /// The URL that forms are posted to.
    pub fn byroapi_url(&self) -> String {
        self.lock().urls.byroapi.clone()
    }

    /// The endpoint URL of SSM, without a slash at its end.
    pub fn ssm_url(&self) -> String {
        self.lock().urls.ssm.clone()
    }

    /// The endpoint URL of EventBridge Scheduler, without a slash at its end.
    pub fn scheduler_url(&self) -> String {
        self.lock().urls.scheduler.clone()
    }

    /// The URL of one of this world's services for one caller, whose name the log then has: see [`Call::caller`].
    pub fn url_for(service_url: &str, caller: &str) -> String {
        let (origin, path) = match service_url.match_indices('/').nth(2) {
            Some((slash, _)) => service_url.split_at(slash),
            None => (service_url, ""),
        };
        format!("{origin}/~{caller}{path}")
    }

    /// The text of a service-account key file for this world.
    pub fn service_account_key(&self) -> String {
        oauth::key_file(&self.google_url())
    }

    /// The e-mail address of the service account: the creator of events inserted over the API.
    pub fn service_account_email(&self) -> &str {
        oauth::EMAIL
    }
}
