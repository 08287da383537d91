//! The handle of a test or demo on the simulated services: addresses, time, and whether all was well in the end.
//!
//! Dropping the handle does not stop the servers; they live as long as the runtime they were started on.

use crate::{
    services::dynamodb::Backend,
    services::google::oauth,
    state::{SimulatedClock, WorldState},
    wire::exchange::{Answer, Port},
    wire::serve,
    world::passage::{self, Dropped},
};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Simulated Google, Byroapi, SSM and EventBridge Scheduler over one state. Clones are handles on the same world.
#[derive(Clone)]
pub struct World(Arc<Mutex<WorldState>>);

impl World {
    /// Starts one server per service on free ports of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// When no port is to be had, or the sample key in the sources is damaged.
    pub async fn start(now: DateTime<Utc>) -> io::Result<World> {
        let world = World(Arc::new(Mutex::new(WorldState::new(now, oauth::public_key()?))));
        let google = world.listen(Port::Google).await?;
        let byroapi = world.listen(Port::Byroapi).await?;
        let ssm = world.listen(Port::Ssm).await?;
        let scheduler = world.listen(Port::Scheduler).await?;
        let mut state = world.lock();
        state.google_url = google;
        state.byroapi_url = format!("{byroapi}/api/v1/form");
        state.ssm_url = ssm;
        state.scheduler_url = scheduler;
        drop(state);
        Ok(world)
    }

    /// Serves DynamoDB, in memory and without tables, as one of this world's services; answers its endpoint URL.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn serve_dynamodb(&self) -> io::Result<String> {
        let backend = Backend::start().await?;
        let world = self.clone();
        let connections = self.lock().connections.clone();
        let address = serve::listen(&connections, move |parts, body| {
            let (world, backend) = (world.clone(), backend.clone());
            async move {
                let request = world.received(Port::DynamoDb, &parts, body);
                passage::pass(&world, &request, Some(&backend)).await
            }
        })
        .await?;
        Ok(format!("http://{address}"))
    }

    /// The URL of one of this world's services for a caller who is to be told apart: see [`Call::caller`](crate::Call).
    pub fn url_for(service_url: &str, caller: &str) -> String {
        let (origin, path) = match service_url.match_indices('/').nth(2) {
            Some((slash, _)) => service_url.split_at(slash),
            None => (service_url, ""),
        };
        format!("{origin}/~{caller}{path}")
    }

    async fn listen(&self, listener: Port) -> io::Result<String> {
        let world = self.clone();
        let connections = self.lock().connections.clone();
        let address = serve::listen(&connections, move |parts, body| {
            let world = world.clone();
            async move { passage::pass(&world, &world.received(listener, &parts, body), None).await }
        })
        .await?;
        Ok(format!("http://{address}"))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, WorldState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The simulated time.
    pub fn now(&self) -> DateTime<Utc> {
        self.lock().now()
    }

    /// Sets the simulated time, in whole milliseconds. An event changed afterwards gets this time as `updated`, or a
    /// millisecond more than the change before, whichever is later.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.lock().clock = SimulatedClock::Standing(now.trunc_subsecs(3));
    }

    /// Moves the simulated time.
    pub fn advance(&self, by: Duration) {
        if let Some(now) = self.now().checked_add_signed(by) {
            self.set_now(now);
        }
    }

    /// The next change comes within the millisecond of the last one: both get the same `updated`, and etags of their own. A
    /// violation where time has gone by since, or nothing changes any more.
    pub fn date_next_change_like_the_last(&self) {
        self.lock().is_next_simultaneous = true;
    }

    /// From now on the simulated time is the real time, for a world that somebody looks at. Without this, or after
    /// [`World::set_now`], it stands still between the calls that move it.
    pub fn follow_real_time(&self) {
        self.lock().clock = SimulatedClock::Running;
    }

    /// The base URL of Google Calendar (`/calendar/v3/…`), Google Sheets (`/v4/spreadsheets/…`) and `/token`, without a
    /// slash at its end.
    pub fn google_url(&self) -> String {
        self.lock().google_url.clone()
    }

    /// The URL that forms are posted to.
    pub fn byroapi_url(&self) -> String {
        self.lock().byroapi_url.clone()
    }

    /// The endpoint URL of SSM, without a slash at its end.
    pub fn ssm_url(&self) -> String {
        self.lock().ssm_url.clone()
    }

    /// The endpoint URL of EventBridge Scheduler, without a slash at its end.
    pub fn scheduler_url(&self) -> String {
        self.lock().scheduler_url.clone()
    }

    /// The text of a service-account key file for this world.
    pub fn service_account_key(&self) -> String {
        oauth::key_file(&self.google_url())
    }

    /// The e-mail address of the service account: the creator of events inserted over the API.
    pub fn service_account_email(&self) -> &str {
        oauth::EMAIL
    }

    /// What the services were asked that the real ones would refuse, or answered that the real ones would not, and what
    /// persons were told to do that cannot be done.
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// Forgets the violations so far and returns them, for a test that expects them.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().violations)
    }

    /// Whether all was well: no violations, no unused faults, no unused hooks, no minute beyond Google's quota.
    ///
    /// # Errors
    /// The text lists everything that was not.
    pub fn finish(&self) -> Result<(), String> {
        let mut left = Vec::new();
        left.extend(self.violations().into_iter().map(|text| format!("violation: {text}")));
        left.extend(self.unused_faults().into_iter().map(|text| format!("unused fault: {text}")));
        left.extend(self.unused_hooks().into_iter().map(|text| format!("unused hook: {text}")));
        left.extend(self.lock().quota.excess());
        if self.lock().is_next_simultaneous {
            left.push("no change that was to be dated like the last one".to_owned());
        }
        if left.is_empty() { Ok(()) } else { Err(left.join("\n")) }
    }

    /// How many requests hang at this moment.
    pub fn hanging(&self) -> usize {
        self.lock().hanging
    }

    /// Calls `react` whenever a request starts to hang; typically it moves the clock of the code under test.
    pub fn when_hanging(&self, react: impl Fn(&World) + Send + Sync + 'static) {
        self.lock().on_hang = Some(Arc::new(react));
    }

    /// Never answers; ends when the client gives up and the connection's task is dropped.
    pub(crate) async fn hang(&self) -> Result<Answer, Dropped> {
        let _counted = Hanging::new(self);
        let react = self.lock().on_hang.clone();
        if let Some(react) = react {
            react(self);
        }
        std::future::pending().await
    }
}

/// Counts a hanging request for as long as it lives.
struct Hanging<'a>(&'a World);

impl<'a> Hanging<'a> {
    fn new(world: &'a World) -> Self {
        world.lock().hanging += 1;
        Self(world)
    }
}

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        self.0.lock().hanging -= 1;
    }
}
