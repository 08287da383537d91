//! Where a schedule plays: offices, manual users, one table, and processes that come and go.

use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use moffman::app::{Moffman, Surroundings};
use moffman::clock::Randomness;
use moffman::config::{Place, Sources};
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, World};
use moffman_testbed::{Testbed, Trouble, WorldTime, dynamodb, store};
use serde_json::{Value, json};

use crate::cast::{CALENDARS, PEOPLE, office};
use crate::manner::Manner;
use crate::sheet::{self, Rows};
use crate::wire::{PersonDays, key};

/// Work that is open in the table.
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

/// The company whose attendance is kept: its simulated services, its table and its time.
pub struct Company {
    /// The simulated services.
    pub world: World,
    /// Their time.
    pub time: WorldTime,
    /// All processes share its connections to the table, because TLS takes long to set up.
    testbed: Testbed,
    settings: PathBuf,
    processes: u64,
    seed: u64,
}

impl Company {
    /// Sets up the offices and the table.
    pub async fn found(seed: u64, manner: &Manner) -> Result<Self, Trouble> {
        let testbed = Testbed::start("2026-06-15T08:00:00Z".parse()?).await?;
        let world = testbed.world.clone();
        for calendar in CALENDARS {
            world.add_calendar(calendar, CalendarOptions::default());
        }
        if let Some(events) = manner.page_size {
            world.set_page_size(events);
        }
        sheet::write(&world, Rows::Complete);
        let settings = testbed.file("moffman.json", &configuration(&world, manner).to_string())?;
        Ok(Self { time: WorldTime::new(world.clone()), world, testbed, settings, processes: 0, seed })
    }

    /// A process that has just started. Its calls carry `name`.
    pub fn process(&mut self, name: &str) -> Result<Moffman, Trouble> {
        self.processes += 1;
        let option = |name: &str, value: String| (format!("--{name}"), value);
        let options = vec![
            option("google-api--endpoint", World::url_for(&self.world.google_url(), name)),
            option("forms--url", World::url_for(&self.world.byroapi_url(), name)),
        ];
        let file = Some(self.settings.clone());
        let sources = Sources { file, environment: Vec::new(), options, place: Place::Local };
        let table = World::url_for(&self.testbed.dynamodb_url, name);
        Ok(Moffman::new(Surroundings {
            store: store(dynamodb(table, &self.testbed.transport)),
            transport: Transport::new()?,
            randomness: Randomness::from_seed(self.seed.wrapping_mul(1_000).wrapping_add(self.processes)),
            ..self.testbed.surroundings(&sources, self.time.clone())?
        })?)
    }

    /// The work that is open in the table: the records of all calendars, copies, and forms that were left behind. Calls
    /// must not wait at the gate meanwhile.
    pub async fn open_work(&self) -> Result<Vec<OpenWork>, Trouble> {
        let store = &self.testbed.store;
        let mut items = store.client().scan().table_name(store.table()).into_paginator().items().send();
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
