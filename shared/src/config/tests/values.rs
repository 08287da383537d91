//! What the settings mean once they are read.

use std::time::Duration;

use super::*;

#[test]
fn sheets_can_be_written_in_three_ways() {
    let sheet = |text: &str| Case::new(format!("offices: {{google_config: {text}}}")).settings().offices.google_config;
    let source = |range: &str, seconds: Option<u64>| {
        let update_interval = seconds.map(Duration::from_secs);
        Some(SheetSource { sheet_id: "abc".to_owned(), range: range.to_owned(), update_interval })
    };
    assert_eq!(sheet("abc"), source("Offices!A2:B", None));
    assert_eq!(sheet("{sheet_id: abc, range: 'X!A:B', update_interval: 90}"), source("X!A:B", Some(90)));
    assert_eq!(sheet("{sheet_id: abc, min_update_interval: 90}"), source("Offices!A2:B", Some(90)));
    for none in ["null", "{}", "{sheet_id: null, range: null, update_interval: null}"] {
        assert_eq!(sheet(none), None, "{none}");
    }
}

#[test]
fn both_layouts_of_users_are_read() {
    let users = "
manual_users:
  user_list:
    - {id: Anna@Example.com, name: Anna Nová}
    - {id: petr@example.com, first_name: Petr, last_name: Malý, employee_number: 007}
";
    let users = Case::new(users).settings().manual_users.user_list;
    assert_eq!((users[0].email.as_str(), users[0].name.as_str()), ("Anna@Example.com", "Anna Nová"));
    assert!(users[0].details.is_none());
    assert_eq!(users[1].name, "Petr Malý");
    assert_eq!(users[1].details.as_ref().unwrap().employee_number, "007");
}

#[test]
fn a_user_needs_the_names_that_a_template_uses_only_while_forms_are_on() {
    let users = "manual_users: {user_list: [{id: anna@example.com, name: Anna}]}\n";
    let with = |subject: &str| FORMS_ON.replace("to: f", &format!("subject: '{subject}', to: f")) + users;
    Case::new(with("{user_name} {id}")).settings();
    let message = Case::new(with("{employee_number}")).mistakes();
    assert!(message.contains("manual_users.user_list[0]: without employee_number"), "{message}");
    Case::new(with("{employee_number}").replace("template: T", "template: null")).settings();
}

#[test]
fn forms_need_a_sender_and_a_recipient() {
    let message = Case::new("forms: {template: T, url: 'http://b.example.com', email: {to: ''}}").mistakes();
    assert!(message.contains("moffman.yaml: forms.email.from: empty while forms are on"), "{message}");
    assert!(message.contains("moffman.yaml:1:63: forms.email.to: empty while forms are on"), "{message}");
}

#[test]
fn half_a_configuration_is_warned_about() {
    let warnings = |file: &str| Case::new(file).settings().warnings.join("\n");
    assert!(warnings("forms: {template: T}").starts_with("forms.template is set but forms.url is not"));
    assert!(warnings("forms: {url: 'http://b.example.com'}").starts_with("forms.url is set but forms.template is not"));
    assert!(warnings("offices: {google_config: {range: 'A:B'}}").starts_with("offices.google_config has no sheet_id"));
    let parameter = "google_api: {service_account_key_parameter: /moffman/key}";
    assert!(warnings(parameter).contains("has an effect on AWS only"));
}

#[test]
fn on_aws_the_key_is_a_parameter() {
    let path = "google_api: {service_account_key_path: key.json}";
    let parameter = "google_api: {service_account_key_parameter: /moffman/key}";
    let both = "google_api: {service_account_key_path: key.json, service_account_key_parameter: /moffman/key}";
    let settings = Case::new(parameter).on_aws().settings();
    assert_eq!(settings.google_api.service_account_key_parameter.as_deref(), Some("/moffman/key"));
    for wrong in ["", path, both] {
        let message = Case::new(wrong).on_aws().mistakes();
        assert!(message.contains("service_account_key_parameter"), "{wrong}: {message}");
    }
    assert!(Case::new(both).mistakes().contains("given together with"));
}

#[test]
fn on_aws_intervals_are_whole_minutes_and_local_keys_have_no_effect() {
    let file = "
google_api: {service_account_key_parameter: /moffman/key}
general: {manual_calendar_check_interval: 60.5, storage_path: /nowhere/at/all/store}
offices: {google_config: {sheet_id: abc, update_interval: 300}}
";
    let settings = Case::new(file).on_aws().settings();
    assert_eq!(settings.general.manual_calendar_check_interval, Some(Duration::from_mins(2)));
    assert_eq!(settings.offices.google_config.unwrap().update_interval, Some(Duration::from_mins(5)));
    assert_eq!(
        settings.warnings,
        [
            "general.manual_calendar_check_interval: 60.5 seconds become 120, because schedules on AWS have whole minutes"
        ]
    );
}

#[test]
fn an_empty_text_is_no_value() {
    for key in KEYS.iter().filter(|key| matches!(key.kind, Kind::Text | Kind::Path | Kind::Url | Kind::Secret)) {
        let file = key.path.rsplit('.').fold("' '".to_owned(), |inner, name| format!("{{{name}: {inner}}}"));
        let message = Case::new(file).mistakes();
        assert!(message.contains(&format!(" {}: ", key.path)), "{}: {message}", key.path);
    }
}
