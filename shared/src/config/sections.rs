//! The methods of [`Reader`] that read the sections, except the lists of people and offices, and what callers may do.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use super::reader::Reader;
use super::scalars;
use super::settings::{Aws, Calendar, CheckingRange, Colors, Forms, General, GoogleApi};
use super::sources::Place;
use crate::domain::letter::{FormEmail, Letter, Recipients};
use crate::google;

const KEY_PATH: &str = "google_api.service_account_key_path";
const KEY_PARAMETER: &str = "google_api.service_account_key_parameter";

impl Reader<'_> {
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
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let problem = match self.place {
            Place::Local if path.file_name().is_none() => format!("{} names no file", path.display()),
            Place::Local if !directory.is_dir() => format!("{} is not a directory", directory.display()),
            _ => return Some(path),
        };
        self.mistake(KEY, format!("{problem}; allowed: a file in an existing directory, or null"));
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
        let checked = read.map(SecretString::from).and_then(|key| {
            google::check_key(&key).map_err(|error| error.to_string())?;
            Ok(key)
        });
        checked.map_err(|problem| self.mistake(KEY_PATH, format!("{}: {problem}", path.display()))).ok()
    }

    pub(super) fn forms(&mut self) -> Forms {
        let from = self.value("forms.email.from", scalars::recipients);
        let to = self.value("forms.email.to", scalars::recipients);
        let template = self.text("forms.template");
        let url = self.value("forms.url", scalars::url);
        self.check_userinfo(url.as_deref());
        let letter = Letter {
            template,
            date_format: self.required("forms.date_format", scalars::date_format),
            attachment_date_format: self.required("forms.attachment_date_format", scalars::date_format),
            end_date_corrective: self.required("calendar.end_date_corrective", scalars::shift),
            cc_to_creator: self.required("forms.cc_to_creator", scalars::flag),
            email: FormEmail {
                from: from.clone().unwrap_or_default(),
                to: to.clone().unwrap_or_default(),
                cc: self.required("forms.email.cc", scalars::recipients),
                subject: self.required("forms.email.subject", scalars::template),
                contents: self.required("forms.email.contents", scalars::template),
                attachments: self.value("forms.email.attachments", scalars::template),
            },
        };
        let forms = Forms {
            url,
            letter,
            timeout: self.required("forms.timeout", scalars::timeout),
            on_unknown_outcome: self.required("forms.on_unknown_outcome", scalars::word),
            authorization: self.value("forms.authorization", scalars::secret),
            authorization_parameter: self.text("forms.authorization_parameter"),
        };
        match (&forms.letter.template, &forms.url) {
            (Some(_), Some(_)) => {
                self.check_not_empty("forms.email.from", from);
                self.check_not_empty("forms.email.to", to);
            }
            (Some(_), None) => self.half_a_switch("forms.template", "forms.url"),
            (None, Some(_)) => self.half_a_switch("forms.url", "forms.template"),
            (None, None) => {}
        }
        self.check_authorization(&forms);
        forms
    }

    /// Reports a password in the address, because many may read a function's configuration.
    fn check_userinfo(&mut self, url: Option<&str>) {
        let url = url.and_then(|url| Url::parse(url).ok()).filter(|_| self.place == Place::Aws);
        if url.is_some_and(|url| !url.username().is_empty() || url.password().is_some()) {
            self.mistake(
                "forms.url",
                "a user or a password is not for AWS; allowed: an address without them, and the Authorization header in the \
                 template's parameter FormsAuthorizationParameter",
            );
        }
    }

    /// Reports an empty list: Byroapi answers 500 without a sender, and 200 without a recipient although it sends
    /// nothing.
    fn check_not_empty(&mut self, path: &str, recipients: Option<Recipients>) {
        if recipients.is_some_and(|recipients| recipients.is_empty()) {
            self.mistake(path, "empty while forms are on; allowed: at least one e-mail address");
        }
    }

    fn half_a_switch(&mut self, given: &str, missing: &str) {
        self.warn(format!("{given} is set but {missing} is not: events are approved without a form"));
    }

    fn check_authorization(&mut self, forms: &Forms) {
        const PARAMETER: &str = "forms.authorization_parameter";
        match (&forms.authorization, &forms.authorization_parameter) {
            (Some(_), Some(_)) => {
                self.mistake(PARAMETER, "given together with forms.authorization; allowed: one of them");
            }
            (Some(_), None) if self.place == Place::Aws => {
                self.mistake(
                    "forms.authorization",
                    "not for AWS; allowed: put the header into an SSM SecureString and give its name as the template's \
                     parameter FormsAuthorizationParameter",
                );
            }
            (None, Some(_)) if self.place == Place::Local => {
                self.warn(format!(
                    "{PARAMETER} has an effect on AWS only; locally the header is read from forms.authorization"
                ));
            }
            _ => {}
        }
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
            // Months differ in length, but hardly any shifts change their order with the day on which they begin.
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

    pub(super) fn aws(&mut self) -> Aws {
        Aws {
            table: self.text("aws.table").unwrap_or_default(),
            schedule_group: self.text("aws.schedule_group"),
            scheduler_role_arn: self.text("aws.scheduler_role_arn"),
            dead_letter_queue_arn: self.text("aws.dead_letter_queue_arn"),
        }
    }
}
