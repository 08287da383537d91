//! The world in which a function is tested: two offices, one manual user, a sheet, a table of its own.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use chrono::Utc;
use moffman::store::Store;
use moffman::transport::Transport;
use moffman_simulators::{CalendarOptions, World};
use serde_json::json;

pub const PRAGUE: &str = "prague@group.calendar.google.com";
pub const BRNO: &str = "brno@group.calendar.google.com";
pub const ANNA: &str = "Anna@example.com";
pub const SHEET: &str = "1a2b3c";

pub struct Stage {
    pub world: World,
    pub dynamodb_url: String,
    pub folder: tempfile::TempDir,
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
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dynamodb_url = format!("http://{}", listener.local_addr().unwrap());
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
        Self { world, dynamodb_url, folder: tempfile::tempdir().unwrap() }
    }

    /// A handle on the table, which exists from now on.
    pub async fn store(&self, transport: &Transport) -> Store {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.dynamodb_url)
            .http_client(transport.aws())
            .build();
        let store = Store::new(Client::from_conf(config), "moffman");
        store.create_table().await.unwrap();
        store
    }

    /// A configuration file in which Prague is configured, Brno is in the sheet and forms are on.
    pub fn settings_file(&self) -> std::path::PathBuf {
        let settings = json!({
            "google_api": {"endpoint": self.world.google_url()},
            "offices": {
                "office_list": [{"name": "prague", "id": PRAGUE}],
                "google_config": {"sheet_id": SHEET, "range": "Offices!A2:B"},
            },
            "manual_users": {"user_list": [{"id": ANNA, "name": "Anna Nová"}]},
            "forms": {
                "template": "Attendance",
                "url": self.world.byroapi_url(),
                "email": {"from": {"admin@example.com": "Moffman"}, "to": "forms@example.com"},
            },
        });
        self.file("moffman.yaml", &settings.to_string())
    }

    /// A file in this test's own folder.
    pub fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}
