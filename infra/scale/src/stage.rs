//! Where a day is played: so many offices in a spreadsheet, a table, a schedule group with the schedule of the template.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use chrono::{DateTime, Utc};
use moffman::app::{Moffman, Surroundings};
use moffman::clock::{Clock, Randomness};
use moffman::config::{Place, Sources, load};
use moffman::store::Store;
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, World};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::Trouble;
use crate::time::{Latency, Time};

pub(crate) const GROUP: &str = "moffman-sweeps";
pub(crate) const FUNCTION: &str = "arn:aws:lambda:eu-central-1:000000000000:function:moffman-sweeper";
const ROLE: &str = "arn:aws:iam::000000000000:role/moffman-scheduler";
/// The one who adds days by hand.
pub(crate) const PERSON: &str = "ada@example.com";
const SHEET: &str = "offices";

/// The world and what every invocation needs.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) scheduler: aws_sdk_scheduler::Client,
    store: Store,
    transport: Transport,
    settings: tempfile::NamedTempFile,
}

impl Stage {
    pub(crate) async fn set(now: DateTime<Utc>, offices: usize) -> Result<Self, Trouble> {
        let world = World::start(now).await?;
        let mut rows = vec![vec![json!("Office"), json!("Calendar")]];
        for n in 0..offices {
            world.add_calendar(&calendar(n), CalendarOptions { subscribed: true, ..CalendarOptions::default() });
            rows.push(vec![json!(format!("Office {n}")), json!(calendar(n))]);
        }
        world.set_sheet(SHEET, "Offices", rows);
        let transport = Transport::new()?;
        let store = store(&world.serve_dynamodb().await?, &transport);
        store.create_table().await?;
        let settings = tempfile::NamedTempFile::with_suffix(".json")?;
        std::fs::write(settings.path(), configuration(&world).to_string())?;
        make_group(&world);
        Latency::of(&world);
        Ok(Self { scheduler: scheduler(&world, &transport), world, store, transport, settings })
    }

    /// A function that has just started, which remembers nothing: the most expensive one.
    pub(crate) fn process(&self) -> Result<Moffman, Trouble> {
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sources = Sources {
            file: Some(self.settings.path().to_owned()),
            environment: vec![variable("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PARAMETER", "/moffman/key")],
            options: Vec::new(),
            place: Place::Aws,
        };
        Ok(Moffman::new(Surroundings {
            settings: load(&sources)?,
            google_key: SecretString::from(self.world.service_account_key()),
            forms_authorization: None,
            store: self.store.clone(),
            transport: self.transport.clone(),
            clock: Clock::new(Time(self.world.clone())),
            randomness: Randomness::from_seed(1),
        })?)
    }
}

/// The calendar of an office.
pub(crate) fn calendar(n: usize) -> String {
    format!("office-{n}@group.calendar.google.com")
}

fn configuration(world: &World) -> Value {
    json!({
        "google_api": {"endpoint": world.google_url()},
        "offices": {"google_config": {"sheet_id": SHEET, "update_interval": 3600}},
        "manual_users": {"user_list": [{"id": PERSON, "name": "Ada Example"}]},
        "forms": {
            "template": "Attendance",
            "url": world.byroapi_url(),
            "email": {"from": "admin@example.com", "to": "forms@example.com"},
        },
        "aws": {"schedule_group": GROUP, "scheduler_role_arn": ROLE},
    })
}

/// What the template brings.
fn make_group(world: &World) {
    world.add_schedule_group(GROUP);
    let hourly = json!({
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": FUNCTION, "RoleArn": ROLE, "Input": r#"{"task":"maintain"}"#},
    });
    world.put_schedule(GROUP, "maintain", hourly);
}

fn store(url: &str, transport: &Transport) -> Store {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url)
        .http_client(transport.aws());
    Store::new(aws_sdk_dynamodb::Client::from_conf(config.build()), "moffman")
}

fn scheduler(world: &World, transport: &Transport) -> aws_sdk_scheduler::Client {
    let config = aws_sdk_scheduler::Config::builder()
        .behavior_version(aws_sdk_scheduler::config::BehaviorVersion::latest())
        .region(aws_sdk_scheduler::config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_scheduler::config::Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(world.scheduler_url())
        .http_client(transport.aws());
    aws_sdk_scheduler::Client::from_conf(config.build())
}
