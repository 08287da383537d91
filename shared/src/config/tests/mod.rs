//! The configuration as a whole: files, variables and options in, settings or one message out.

mod access;
mod compatibility;
mod mistakes;
mod sources;
mod values;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDate;

use super::*;
use crate::domain::template::Placeholder;

const PEM: &str = include_str!("../../../../infra/simulators/data/simulator-service-account-key.pem");

const FORMS_ON: &str = "
forms:
  template: T
  url: http://byroapi.example.com/form
  email: {from: {moffman@example.com: Moffman}, to: forms@example.com}
";

/// A folder with a configuration file, and the other sources.
struct Case {
    folder: tempfile::TempDir,
    sources: Sources,
}

impl Case {
    fn new(file: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("moffman.yaml");
        fs::write(&path, file).unwrap();
        let sources = Sources { file: Some(path), ..nothing() };
        Self { folder, sources }
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        self.sources.options.push((name.to_owned(), value.to_owned()));
        self
    }

    fn on_aws(mut self) -> Self {
        self.sources.place = Place::Aws;
        self
    }

    fn settings(&self) -> Settings {
        load(&self.sources).unwrap_or_else(|errors| panic!("{errors}"))
    }

    /// The message, without the name of the temporary folder and the line at its end that names the page.
    fn mistakes(&self) -> String {
        let message = load(&self.sources).expect_err("the configuration was accepted").to_string();
        let (mistakes, end) = message.rsplit_once('\n').unwrap();
        assert_eq!(end, "infra/config/README.md explains every key");
        mistakes.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn nothing() -> Sources {
    Sources { file: None, environment: Vec::new(), options: Vec::new(), place: Place::Local }
}

fn key_file(folder: &Path) -> PathBuf {
    let key = serde_json::json!({
        "type": "service_account", "client_email": "moffman@example.com", "private_key": PEM,
        "token_uri": "http://127.0.0.1:1/token",
    });
    let path = folder.join("key.json");
    fs::write(&path, key.to_string()).unwrap();
    path
}

#[test]
fn without_any_source_the_defaults_count() {
    let settings = load(&nothing()).unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 6, 18).unwrap();
    assert_eq!(settings.general.log_level, LogLevel::Info);
    assert_eq!(settings.general.manual_calendar_check_interval, Some(Duration::from_hours(2)));
    assert_eq!(settings.general.storage_path.as_deref(), Some(Path::new("moffman_store.dbm")));
    assert!(settings.google_api.service_account_key.is_none() && settings.google_api.endpoint.is_none());
    assert!(settings.manual_users.user_list.is_empty() && settings.manual_users.google_config.is_none());
    assert_eq!(settings.manual_users.on_change, OnChange::Reissue);
    assert!(settings.offices.office_list.is_empty() && settings.offices.google_config.is_none());
    assert_eq!(settings.forms.target(), None);
    assert_eq!(settings.forms.letter.date_format.format(day), "18.06.2026");
    assert_eq!(settings.forms.letter.attachment_date_format.format(day), "2026-06-18");
    assert!(settings.forms.letter.cc_to_creator && settings.forms.letter.email.cc.is_empty());
    assert!(settings.forms.letter.email.attachments.is_none());
    assert_eq!(settings.forms.timeout, Duration::from_secs(15));
    assert_eq!(settings.forms.on_unknown_outcome, OnUnknownOutcome::Resend);
    assert_eq!(settings.calendar.colors, Colors { unapproved: 4, approved: 5 });
    let CheckingRange { min, max } = settings.calendar.checking_range;
    assert_eq!(min.apply_date(day).unwrap().to_string(), "2026-06-11");
    assert_eq!(max.apply_date(day).unwrap().to_string(), "2026-07-02");
    assert_eq!(settings.forms.letter.end_date_corrective.apply_date(day).unwrap().to_string(), "2026-06-17");
    assert_eq!(settings.calendar.timed_events, TimedEvents::Accept);
    assert_eq!((settings.rest_api.addr.as_str(), settings.rest_api.port), ("127.0.0.1", 8080));
    assert!(settings.rest_api.keys.is_empty());
    assert_eq!(settings.aws.table, "moffman");
    assert!(settings.warnings.is_empty());
}
