//! Where a schedule plays: three offices, three manual users, one table, and processes that come and go.

use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use chrono::{DateTime, Utc};
use moffman::app::{Moffman, Surroundings};
use moffman::clock::{Clock, Randomness};
use moffman::config::{Place, Sources, load};
use moffman::store::Store;
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, World};
use secrecy::SecretString;
use serde_json::json;

use crate::time::WorldTime;

/// The calendars of the offices.
pub const CALENDARS: [&str; 3] =
    ["prague@group.calendar.google.com", "brno@group.calendar.google.com", "pisek@group.calendar.google.com"];
/// The manual users: address and name.
pub const PEOPLE: [(&str, &str); 3] = [
    ("anna@example.com", "Anna Example"),
    ("boris@example.com", "Boris Example"),
    ("dana@example.com", "Dana Example"),
];

/// What may go wrong while a stage is set; none of it is a finding.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// The world, its table and its time.
pub struct Stage {
    /// The simulated services.
    pub world: World,
    /// The time of all processes.
    pub time: WorldTime,
    dynamodb_url: String,
    /// All processes reach the table with these: their TLS takes longer to set up than most of what a process does.
    connections: Transport,
    settings: tempfile::NamedTempFile,
    processes: u64,
    seed: u64,
}

impl Stage {
    /// Sets the stage; `hold` is the policy for unknown outcomes.
    pub async fn set(seed: u64, hold: bool) -> Result<Self, Trouble> {
        let start: DateTime<Utc> = "2026-06-15T08:00:00Z".parse()?;
        let world = World::start(start).await?;
        for calendar in CALENDARS {
            world.add_calendar(calendar, CalendarOptions::default());
        }
        let dynamodb_url = world.serve_dynamodb().await?;
        let settings = tempfile::NamedTempFile::with_suffix(".json")?;
        let offices: Vec<_> = CALENDARS.iter().map(|id| json!({"name": id.split('@').next(), "id": id})).collect();
        let users: Vec<_> = PEOPLE.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
        let policy = if hold { "hold" } else { "resend" };
        let text = json!({
            "offices": {"office_list": offices},
            "manual_users": {"user_list": users},
            "calendar": {"checking_range": {"min": {"weeks": -8}, "max": {"weeks": 60}}},
            "forms": {
                "template": "Attendance",
                "url": world.byroapi_url(),
                "date_format": "YYYY-MM-DD",
                "on_unknown_outcome": policy,
                "email": {"from": "admin@example.com", "to": "forms@example.com"},
            },
        });
        std::fs::write(settings.path(), text.to_string())?;
        let (time, connections) = (WorldTime::new(world.clone()), Transport::new()?);
        let stage = Self { time, world, dynamodb_url, connections, settings, processes: 0, seed };
        stage.store("setup").create_table().await?;
        Ok(stage)
    }

    /// A process that has just started. Its calls carry `name`.
    pub fn process(&mut self, name: &str) -> Result<Moffman, Trouble> {
        self.processes += 1;
        let transport = Transport::new()?;
        let option = |name: &str, value: String| (format!("--{name}"), value);
        let options = vec![
            option("google-api--endpoint", World::url_for(&self.world.google_url(), name)),
            option("forms--url", World::url_for(&self.world.byroapi_url(), name)),
        ];
        let file = Some(self.settings.path().to_owned());
        let settings = load(&Sources { file, environment: Vec::new(), options, place: Place::Local })?;
        Ok(Moffman::new(Surroundings {
            settings,
            google_key: SecretString::from(self.world.service_account_key()),
            forms_authorization: None,
            store: self.store(name),
            transport,
            clock: Clock::new(self.time.clone()),
            randomness: Randomness::from_seed(self.seed.wrapping_mul(1_000).wrapping_add(self.processes)),
        })?)
    }

    fn store(&self, caller: &str) -> Store {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(World::url_for(&self.dynamodb_url, caller))
            .http_client(self.connections.aws())
            // The SDK's pauses are real time; the faults meet the library's own repetitions.
            .retry_config(RetryConfig::disabled())
            .build();
        Store::new(Client::from_conf(config), "moffman")
    }
}
