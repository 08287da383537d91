//! Configurations with mistakes, and the one message that names them.

use std::fs;

use super::*;

const MISTAKES: &str = "
general:
  log_level: LOUD
  manual_calendar_check_interval: 0
  storage_path: /nowhere/at/all/store
  log_levl: INFO
google_api:
  service_account_key_path: /nowhere/key.json
  endpoint: googleapis.com
manual_users:
  user_list:
    - {id: anna@example.com, name: Anna}
    - {id: Anna@Example.com, first_name: Anna, last_name: N, employee_number: 7}
    - {id: petr, name: ' '}
    - {id: eva@example.com, nmae: Eva}
    - eva@example.com
  google_config: {sheet_id: x, update_interval: 31536001, min_update_interval: 60}
offices:
  office_list: [{name: prague, id: a}, {name: prague, id: b}, {name: 5, id: c}]
  google_config: [x]
forms:
  template: T
  url: http://byroapi.example.com/form
  date_format: DD.MM.QQQQ
  cc_to_creator: yes
  timeout: '15'
  authorization: [secret]
  email:
    to: [a@example.com]
    cc: {nobody: No Body}
    subject: '{user_nam} {employee_number}'
    contents: '{employee_number} {date_from!r}'
    attachments: '{employee_number}.pdf'
calendar:
  colors: {unapproved: 12, approved: red}
  checking_range: {min: {week: -1}, max: {days: 1.5}}
  date_format: DD/MM/YYYY
rest_api: {port: 70000, port: 1}
calender: {}
";

#[test]
fn one_message_names_every_mistake() {
    let case = Case::new(MISTAKES)
        .variable("MOFFMAN_FORMS__ON_UNKNOWN_OUTCOME", "retry")
        .variable("MOFFMAN_FORMS__TIMEOUTS", "1")
        .option("--aws--tabel", "x");
    insta::assert_snapshot!(case.mistakes(), @r#"
    the configuration has 38 mistakes:
      moffman.yaml: forms.email.from: empty while forms are on; allowed: at least one e-mail address
      moffman.yaml:3:14: general.log_level: the text `LOUD` is not allowed; allowed: DEBUG, INFO, WARNING, ERROR or CRITICAL
      moffman.yaml:4:35: general.manual_calendar_check_interval: the number `0` is not allowed; allowed: seconds, more than 0 and at most 31,536,000 (one year), or null for never
      moffman.yaml:5:17: general.storage_path: /nowhere/at/all is not a directory; allowed: a file in an existing directory, or null
      moffman.yaml:6:3: general.log_levl: unknown key; did you mean log_level?
      moffman.yaml:8:29: google_api.service_account_key_path: /nowhere/key.json: the key file cannot be read: No such file or directory (os error 2)
      moffman.yaml:9:13: google_api.endpoint: a text is not allowed; allowed: an address that starts with http:// or https://, or null
      moffman.yaml:12:7: manual_users.user_list[0]: without employee_number, which a template of forms.email uses; allowed: {id, first_name, last_name, employee_number}
      moffman.yaml:13:8: manual_users.user_list[1].id: the same as in manual_users.user_list[0]; allowed: each id once
      moffman.yaml:14:8: manual_users.user_list[2].id: not an e-mail address; allowed: the address with which the person creates events
      moffman.yaml:14:18: manual_users.user_list[2].name: blank; allowed: text, in quotes when it looks like a number
      moffman.yaml:15:7: manual_users.user_list[3].name: missing; allowed: text, in quotes when it looks like a number
      moffman.yaml:15:29: manual_users.user_list[3].nmae: unknown key; did you mean name?
      moffman.yaml:16:7: manual_users.user_list[4]: a text is not allowed; allowed: {id, name, first_name, last_name, employee_number}
      moffman.yaml:17:49: manual_users.google_config.update_interval: the number `31536001` is not allowed; allowed: seconds, more than 0 and at most 31,536,000 (one year), or null for never
      moffman.yaml:17:80: manual_users.google_config.min_update_interval: given twice, also as manual_users.google_config.update_interval; they are one key
      moffman.yaml:19:41: offices.office_list[1].name: the same as in offices.office_list[0]; allowed: each name once
      moffman.yaml:19:64: offices.office_list[2].name: a number is not allowed; allowed: text, in quotes when it looks like a number
      moffman.yaml:20:18: offices.google_config: must be a mapping of sheet_id, range, update_interval
      moffman.yaml:24:16: forms.date_format: `QQQQ` at character 7 is not a date token; literal text goes in [brackets]; allowed: Arrow date tokens such as DD.MM.YYYY, other letters in [brackets]
      moffman.yaml:25:18: forms.cc_to_creator: the text `yes` is not allowed; allowed: true or false
      moffman.yaml:26:12: forms.timeout: the text `15` is not allowed; allowed: seconds, more than 0 and at most 3,600
      moffman.yaml:27:18: forms.authorization: the value is not allowed; allowed: text of visible ASCII characters, in quotes when it looks like a number
      moffman.yaml:29:9: forms.email.to: a list is not allowed; allowed: one e-mail address, or a mapping of addresses to names
      moffman.yaml:30:10: forms.email.cc: not an e-mail address; allowed: one e-mail address, or a mapping of addresses to names
      moffman.yaml:31:14: forms.email.subject: at character 1: unknown placeholder `{user_nam}`, did you mean `{user_name}`?; allowed: text (in quotes when it starts with a brace) with the placeholders {id}, {first_name}, {last_name}, {employee_number}, {user_name}, {date_from}, {date_to}, {date_approved}, {date_from_attachment}, {date_to_attachment}, {date_approved_attachment}
      moffman.yaml:32:15: forms.email.contents: at character 19: `{date_from!r}` is more than a name: conversions, format specifications, attributes and indices are not supported; allowed: text (in quotes when it starts with a brace) with the placeholders {id}, {first_name}, {last_name}, {employee_number}, {user_name}, {date_from}, {date_to}, {date_approved}, {date_from_attachment}, {date_to_attachment}, {date_approved_attachment}
      moffman.yaml:35:24: calendar.colors.unapproved: the number `12` is not allowed; allowed: a whole number from 1 to 11
      moffman.yaml:35:38: calendar.colors.approved: the text `red` is not allowed; allowed: a whole number from 1 to 11
      moffman.yaml:36:26: calendar.checking_range.min: `week` is not a unit of time; allowed: a mapping of years, quarters, months, weeks, days, hours, minutes, seconds to whole numbers, such as {weeks: -1}
      moffman.yaml:36:43: calendar.checking_range.max: the number `1.5` is not allowed; allowed: a mapping of years, quarters, months, weeks, days, hours, minutes, seconds to whole numbers, such as {weeks: -1}
      moffman.yaml:37:16: calendar.date_format: the text `DD/MM/YYYY` is not allowed; allowed: YYYY-MM-DD only, as Google Calendar writes dates
      moffman.yaml:38:18: rest_api.port: the number `70000` is not allowed; allowed: a whole number from 0 to 65,535
      moffman.yaml:38:25: rest_api.port: given twice, first in line 38
      moffman.yaml:39:1: calender: unknown key; did you mean calendar?
      environment variable MOFFMAN_FORMS__TIMEOUTS: forms.timeouts: unknown key; did you mean timeout?
      environment variable MOFFMAN_FORMS__ON_UNKNOWN_OUTCOME: forms.on_unknown_outcome: the text `retry` is not allowed; allowed: resend or hold
      option --aws--tabel: aws.tabel: unknown key; did you mean table?
    "#);
}

#[test]
fn a_person_in_two_spellings_is_given_twice() {
    let file = "
manual_users:
  user_list:
    - {id: Anna.Nova@gmail.com, name: Anna}
    - {id: Anna.Nova@example.com, name: Anna}
    - {id: annanova@example.com, name: Another Anna}
    - {id: annanova+work@googlemail.com, name: Anna}
";
    insta::assert_snapshot!(Case::new(file).mistakes(), @r"
    the configuration has a mistake:
      moffman.yaml:7:8: manual_users.user_list[3].id: the same as in manual_users.user_list[0]; allowed: each id once
    ");
}

#[test]
fn variables_and_options_with_mistakes_are_named() {
    let case = Case::new("")
        .variable("MOFFMAN_REST_API__PORT", "{")
        .variable("MOFFMAN_CALENDAR__CHECKING_RANGE__MIN__WEEK", "1")
        .variable("MOFFMAN_FORMS__TIMEOUT", "1")
        .variable("moffman_forms__timeout", "2")
        .option("--general--log-level", "LOUD")
        .option("--verbose", "1");
    insta::assert_snapshot!(case.mistakes(), @r#"
    the configuration has 5 mistakes:
      environment variable MOFFMAN_REST_API__PORT: rest_api.port: not valid YAML: unclosed bracket '{'
      environment variable MOFFMAN_CALENDAR__CHECKING_RANGE__MIN__WEEK: calendar.checking_range.min.week: not a shift argument; allowed: a mapping of years, quarters, months, weeks, days, hours, minutes, seconds to whole numbers, such as {weeks: -1}
      environment variable moffman_forms__timeout: forms.timeout: given twice
      option --verbose: verbose: unknown key; the sections are general, google_api, manual_users, offices, forms, calendar, rest_api, aws
      option --general--log-level: general.log_level: the text `LOUD` is not allowed; allowed: DEBUG, INFO, WARNING, ERROR or CRITICAL
    "#);
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let files: [&[u8]; 5] = [
        b"- a\n- b\n",
        b"general:\n  log_level: \xff\n",
        b"general:\n  log_level: [INFO\nforms: {}\n",
        b"general: 5\n",
        b"a: 1\n---\nb: 2\n",
    ];
    let mut mistakes: Vec<_> = files.iter().map(|file| Case::new(file).mistakes()).collect();
    let missing = Case::new("");
    fs::remove_file(missing.sources.file.as_ref().unwrap()).unwrap();
    mistakes.push(missing.mistakes());
    insta::assert_snapshot!(mistakes.join("\n"), @r#"
    the configuration has a mistake:
      moffman.yaml:1:1: must be a mapping of sections: general, google_api, manual_users, offices, forms, calendar, rest_api, aws
    the configuration has a mistake:
      moffman.yaml:2:14: not UTF-8 text
    the configuration has a mistake:
      moffman.yaml:3:6: not valid YAML: illegal placement of ':' indicator
    the configuration has a mistake:
      moffman.yaml:1:10: general: must be a mapping of log_level, manual_calendar_check_interval, storage_path
    the configuration has a mistake:
      moffman.yaml:2:1: another YAML document begins here; allowed: one, so without a line `---` or `...` before it
    the configuration has a mistake:
      moffman.yaml: cannot be read: No such file or directory (os error 2)
    "#);
}

#[test]
fn every_key_is_read_and_checked() {
    for key in KEYS {
        let file = key.path.rsplit('.').fold("{x: [y]}".to_owned(), |inner, name| format!("{{{name}: {inner}}}"));
        let message = Case::new(file).mistakes();
        assert!(message.contains(&format!(" {}: ", key.path)), "{}: {message}", key.path);
        if !matches!(key.kind, Kind::Text | Kind::Path | Kind::Secret | Kind::DateFormat) {
            let message = Case::new("").variable(&key.environment_name(), "{x: [y]}").mistakes();
            assert!(message.contains(&key.environment_name()), "{}: {message}", key.path);
        }
    }
}

#[test]
fn on_aws_the_authorization_comes_from_a_parameter() {
    let key = "google_api: {service_account_key_parameter: /moffman/key}\n";
    let file = format!("{key}forms: {{authorization: Bearer sesame}}\n");
    let refused = Case::new(file).on_aws().mistakes();
    assert!(refused.contains("moffman.yaml:2:24: forms.authorization: not for AWS"), "{refused}");
    assert!(refused.contains("FormsAuthorizationParameter") && !refused.contains("sesame"), "{refused}");
    let file = format!("{key}forms: {{authorization_parameter: /byroapi}}\n");
    assert_eq!(Case::new(file).on_aws().settings().forms.authorization_parameter.as_deref(), Some("/byroapi"));
}

#[test]
fn secrets_are_not_shown() {
    let file = "rest_api: {api_key: open-sesame}\nforms: {authorization: Bearer open-sesame}\n";
    let case = Case::new(file);
    let key = key_file(case.folder.path());
    let case = case.option("--google-api--service-account-key-path", key.to_str().unwrap());
    let shown = format!("{:?}", case.settings());
    assert!(!shown.contains("sesame") && !shown.contains("PRIVATE KEY"), "{shown}");
    let message = Case::new(file.replace("open-sesame", "\"sesame\\nč\"").replace("Bearer ", "")).mistakes();
    assert!(message.contains("rest_api.api_key: the value is not allowed") && !message.contains("sesame"), "{message}");
}

#[test]
fn names_addresses_and_passwords_in_addresses_are_not_shown() {
    let file = "
manual_users:
  user_list:
    - {anna@example.com: Anna}
    - {id: eva@example.com, name: Eva, id: eva@example.com}
offices:
  office_list: [{prague: prague@example.com, prague: prague@example.com}]
  brno: {id: brno@example.com}
forms:
  url: ftp://user:sesame@example.com/
  cc_to_creator: boss@example.com
  email: {cc: {boss@example.com: null, boss@example.com: Boss}, from: {'Eva': 'x'}}
calendar: {checking_range: {min: {Eva: 1}}}
google_api: {endpoint: 'http://user:sesame@example.com/?a=b'}
anna@example.com: {}
";
    let case = Case::new(file).option("--general--log-level", "http://sesame/").option("--forms--timeout", "eva@x");
    let message = case.mistakes();
    insta::assert_snapshot!(message, @r#"
    the configuration has 18 mistakes:
      moffman.yaml:4:7: manual_users.user_list[0].id: missing; allowed: text, in quotes when it looks like a number
      moffman.yaml:4:7: manual_users.user_list[0].name: missing; allowed: text, in quotes when it looks like a number
      moffman.yaml:4:8: manual_users.user_list[0].…: unknown key; allowed here: id, name, first_name, last_name, employee_number
      moffman.yaml:5:40: manual_users.user_list[1].id: given twice, first in line 5
      moffman.yaml:7:17: offices.office_list[0].name: missing; allowed: text, in quotes when it looks like a number
      moffman.yaml:7:17: offices.office_list[0].id: missing; allowed: text, in quotes when it looks like a number
      moffman.yaml:7:18: offices.office_list[0].…: unknown key; allowed here: name, id
      moffman.yaml:7:46: offices.office_list[0].…: given twice, first in line 7
      moffman.yaml:8:3: offices.…: unknown key; allowed here: office_list, google_config
      moffman.yaml:10:8: forms.url: a text is not allowed; allowed: an address that starts with http:// or https://, or null
      moffman.yaml:11:18: forms.cc_to_creator: a text is not allowed; allowed: true or false
      moffman.yaml:12:40: forms.email.cc.…: given twice, first in line 12
      moffman.yaml:12:72: forms.email.from: not an e-mail address; allowed: one e-mail address, or a mapping of addresses to names
      moffman.yaml:13:35: calendar.checking_range.min: a name is not a unit of time; allowed: a mapping of years, quarters, months, weeks, days, hours, minutes, seconds to whole numbers, such as {weeks: -1}
      moffman.yaml:14:24: google_api.endpoint: a query or a fragment is not allowed; allowed: an address that starts with http:// or https://, or null
      moffman.yaml:15:1: …: unknown key; the sections are general, google_api, manual_users, offices, forms, calendar, rest_api, aws
      option --forms--timeout: forms.timeout: a text is not allowed; allowed: seconds, more than 0 and at most 3,600
      option --general--log-level: general.log_level: a text is not allowed; allowed: DEBUG, INFO, WARNING, ERROR or CRITICAL
    "#);
    for private in ["example.com", "sesame", "anna", "Anna", "eva", "Eva", "boss", "prague", "brno"] {
        assert!(!message.contains(private), "{private}: {message}");
    }
}

#[test]
fn what_google_s_client_would_refuse_is_refused_here() {
    for endpoint in ["http://h/?a=b", "http://h/#x"] {
        let message = Case::new(format!("google_api: {{endpoint: '{endpoint}'}}")).mistakes();
        assert!(message.contains("google_api.endpoint: a query or a fragment is not allowed"), "{message}");
    }
    let case = Case::new("");
    let path = key_file(case.folder.path());
    let key = fs::read_to_string(&path).unwrap().replace("moffman@example.com", "");
    fs::write(&path, key).unwrap();
    let message = case.option("--google-api--service-account-key-path", path.to_str().unwrap()).mistakes();
    assert!(message.ends_with("key.json: not a service-account key in JSON: client_email is missing or not text"));
}

#[test]
fn an_interval_that_is_none_is_refused_with_the_key_and_the_range() {
    let keys = [
        "general.manual_calendar_check_interval",
        "manual_users.google_config.update_interval",
        "offices.google_config.update_interval",
    ];
    for key in keys {
        for wrong in
            ["0", "-1", "0.0", "31536000.5", "1e99", ".nan", ".inf", "soon", "'7200'", "true", "[60]", "{a: 1}"]
        {
            let file = key.rsplit('.').fold(wrong.to_owned(), |inner, name| format!("{{{name}: {inner}}}"));
            let message = Case::new(file).mistakes();
            assert!(message.contains(&format!(" {key}: ")), "{wrong}: {message}");
            assert!(message.contains("more than 0 and at most 31,536,000 (one year), or null for never"), "{message}");
        }
    }
}

#[test]
fn a_window_that_ends_before_it_starts_is_refused() {
    let message = Case::new("calendar: {checking_range: {min: {weeks: 2}, max: {days: 3}}}").mistakes();
    assert!(message.contains("moffman.yaml:1:51: calendar.checking_range.max: not after"), "{message}");
    let message = Case::new("calendar: {checking_range: {max: {years: 1000000}}}").mistakes();
    assert!(message.contains("the shift leaves the calendar"), "{message}");
}
