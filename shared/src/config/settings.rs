//! The settings after they were checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::words::{LogLevel, OnChange, OnUnknownOutcome, TimedEvents};
use crate::domain::date_shift::DateShift;
use crate::domain::letter::Letter;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;
use crate::domain::role::Role;
use crate::domain::template::Placeholder;

/// All settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What concerns the whole service.
    pub general: General,
    /// How Google's APIs are reached.
    pub google_api: GoogleApi,
    /// People whose hand-made events are approved.
    pub manual_users: ManualUsers,
    /// Offices and their calendars.
    pub offices: Offices,
    /// Approval forms.
    pub forms: Forms,
    /// How events are read and written.
    pub calendar: Calendar,
    /// The local server, and what keys may do.
    pub rest_api: RestApi,
    /// The stack on AWS.
    pub aws: Aws,
    /// What is allowed but perhaps not meant; to be logged at start. Without secrets and personal data.
    pub warnings: Vec<String>,
}

impl Settings {
    /// Whether offices or manual users are also in a spreadsheet.
    pub fn has_sheet(&self) -> bool {
        self.offices.google_config.is_some() || self.manual_users.google_config.is_some()
    }
}

/// `general`
#[derive(Clone, Debug)]
pub struct General {
    /// The least severe messages that are logged.
    pub log_level: LogLevel,
    /// Time between sweeps; `None`: only when ordered.
    pub manual_calendar_check_interval: Option<Duration>,
    /// Where local state is kept, without the suffix `.sqlite3`; `None`: in memory. Not used on AWS.
    pub storage_path: Option<PathBuf>,
}

/// `google_api`
#[derive(Clone, Debug)]
pub struct GoogleApi {
    /// The key file, read on one machine only.
    pub service_account_key_path: Option<PathBuf>,
    /// The checked JSON text of the key file; `None` without a path.
    pub service_account_key: Option<SecretString>,
    /// The SSM parameter with the key, for functions.
    pub service_account_key_parameter: Option<String>,
    /// Base address instead of Google's hosts, without a slash at its end.
    pub endpoint: Option<String>,
}

/// `manual_users`
#[derive(Clone, Debug)]
pub struct ManualUsers {
    /// Static users, no two with one address.
    pub user_list: Vec<ManualUser>,
    /// The sheet with more users.
    pub google_config: Option<SheetSource>,
    /// What a changed date does to an approved event.
    pub on_change: OnChange,
}

/// `offices`
#[derive(Clone, Debug)]
pub struct Offices {
    /// Static offices, no two with one name.
    pub office_list: Vec<Office>,
    /// The sheet with more offices.
    pub google_config: Option<SheetSource>,
}

/// A range of a Google spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetSource {
    /// The id of the spreadsheet.
    pub sheet_id: String,
    /// The range, in A1 notation.
    pub range: String,
    /// Time between automatic reloads; `None`: only when ordered.
    pub update_interval: Option<Duration>,
}

/// `forms`
#[derive(Clone, Debug)]
pub struct Forms {
    /// Byroapi's form endpoint.
    pub url: Option<String>,
    /// How forms are filled in and sent.
    pub letter: Letter,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// What to do when nobody knows whether a form was sent.
    pub on_unknown_outcome: OnUnknownOutcome,
    /// The `Authorization` header, for the local process; a legal header value.
    pub authorization: Option<SecretString>,
    /// The SSM parameter with the `Authorization` header, for functions.
    pub authorization_parameter: Option<String>,
}

impl Forms {
    /// The template and the address of the form service when forms are on.
    pub fn target(&self) -> Option<(&str, &str)> {
        self.letter.template.as_deref().zip(self.url.as_deref())
    }

    /// The names that the templates need and this person does not have; nothing while forms are off.
    pub fn missing_names(&self, person: &ManualUser) -> Vec<Placeholder> {
        if self.target().is_some() { self.letter.email.missing_names(person) } else { Vec::new() }
    }
}

/// `calendar`
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Colors of events.
    pub colors: Colors,
    /// The window that is listed in full, around now.
    pub checking_range: CheckingRange,
    /// What to do with events that have a time of day.
    pub timed_events: TimedEvents,
}

/// `calendar.colors`: indices of Google's event palette, 1 to 11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colors {
    /// While approval is pending.
    pub unapproved: u8,
    /// After approval.
    pub approved: u8,
}

/// `calendar.checking_range`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckingRange {
    /// From now to the start of the window.
    pub min: DateShift,
    /// From now to its end; later than `min`.
    pub max: DateShift,
}

/// `rest_api`
#[derive(Clone, Debug)]
pub struct RestApi {
    /// Host or address to listen on.
    pub addr: String,
    /// Port to listen on; 0 for any.
    pub port: u16,
    /// The keys of the local server with their roles, `rest_api.api_key` first; legal header values, no two the same.
    pub keys: Vec<(Role, SecretString)>,
    /// What API Gateway's keys may do, by their ids: those of the stack, and further ones.
    pub roles: BTreeMap<String, Role>,
    /// What a key of API Gateway may do that has no role; `None`: nothing.
    pub without_role: Option<Role>,
}

impl RestApi {
    /// What the key of API Gateway with this id may do; `None`: nothing.
    pub fn role_of(&self, id: Option<&str>) -> Option<Role> {
        id.and_then(|id| self.roles.get(id).copied()).or(self.without_role)
    }
}

/// `aws`
#[derive(Clone, Debug)]
pub struct Aws {
    /// The DynamoDB table.
    pub table: String,
    /// The EventBridge schedule group of sweeps and reloads.
    pub schedule_group: Option<String>,
    /// The role with which EventBridge Scheduler calls the sweeper.
    pub scheduler_role_arn: Option<String>,
    /// The queue for scheduled events that could not be delivered to the sweeper.
    pub dead_letter_queue_arn: Option<String>,
}
