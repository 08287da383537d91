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
fn a_sheet_is_named_without_what_was_copied_along() {
    let file = "offices: {google_config: {sheet_id: ' abc\u{200b}', range: \" Offices!A2:B\u{a0}\"}}";
    let sheet = Case::new(file).settings().offices.google_config.unwrap();
    assert_eq!((sheet.sheet_id.as_str(), sheet.range.as_str()), ("abc", "Offices!A2:B"));
}

#[test]
fn entries_that_nobody_can_find_are_read_clean_or_warned_about() {
    let file = "
manual_users:
  user_list:
    - {id: anna@example.com, name: Anna}
    - {id: \"bob@example.com\u{200b}\", name: \"Bo\u{ad}b\"}
    - {id: 'Cyril <cyril@example.com>', name: '#N/A'}
    - {id: dana@localhost, first_name: '#REF!', last_name: Mala, employee_number: Loading...}
    - {id: ' eva@example.com ', name: Eva}
offices:
  office_list:
    - {name: \"Pra\u{200b}gue\", id: 'mailto:prague@example.com'}
    - {name: Brno, id: brno}
    - {name: Plzen, id: 'https://calendar.google.com/calendar/embed?src=a@group.calendar.google.com'}
";
    let case = Case::new(file);
    let settings = case.settings();
    let users = settings.manual_users.user_list.iter().map(|user| (user.email.as_str(), user.name.as_str()));
    let expected = [
        ("anna@example.com", "Anna"),
        ("bob@example.com", "Bob"),
        ("cyril@example.com", "#N/A"),
        ("dana@localhost", "#REF! Mala"),
        ("eva@example.com", "Eva"),
    ];
    assert_eq!(users.collect::<Vec<_>>(), expected);
    let offices = settings.offices.office_list.iter().map(|office| (office.name.as_str(), office.calendar_id.as_str()));
    let link = "https://calendar.google.com/calendar/embed?src=a@group.calendar.google.com";
    let expected = [("Prague", "prague@example.com"), ("Brno", "brno"), ("Plzen", link)];
    assert_eq!(offices.collect::<Vec<_>>(), expected);
    let folder = format!("{}/", case.folder.path().display());
    insta::assert_snapshot!(settings.warnings.join("\n").replace(&folder, ""), @r"
    moffman.yaml:5:8: manual_users.user_list[1].id: read without the invisible characters, `mailto:`, brackets or punctuation in it
    moffman.yaml:5:32: manual_users.user_list[1].name: read without the invisible characters in it
    moffman.yaml:6:8: manual_users.user_list[2].id: read without the invisible characters, `mailto:`, brackets or punctuation in it
    moffman.yaml:6:41: manual_users.user_list[2].name: looks like an error value of a spreadsheet; allowed: any other text
    moffman.yaml:7:8: manual_users.user_list[3].id: nobody creates events with it: such an address has one @ and a domain behind it, such as name@example.com
    moffman.yaml:7:28: manual_users.user_list[3].first_name: looks like an error value of a spreadsheet; allowed: any other text
    moffman.yaml:7:66: manual_users.user_list[3].employee_number: looks like an error value of a spreadsheet; allowed: any other text
    moffman.yaml:11:8: offices.office_list[0].name: read without the invisible characters in it
    moffman.yaml:11:25: offices.office_list[0].id: read without the invisible characters, `mailto:`, brackets or punctuation in it
    moffman.yaml:12:20: offices.office_list[1].id: not the id of a calendar: such an id has one @, such as abc@group.calendar.google.com, and is no link
    moffman.yaml:13:21: offices.office_list[2].id: not the id of a calendar: such an id has one @, such as abc@group.calendar.google.com, and is no link
    ");
}

#[test]
fn of_two_entries_that_are_one_only_when_they_are_clean_the_first_counts() {
    let file = "
manual_users:
  user_list:
    - {id: anna@example.com, name: Anna}
    - {id: \"Anna@example.com\u{200b}\", name: Other}
    - {id: 'mailto:anna@example.com', name: Other}
    - {id: '“bob@example.com”', name: Bob}
    - {id: bob@example.com, name: Other}
    - {id: eva@example.com, name: \"\u{200b}\"}
offices:
  office_list:
    - {name: Prague, id: prague@example.com}
    - {name: \"Pra\u{200b}gue\", id: other@example.com}
    - {name: ' Prague', id: other@example.com}
    - {name: \"Praha\u{a0}1\", id: praha@example.com}
    - {name: Praha 1, id: other@example.com}
    - {name: \"\u{200b}\", id: other@example.com}
";
    let settings = Case::new(file).settings();
    let users = settings.manual_users.user_list.iter().map(|user| (user.email.as_str(), user.name.as_str()));
    assert_eq!(users.collect::<Vec<_>>(), [("anna@example.com", "Anna"), ("bob@example.com", "Bob")]);
    let offices = settings.offices.office_list.iter().map(|office| office.calendar_id.as_str());
    assert_eq!(offices.collect::<Vec<_>>(), ["prague@example.com", "praha@example.com"]);
    let warned = |text: &str| settings.warnings.iter().filter(|warning| warning.contains(text)).count();
    assert_eq!((warned("the same as in"), warned("nothing of it can be seen")), (6, 2), "{:?}", settings.warnings);
    let twice = file.replace("'mailto:anna@example.com'", "\"anna@Example.com\u{200b}\"");
    let mistakes = Case::new(twice).mistakes();
    assert!(mistakes.contains("user_list[2].id: the same as in manual_users.user_list[1]"), "{mistakes}");
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
