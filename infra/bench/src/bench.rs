//! What a program is measured on: simulated services in this process, a table, a settings file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::app::Moffman;
use moffman::clock::{TimeSource, Wait};
use moffman::config::{Place, Sources};
use moffman_simulators::{CalendarOptions, NewEvent, World};
use moffman_testbed::{Testbed, Trouble};
use serde_json::{Value, json};

use crate::event::office;

/// The manual user.
const PERSON: &str = "eva@example.com";
/// The SSM parameter with the key of the service account.
const KEY_PARAMETER: &str = "/moffman/key";

pub(crate) struct Bench {
    pub(crate) world: World,
    testbed: Testbed,
}

impl Bench {
    /// A bench with this many offices, whose calendars are empty.
    pub(crate) async fn with_offices(offices: usize) -> Result<Self, Trouble> {
        let testbed = Testbed::start(Utc::now()).await?;
        let world = testbed.world.clone();
        world.follow_real_time();
        // Each process that is measured is a new one, and takes its burst of the quota in the same minute as the others.
        world.allow_units(u32::MAX);
        for number in 0..offices {
            let options = CalendarOptions { subscribed: true, ..CalendarOptions::default() };
            world.add_calendar(&calendar(number), options);
        }
        world.set_secure_parameter(KEY_PARAMETER, &world.service_account_key());
        let bench = Self { world, testbed };
        std::fs::write(bench.settings_file(), settings(&bench.world, offices).to_string())?;
        std::fs::write(bench.key_file(), bench.world.service_account_key())?;
        Ok(bench)
    }

    pub(crate) fn settings_file(&self) -> PathBuf {
        self.path("moffman.yaml")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.path("key.json")
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.testbed.folder.path().join(name)
    }

    /// The variables that a function has on AWS, with the endpoints of the simulated services.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.testbed.dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SSM", self.world.ssm_url()),
            ("MOFFMAN_CONFIG", self.settings_file().display().to_string()),
            ("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PARAMETER", KEY_PARAMETER.to_owned()),
        ]
    }

    /// The manual user adds `count` events to the first office's calendar, all in the window of a sweep. Each is longer
    /// than the ones before, so that each needs a form of its own.
    pub(crate) fn person_adds(&self, count: usize) {
        let start = (Utc::now() + TimeDelta::days(7)).date_naive();
        let before = self.world.events(&calendar(0)).len();
        for end in start.iter_days().skip(1 + before).take(count) {
            let event = NewEvent::new(start.to_string().as_str(), end.to_string().as_str());
            self.world.person_adds(&calendar(0), PERSON, event);
        }
    }

    /// The service in this process without Google's quota, to make a history before a measurement.
    pub(crate) fn unpaced(&self) -> Result<Moffman, Trouble> {
        let (environment, options) = (Vec::new(), Vec::new());
        let sources = Sources { file: Some(self.settings_file()), environment, options, place: Place::Local };
        Ok(Moffman::new(self.testbed.surroundings(&sources, Unpaced)?)?)
    }

    /// Fails if the services were asked what the real ones would refuse.
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        Ok(self.world.finish()?)
    }
}

fn calendar(number: usize) -> String {
    format!("office-{number}@group.calendar.example.com")
}

fn settings(world: &World, offices: usize) -> Value {
    let offices: Vec<Value> = (0..offices).map(|n| json!({"name": office(n), "id": calendar(n)})).collect();
    json!({
        "google_api": {"endpoint": world.google_url()},
        "offices": {"office_list": offices},
        "manual_users": {"user_list": [{"id": PERSON, "name": "Eva Example"}]},
        "forms": {
            "template": "Attendance",
            "url": world.byroapi_url(),
            "email": {
                "from": {"admin@example.com": "Moffman"},
                "to": "forms@example.com",
                "subject": "{user_name} {date_from} - {date_to}",
                "contents": "Approved {date_approved}",
                "attachments": "attendance_{user_name}_{date_from_attachment}.pdf",
            },
        },
    })
}

/// The real time, except that waiting for the quota takes none.
struct Unpaced;

impl TimeSource for Unpaced {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        (Utc::now() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }

    fn pause(&self, _: Duration) -> Wait {
        Box::pin(std::future::ready(()))
    }

    fn expire(&self, duration: Duration) -> Wait {
        Box::pin(tokio::time::sleep(duration))
    }
}
