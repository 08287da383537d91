//! The one table of settings.

use strum::VariantNames as _;

use super::kind::Kind;
use super::sources::Place;
use super::words::{LogLevel, OnChange, OnUnknownOutcome, TimedEvents};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Section and name with dots, such as `general.log_level`.
    pub path: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// The default, in YAML.
    pub default: &'static str,
    /// What it is for, in lines of text.
    pub doc: &'static str,
    /// The place where it is accepted and has no effect.
    pub inert_in: Option<Place>,
}

impl Key {
    /// The environment variable that sets it, such as `MOFFMAN_GENERAL__LOG_LEVEL`.
    pub fn environment_name(&self) -> String {
        format!("MOFFMAN_{}", self.path.replace('.', "__").to_uppercase())
    }

    /// The command-line option that sets it, such as `--general--log-level`.
    pub fn option_name(&self) -> String {
        format!("--{}", self.path.replace('_', "-").replace('.', "--"))
    }

    const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    const fn inert_in(self, place: Place) -> Self {
        Self { inert_in: Some(place), ..self }
    }
}

const fn key(path: &'static str, kind: Kind, default: &'static str) -> Key {
    Key { path, kind, default, doc: "", inert_in: None }
}

/// Sections whose purpose is not plain from their keys.
pub(super) const SECTIONS: [(&str, &str); 10] = [
    ("manual_users", "People who enter days in Google Calendar by hand; their events are approved."),
    (
        "manual_users.google_config",
        "A spreadsheet with more of them: rows of name, address or of address, first name, last name, number.",
    ),
    ("offices", "Offices and their calendars; entries of the list win over rows of the sheet."),
    (
        "offices.google_config",
        "A spreadsheet with more of them: rows of name, calendar id. The id of the sheet alone may stand here.",
    ),
    ("forms", "Approval forms, issued by Byroapi; on when both template and url are set."),
    ("forms.email", "The e-mail that carries the form."),
    ("calendar.checking_range", "The window of days around now that is listed in full, in Arrow shift arguments."),
    ("rest_api", "The REST API: the local server, and what keys may do."),
    (
        "rest_api.keys",
        "Keys of the local server, by what they may do. While there is none at all, everybody may do everything.",
    ),
    ("aws", "What the functions need to know of their stack; set by the deployment template."),
];

/// Other names for keys.
pub(super) const ALIASES: [(&str, &str); 2] = [
    ("manual_users.google_config.min_update_interval", "manual_users.google_config.update_interval"),
    ("offices.google_config.min_update_interval", "offices.google_config.update_interval"),
];

const SHEET_ID: &str = "Id of the Google spreadsheet; null: no sheet.";
const UPDATE_INTERVAL: &str = "Seconds between automatic reloads; null: only when ordered over REST.\n\
                               On AWS rounded up to whole minutes. Also called min_update_interval.";

/// Every setting, in the order of the file.
pub const KEYS: &[Key] = &[
    key("general.log_level", Kind::Choice(LogLevel::VARIANTS), "INFO").doc("DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    key("general.manual_calendar_check_interval", Kind::Interval, "7200").doc(
        "Seconds between sweeps of the calendars; null: only when ordered over REST.\n\
         On AWS rounded up to whole minutes.",
    ),
    key("general.storage_path", Kind::Path, "moffman_store.dbm")
        .doc("The state is kept in this file with .sqlite3 appended; null: in memory only.")
        .inert_in(Place::Aws),
    key("google_api.service_account_key_path", Kind::Path, "null")
        .doc("JSON key file of the Google service account, for the local process; null there: Google is simulated."),
    key("google_api.service_account_key_parameter", Kind::Text, "null")
        .doc("Name of the SSM SecureString that holds the key, for the functions on AWS.")
        .inert_in(Place::Local),
    key("google_api.endpoint", Kind::Url, "null")
        .doc("Base address to use for Google's APIs instead of the real hosts, for tests and demonstrations."),
    key("manual_users.user_list", Kind::Users, "[]").doc(
        "Items {id: <e-mail>, name: <full name>}\n\
         or {id: <e-mail>, first_name: …, last_name: …, employee_number: …}.",
    ),
    key("manual_users.google_config.sheet_id", Kind::Text, "null").doc(SHEET_ID),
    key("manual_users.google_config.range", Kind::Text, "null")
        .doc("Cells in A1 notation; null: \"Manual users!A2:D\"."),
    key("manual_users.google_config.update_interval", Kind::Interval, "null").doc(UPDATE_INTERVAL),
    key("manual_users.on_change", Kind::Choice(OnChange::VARIANTS), "reissue")
        .doc("When the dates of an approved event change: reissue the form, or ignore the change."),
    key("offices.office_list", Kind::Offices, "[]")
        .doc("Items {name: <office_id of the callers>, id: <Google calendar id>}."),
    key("offices.google_config.sheet_id", Kind::Text, "null").doc(SHEET_ID),
    key("offices.google_config.range", Kind::Text, "null").doc("Cells in A1 notation; null: \"Offices!A2:B\"."),
    key("offices.google_config.update_interval", Kind::Interval, "null").doc(UPDATE_INTERVAL),
    key("forms.template", Kind::Text, "null").doc("Name of Byroapi's form template."),
    key("forms.url", Kind::Url, "null").doc("Address of Byroapi's form endpoint."),
    key("forms.date_format", Kind::DateFormat, "DD.MM.YYYY").doc("Dates in the form and the e-mail, in Arrow tokens."),
    key("forms.attachment_date_format", Kind::DateFormat, "YYYY-MM-DD").doc("Dates in the *_attachment placeholders."),
    key("forms.cc_to_creator", Kind::Flag, "true").doc("Send a copy to the person whose event it is."),
    key("forms.timeout", Kind::Timeout, "15").doc("Seconds to wait for an answer."),
    key("forms.on_unknown_outcome", Kind::Choice(OnUnknownOutcome::VARIANTS), "resend").doc(
        "When it is unknown whether a form was sent:\n\
         resend it (at least once), or hold it for a person (at most once).",
    ),
    key("forms.authorization", Kind::Secret, "null").doc("Authorization header for Byroapi. Not for AWS."),
    key("forms.authorization_parameter", Kind::Text, "null")
        .doc("Name of the SSM SecureString that holds the Authorization header for Byroapi, on AWS.")
        .inert_in(Place::Local),
    key("forms.email.from", Kind::Recipients, "{}").doc("Sender: one address, or a mapping of address to name."),
    key("forms.email.to", Kind::Recipients, "{}").doc("Recipients, in the same form."),
    key("forms.email.cc", Kind::Recipients, "{}").doc("Recipients of a copy, in the same form."),
    key("forms.email.subject", Kind::Template, "\"\"").doc(
        "Placeholders: {id}, {first_name}, {last_name}, {employee_number}, {user_name}, {date_from}, {date_to},\n\
         {date_approved}, {date_from_attachment}, {date_to_attachment}, {date_approved_attachment}.",
    ),
    key("forms.email.contents", Kind::Template, "\"\"").doc("Text of the e-mail, with the same placeholders."),
    key("forms.email.attachments", Kind::Template, "null").doc("File name of the form, with the same placeholders."),
    key("calendar.colors.unapproved", Kind::Color, "4")
        .doc("Event color of Google's palette, 1 to 11, while approval is pending."),
    key("calendar.colors.approved", Kind::Color, "5").doc("Event color of an approved day."),
    key("calendar.checking_range.min", Kind::Shift, "{weeks: -1}")
        .doc("Start of the window. A mapping replaces the default as a whole."),
    key("calendar.checking_range.max", Kind::Shift, "{weeks: 2}")
        .doc("End of the window. A mapping replaces the default as a whole."),
    key("calendar.date_format", Kind::CalendarDateFormat, "YYYY-MM-DD")
        .doc("How Google writes dates; cannot be changed."),
    key("calendar.end_date_corrective", Kind::Shift, "{days: -1}").doc(
        "From the end of an event, which Google counts as the day after, to the last day in the form.\n\
         A mapping replaces the default as a whole.",
    ),
    key("calendar.timed_events", Kind::Choice(TimedEvents::VARIANTS), "accept")
        .doc("Events with a time of day: accept their days in the calendar's time zone, or ignore them."),
    key("rest_api.addr", Kind::Text, "127.0.0.1")
        .doc("Address to listen on; 0.0.0.0 for every interface.")
        .inert_in(Place::Aws),
    key("rest_api.port", Kind::Port, "8080").doc("Port to listen on; 0 for any free one.").inert_in(Place::Aws),
    key("rest_api.api_key", Kind::Secret, "null")
        .doc(
            "An operator's key. Once there is a key, here or in keys, every route but health and openapi.json needs one in the\n\
             header x-api-key.",
        )
        .inert_in(Place::Aws),
    key("rest_api.keys.reader", Kind::Secrets, "[]").doc("Read offices, reservations, attendance and the status."),
    key("rest_api.keys.workflow", Kind::Secrets, "[]").doc("Also register reservations and decide about them."),
    key("rest_api.keys.operator", Kind::Secrets, "[]").doc("Everything."),
    key("rest_api.roles", Kind::Roles, "{}")
        .doc(
            "What keys of API Gateway may do beside the stack's own: {<id of the key>: reader, workflow or operator}.\n\
             Once there is one here or in keys, a key without a role may do nothing; until then, everything.",
        )
        .inert_in(Place::Local),
    key("aws.table", Kind::Text, "moffman").doc("Name of the DynamoDB table."),
    key("aws.schedule_group", Kind::Text, "null")
        .doc("EventBridge schedule group of the sweeps and reloads.")
        .inert_in(Place::Local),
    key("aws.scheduler_role_arn", Kind::Text, "null")
        .doc("Role with which EventBridge Scheduler calls the sweeper.")
        .inert_in(Place::Local),
    key("aws.dead_letter_queue_arn", Kind::Text, "null")
        .doc("SQS queue for scheduled events that could not be delivered to the sweeper; null: none.")
        .inert_in(Place::Local),
    key("aws.key_roles", Kind::Roles, "{}")
        .doc("What the stack's own API keys may do: {<id of the key>: <role>}.")
        .inert_in(Place::Local),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_variable_and_option_names() {
        let key = KEYS.iter().find(|key| key.path == "google_api.service_account_key_path").unwrap();
        assert_eq!(key.environment_name(), "MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PATH");
        assert_eq!(key.option_name(), "--google-api--service-account-key-path");
    }

    #[test]
    fn every_key_is_documented_and_named_once() {
        let mut paths: Vec<_> = KEYS.iter().map(|key| key.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), KEYS.len());
        assert!(KEYS.iter().all(|key| !key.doc.is_empty()));
        assert!(ALIASES.iter().all(|(_, path)| paths.contains(path)));
        assert!(SECTIONS.iter().all(|(section, _)| paths.iter().any(|path| path.starts_with(&format!("{section}.")))));
    }
}
