//! Where a schedule plays: offices, manual users, one table, and processes that come and go.

use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use moffman::app::{Moffman, Surroundings};
use moffman::clock::{Clock, Randomness};
use moffman::config::{Place, Sources, load};
use moffman::store::Store;
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, World};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::cast::{CALENDARS, PEOPLE, office};
use crate::sheet::{self, Rows};
use crate::time::WorldTime;
use crate::wire::{PersonDays, key};

/// The table of all processes.
const TABLE: &str = "moffman";

/// What may go wrong while a stage is set; none of it is a finding.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// What stays the same for a whole schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own, and all go together")]
pub struct Manner {
    /// Forms with an unknown outcome wait for a person.
    pub hold: bool,
    /// Byroapi seldom says what became of a form.
    pub murky: bool,
    /// Most offices and people are in a spreadsheet.
    pub sheet: bool,
    /// A window of more than a year; otherwise the weeks around today.
    pub wide: bool,
    /// How many events a page has at most.
    pub page_size: Option<usize>,
}

impl Manner {
    /// The plainest one.
    pub fn plain(hold: bool) -> Self {
        Self { hold, murky: false, sheet: false, wide: true, page_size: None }
    }

    /// The window of a sweep, in weeks from today.
    pub fn window(&self) -> (i64, i64) {
        if self.wide { (-8, 60) } else { (-1, 2) }
    }

    /// Draws one.
    pub fn draw(random: &mut fastrand::Rng) -> Self {
        let page_size = random.bool().then(|| random.usize(1..4));
        Self { hold: random.bool(), murky: random.u8(..5) == 0, sheet: random.bool(), wide: random.bool(), page_size }
    }
}

/// What is still to be done, as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWork {
    /// The sort key.
    pub name: String,
    /// Whether it is a copy that a person ordered; otherwise an event asks.
    pub is_copy: bool,
    /// Whether its event is gone, or has left it behind.
    pub is_gone: bool,
    /// The form that it asks for, or asked for.
    pub form: PersonDays,
}

/// The world, its table and its time.
pub struct Stage {
    /// The simulated services.
    pub world: World,
    /// Their time.
    pub time: WorldTime,
    dynamodb_url: String,
    /// All processes reach the table with these: their TLS takes longer to set up than most of what a process does.
    connections: Transport,
    settings: tempfile::NamedTempFile,
    processes: u64,
    seed: u64,
}

impl Stage {
    /// Sets the stage.
    pub async fn set(seed: u64, manner: &Manner) -> Result<Self, Trouble> {
        let start: DateTime<Utc> = "2026-06-15T08:00:00Z".parse()?;
        let world = World::start(start).await?;
        for calendar in CALENDARS {
            world.add_calendar(calendar, CalendarOptions::default());
        }
        if let Some(events) = manner.page_size {
            world.set_page_size(events);
        }
        sheet::write(&world, Rows::Complete);
        let dynamodb_url = world.serve_dynamodb().await?;
        let settings = tempfile::NamedTempFile::with_suffix(".json")?;
        std::fs::write(settings.path(), configuration(&world, manner).to_string())?;
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

    /// The open records of all calendars, of copies and of forms that were left behind, as they lie in the table. Nobody may direct the calls meanwhile.
    pub async fn open_records(&self) -> Result<Vec<OpenWork>, Trouble> {
        let mut items = self.client("setup").scan().table_name(TABLE).into_paginator().items().send();
        let mut open = Vec::new();
        while let Some(item) = items.next().await.transpose()? {
            let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
            let name = text("sk");
            let is_copy = name.starts_with("copy#");
            let is_left = name.starts_with("left#");
            let is_gone = is_left || item.get("gone").is_some_and(|gone| *gone == AttributeValue::Bool(true));
            let form = key(&text("person"), &text("days")).filter(|_| is_copy || is_left || name.starts_with("open#"));
            open.extend(form.map(|form| OpenWork { name, is_copy, is_gone, form }));
        }
        Ok(open)
    }

    fn store(&self, caller: &str) -> Store {
        Store::new(self.client(caller), TABLE)
    }

    fn client(&self, caller: &str) -> Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(World::url_for(&self.dynamodb_url, caller))
            .http_client(self.connections.aws())
            // The SDK's pauses are real time; the faults meet the library's own repetitions.
            .retry_config(RetryConfig::disabled())
            .build();
        Client::from_conf(config)
    }
}

/// A calendar's id as the configuration has it.
fn spelled(calendar: &str) -> String {
    if calendar == CALENDARS[0] { calendar.to_uppercase() } else { calendar.to_owned() }
}

fn configuration(world: &World, manner: &Manner) -> Value {
    let inside = if manner.sheet { 1 } else { CALENDARS.len() };
    let offices: Vec<_> =
        CALENDARS.iter().map(|id| json!({"name": office(id), "id": spelled(id)})).take(inside).collect();
    let users: Vec<_> = PEOPLE.iter().map(|(id, name)| json!({"id": id, "name": name})).take(inside).collect();
    let source = manner.sheet.then(|| json!({"sheet_id": sheet::ID}));
    let (before, after) = manner.window();
    json!({
        "offices": {"office_list": offices, "google_config": source},
        "manual_users": {"user_list": users, "google_config": source},
        "calendar": {"checking_range": {"min": {"weeks": before}, "max": {"weeks": after}}},
        "forms": {
            "template": "Attendance",
            "url": world.byroapi_url(),
            "date_format": "YYYY-MM-DD",
            "on_unknown_outcome": if manner.hold { "hold" } else { "resend" },
            "email": {"from": "admin@example.com", "to": "forms@example.com"},
        },
    })
}
