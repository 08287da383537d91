//! What a test of the clients works with: a world, a table for the token, and a clock that is the world's.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moffman::byroapi::{Byroapi, ByroapiOptions};
use moffman::clock::{Clock, Randomness, TimeSource, Wait};
use moffman::domain::calendar_id::CalendarId;
use moffman::google::{Budget, GoogleCalendar, GoogleClient, GoogleKey, GoogleOptions};
use moffman::store::Store;
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, World};
use moffman_testbed::dynamodb;
use secrecy::SecretString;
use tokio::sync::Notify;

/// The calendar of most tests. Its id has characters that a URL must not have.
pub const CALENDAR: &str = "brno/2#ž @group.calendar.example.com";

/// [`CALENDAR`], as the clients want it.
pub fn calendar() -> CalendarId {
    CALENDAR.into()
}

pub struct Bench {
    pub world: World,
    pub transport: Transport,
    pub store: Store,
    pub clock: Clock,
    pub google: GoogleClient,
    pub budget: Budget,
    calendar: CalendarId,
}

impl Bench {
    /// A world with [`CALENDAR`], and a client that has not called anybody yet.
    pub async fn new() -> Self {
        let bench = Self::without_table().await;
        bench.store.create_table().await.unwrap();
        bench
    }

    /// The table does not exist: whatever is asked of the store fails.
    pub async fn without_table() -> Self {
        let world = World::start("2026-06-10T08:00:00Z".parse().unwrap()).await.unwrap();
        world.add_calendar(CALENDAR, CalendarOptions::default());
        let hang = Arc::new(Notify::new());
        let hanging = hang.clone();
        world.when_hanging(move |_| hanging.notify_one());
        let clock = Clock::new(WorldTime { world: world.clone(), hang });
        let transport = Transport::new().unwrap();
        let dynamodb = dynamodb(world.serve_dynamodb().await.unwrap(), &transport);
        let store = moffman_testbed::store(dynamodb.retry_config(Transport::aws_retries()));
        let options = GoogleOptions {
            key: SecretString::from(world.service_account_key()).into(),
            endpoint: Some(&world.google_url()),
            transport: &transport,
            store: store.clone(),
            clock: clock.clone(),
            randomness: Randomness::from_seed(1),
        };
        let google = GoogleClient::new(options).unwrap();
        Self { world, transport, store, clock, google, budget: Budget::default(), calendar: calendar() }
    }

    /// [`CALENDAR`], for calls of the client.
    pub fn at_google(&self) -> GoogleCalendar<'_> {
        GoogleCalendar::new(&self.google, &self.budget, &self.calendar)
    }

    /// A client as another process has it: with the same table and an empty memory.
    pub fn another_client(&self) -> GoogleClient {
        self.client_with(SecretString::from(self.world.service_account_key()).into())
    }

    /// A client with this key.
    pub fn client_with(&self, key: GoogleKey) -> GoogleClient {
        GoogleClient::new(GoogleOptions {
            key,
            endpoint: Some(&self.world.google_url()),
            transport: &self.transport,
            store: self.store.clone(),
            clock: self.clock.clone(),
            randomness: Randomness::from_seed(1),
        })
        .unwrap()
    }

    pub fn byroapi(&self, authorization: Option<&str>) -> Byroapi {
        let authorization = authorization.map(SecretString::from);
        Byroapi::new(ByroapiOptions {
            url: &self.world.byroapi_url(),
            authorization: authorization.as_ref(),
            timeout: Duration::from_secs(15),
            transport: &self.transport,
            clock: self.clock.clone(),
        })
        .unwrap()
    }

    /// Nothing that no real service would take, and no fault left over.
    #[track_caller]
    pub fn finish(self) {
        assert_eq!(self.world.finish(), Ok(()));
    }
}

/// The world's time: a pause moves it, and a request that hangs lets a timeout pass.
struct WorldTime {
    world: World,
    hang: Arc<Notify>,
}

impl TimeSource for WorldTime {
    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    fn elapsed(&self) -> Duration {
        (self.world.now() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }

    fn pause(&self, duration: Duration) -> Wait {
        self.world.advance(chrono::Duration::from_std(duration).unwrap());
        Box::pin(std::future::ready(()))
    }

    fn expire(&self, duration: Duration) -> Wait {
        let (world, hang) = (self.world.clone(), self.hang.clone());
        Box::pin(async move {
            hang.notified().await;
            world.advance(chrono::Duration::from_std(duration).unwrap());
        })
    }
}
