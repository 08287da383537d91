//! The world in which a function is tested: two offices, one manual user, a sheet, a table of its own.

use chrono::Utc;
use moffman::app::{Moffman, Surroundings};
use moffman::clock::Randomness;
use moffman::config::{Place, Sources};
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, DynamoDb, World};
use moffman_testbed::Testbed;
use serde_json::{Value, json};

use crate::time::Time;

pub const PRAGUE: &str = "prague@group.calendar.google.com";
pub const BRNO: &str = "brno@group.calendar.google.com";
pub const ANNA: &str = "Anna@example.com";
pub const SHEET: &str = "1a2b3c";

pub struct Stage {
    pub world: World,
    pub dynamodb: DynamoDb,
    testbed: Testbed,
    /// What the configuration file has.
    pub settings: Value,
}

impl Stage {
    pub async fn set() -> Self {
        let world = World::start(Utc::now()).await.unwrap();
        world.add_calendar(PRAGUE, CalendarOptions::default());
        world.add_calendar(BRNO, CalendarOptions::default());
        world.set_sheet(
            SHEET,
            "Offices",
            vec![vec![json!("Name"), json!("Calendar")], vec![json!("brno"), json!(BRNO)]],
        );
        world.set_secure_parameter("/moffman/key", &world.service_account_key());
        let dynamodb = DynamoDb::start().await.unwrap();
        let settings = settings(&world);
        let url = dynamodb.url().to_owned();
        let testbed = Testbed::over(world.clone(), url, Transport::new().unwrap()).unwrap();
        Self { world, dynamodb, testbed, settings }
    }

    /// Makes the table.
    pub async fn make_table(&self) {
        self.testbed.store.create_table().await.unwrap();
    }

    /// The service in this process.
    pub fn app(&self, time: Time) -> Moffman {
        let (file, environment, options) = (Some(self.settings_file()), Vec::new(), Vec::new());
        let sources = Sources { file, environment, options, place: Place::Local };
        let surroundings = self.testbed.surroundings(&sources, time).unwrap_or_else(|errors| panic!("{errors}"));
        Moffman::new(Surroundings { randomness: Randomness::from_seed(7), ..surroundings }).unwrap()
    }

    /// The configuration file.
    pub fn settings_file(&self) -> std::path::PathBuf {
        self.file("moffman.yaml", &self.settings.to_string())
    }

    /// The address of the service account.
    pub fn account(&self) -> String {
        let key: serde_json::Value = serde_json::from_str(&self.world.service_account_key()).unwrap();
        key["client_email"].as_str().unwrap().to_owned()
    }

    /// A file in this test's own folder.
    pub fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        self.testbed.file(name, text).unwrap()
    }
}

/// Prague is configured, Brno is in the sheet and forms are on.
fn settings(world: &World) -> Value {
    json!({
        "google_api": {"endpoint": world.google_url()},
        "offices": {
            "office_list": [{"name": "prague", "id": PRAGUE}],
            "google_config": {"sheet_id": SHEET, "range": "Offices!A2:B"},
        },
        "manual_users": {"user_list": [{"id": ANNA, "name": "Anna Nová"}]},
        "forms": {
            "template": "Attendance",
            "url": world.byroapi_url(),
            "email": {"from": {"admin@example.com": "Moffman"}, "to": "forms@example.com"},
        },
    })
}

/// Every test ends by asking the simulated services whether all was well.
impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.world.finish(), Ok(()));
        }
    }
}
