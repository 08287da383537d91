//! Files, variables and options laid over each other.

use chrono::NaiveDate;
use secrecy::ExposeSecret;

use super::*;

#[test]
fn the_stronger_source_wins() {
    let case = Case::new("general: {log_level: ERROR, storage_path: a}\nrest_api: {port: 1, addr: localhost}\n")
        .variable("MOFFMAN_REST_API__PORT", "2")
        .variable("moffman_general__log_level", "warning")
        .variable("MOFFMAN_GENERAL__STORAGE_PATH", "null")
        .variable("MOFFMAN_HOME", "/not/ours")
        .option("--rest-api--port", "3");
    let settings = case.settings();
    assert_eq!((settings.rest_api.addr.as_str(), settings.rest_api.port), ("localhost", 3));
    assert_eq!(settings.general.log_level, LogLevel::Warning);
    assert_eq!(settings.general.storage_path, None);
}

#[test]
fn variables_hold_text_as_it_stands_and_other_values_as_yaml() {
    let case = Case::new(FORMS_ON)
        .variable("MOFFMAN_FORMS__EMAIL__SUBJECT", "{user_name}: [x] # 1")
        .variable("MOFFMAN_FORMS__EMAIL__CONTENTS", "\"a\\nb\"")
        .variable("MOFFMAN_FORMS__EMAIL__TO", "{b@example.com: B, a@example.com: null}")
        .variable("MOFFMAN_REST_API__API_KEY", "12345")
        .variable("MOFFMAN_OFFICES__OFFICE_LIST", r#"[{"name": "prague", "id": "p@example.com"}]"#)
        .variable("MOFFMAN_OFFICES__GOOGLE_CONFIG", "1234567890")
        .variable("MOFFMAN_FORMS__CC_TO_CREATOR", "false")
        .option("--calendar--checking-range--max--days", "3")
        .option("--calendar--checking-range--min", "{months: -1}");
    let settings = case.settings();
    assert_eq!(settings.forms.letter.email.subject.render(&Placeholder::name), "user_name: [x] # 1");
    assert_eq!(settings.forms.letter.email.contents.render(&Placeholder::name), "a\nb");
    let to: Vec<_> = settings.forms.letter.email.to.iter().collect();
    assert_eq!(to, [("b@example.com", Some("B")), ("a@example.com", None)]);
    assert_eq!(settings.rest_api.keys[0].1.expose_secret(), "12345");
    assert_eq!(settings.offices.office_list[0].name, "prague");
    assert_eq!(settings.offices.google_config.unwrap().sheet_id, "1234567890");
    assert!(!settings.forms.letter.cc_to_creator);
    let day = NaiveDate::from_ymd_opt(2026, 6, 18).unwrap();
    let CheckingRange { min, max } = settings.calendar.checking_range;
    assert_eq!(min.apply_date(day).unwrap().to_string(), "2026-05-18");
    assert_eq!(max.apply_date(day).unwrap().to_string(), "2026-07-05");
}

#[test]
fn a_variable_can_switch_a_sheet_off() {
    let case = Case::new("offices: {google_config: {sheet_id: abc, range: 'X!A:B', update_interval: 5}}");
    let settings = case.variable("MOFFMAN_OFFICES__GOOGLE_CONFIG", "null").settings();
    assert_eq!(settings.offices.google_config, None);
    assert!(settings.warnings.is_empty());
}

#[test]
fn a_key_file_may_begin_with_a_byte_order_mark() {
    let case = Case::new("");
    let path = key_file(case.folder.path());
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("\u{feff}{text}")).unwrap();
    let settings = case.option("--google-api--service-account-key-path", path.to_str().unwrap()).settings();
    assert!(settings.google_api.service_account_key.is_some());
}
