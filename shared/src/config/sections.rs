//! Reads the sections but for forms and people.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::reader::Reader;
use super::scalars;
use super::settings::{Aws, Calendar, CheckingRange, Colors, General, GoogleApi, RestApi};
use super::sources::Place;
use crate::google;

const KEY_PATH: &str = "google_api.service_account_key_path";
const KEY_PARAMETER: &str = "google_api.service_account_key_parameter";

impl Reader {
    pub(super) fn general(&mut self) -> General {
        General {
            log_level: self.required("general.log_level", scalars::word),
            manual_calendar_check_interval: self.interval("general.manual_calendar_check_interval"),
            storage_path: self.storage_path(),
        }
    }

    fn storage_path(&mut self) -> Option<PathBuf> {
        const KEY: &str = "general.storage_path";
        let path = PathBuf::from(self.text(KEY)?);
        if self.place == Place::Local {
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if path.file_name().is_none() {
                self.mistake(
                    KEY,
                    format!("{} names no file; allowed: a file in an existing directory, or null", path.display()),
                );
            } else if !directory.is_dir() {
                let directory = directory.display();
                self.mistake(
                    KEY,
                    format!("{directory} is not a directory; allowed: a file in an existing directory, or null"),
                );
            }
        }
        Some(path)
    }

    pub(super) fn google_api(&mut self) -> GoogleApi {
        let path = self.text(KEY_PATH).map(PathBuf::from);
        let parameter = self.text(KEY_PARAMETER);
        let endpoint = self.value("google_api.endpoint", scalars::google_endpoint);
        let key = match (self.place, &path, &parameter) {
            (_, Some(_), Some(_)) => {
                let message = format!(
                    "given together with {KEY_PARAMETER}; \
                     allowed: one of them, the path locally, the parameter on AWS"
                );
                self.mistake(KEY_PATH, message);
                None
            }
            (Place::Aws, _, None) => {
                self.mistake(KEY_PARAMETER, "not given; on AWS it must name the SSM parameter that holds the key");
                None
            }
            (Place::Local, None, Some(_)) => {
                self.warn(format!(
                    "{KEY_PARAMETER} has an effect on AWS only; locally the key is read from {KEY_PATH}"
                ));
                None
            }
            (Place::Local, Some(path), None) => self.service_account_key(path),
            (Place::Local, None, None) | (Place::Aws, None, Some(_)) => None,
        };
        GoogleApi {
            service_account_key_path: path,
            service_account_key: key,
            service_account_key_parameter: parameter,
            endpoint: endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
        }
    }

    fn service_account_key(&mut self, path: &Path) -> Option<SecretString> {
        let read = fs::read_to_string(path).map_err(|error| format!("the key file cannot be read: {error}"));
        let checked = read.map(SecretString::from).and_then(|key| match google::check_key(&key) {
            Ok(()) => Ok(key),
            Err(error) => Err(error.to_string()),
        });
        checked.map_err(|problem| self.mistake(KEY_PATH, format!("{}: {problem}", path.display()))).ok()
    }

    pub(super) fn calendar(&mut self) -> Calendar {
        self.value("calendar.date_format", scalars::calendar_date_format);
        Calendar {
            colors: Colors {
                unapproved: self.required("calendar.colors.unapproved", scalars::color),
                approved: self.required("calendar.colors.approved", scalars::color),
            },
            checking_range: self.checking_range(),
            timed_events: self.required("calendar.timed_events", scalars::word),
        }
    }

    fn checking_range(&mut self) -> CheckingRange {
        let min = self.value("calendar.checking_range.min", scalars::shift);
        let max = self.value("calendar.checking_range.max", scalars::shift);
        if let (Some(min), Some(max)) = (min, max) {
            // Months differ in length, but not so much that another day would give another order in earnest.
            let now = DateTime::<Utc>::UNIX_EPOCH;
            if min.apply(now) >= max.apply(now) {
                self.mistake(
                    "calendar.checking_range.max",
                    "not after calendar.checking_range.min; allowed: a later time",
                );
            }
        }
        CheckingRange { min: min.unwrap_or_default(), max: max.unwrap_or_default() }
    }

    pub(super) fn rest_api(&mut self) -> RestApi {
        const ADDR: &str = "rest_api.addr";
        let addr = self.text(ADDR).unwrap_or_default();
        if addr.chars().any(char::is_whitespace) {
            self.mistake(ADDR, "white space; allowed: the name or address of this host, without a port");
        }
        RestApi { addr, port: self.required("rest_api.port", scalars::port), api_key: self.secret("rest_api.api_key") }
    }

    pub(super) fn aws(&mut self) -> Aws {
        Aws {
            table: self.text("aws.table").unwrap_or_default(),
            schedule_group: self.text("aws.schedule_group"),
            scheduler_role_arn: self.text("aws.scheduler_role_arn"),
            dead_letter_queue_arn: self.text("aws.dead_letter_queue_arn"),
        }
    }
}
