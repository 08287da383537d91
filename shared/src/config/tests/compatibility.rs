//! Files that upstream, the template and the example give.

use secrecy::ExposeSecret;

use super::*;
use crate::domain::letter::Recipients;

const UPSTREAM: &str = include_str!("../../../tests/fixtures/upstream.yaml");
const EXAMPLE: &str = include_str!("../../../../infra/config/moffman.example.yaml");

#[test]
fn the_file_of_upstream_works_unchanged() {
    let case = Case::new(UPSTREAM);
    let key = key_file(case.folder.path());
    let case = case.variable("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PATH", key.to_str().unwrap());
    let settings = case.settings();
    assert!(settings.google_api.service_account_key.unwrap().expose_secret().contains("moffman@example.com"));
    let users = settings.manual_users.google_config.unwrap();
    assert_eq!(users.range, "Manual users!A2:B");
    assert_eq!(users.update_interval, None);
    let offices = settings.offices.google_config.unwrap();
    assert_eq!(offices.sheet_id, "1Id24zwRK41IDkdl9dfsdfstkY3bi4dG340nnldf9");
    assert_eq!(offices.range, "Offices!A2:B");
    let email = settings.forms.letter.email;
    let admin = vec![("moffman-administrator@macme.com".to_owned(), Some("Moffman admin".to_owned()))];
    assert_eq!(email.from, Recipients::Named(admin.clone()));
    assert_eq!(email.to, Recipients::Address("form-recipient-email@acme.com".to_owned()));
    assert_eq!(email.cc, Recipients::Named(admin));
    assert!(email.contents.render(&Placeholder::name).ends_with("zpracování,\n\nJosef"));
    assert_eq!(settings.calendar.colors, Colors { unapproved: 4, approved: 5 });
    assert_eq!(settings.rest_api.addr, "0.0.0.0");
    assert!(settings.warnings.is_empty());
}

#[test]
fn the_key_file_of_upstream_must_exist() {
    let message = Case::new(UPSTREAM).mistakes();
    assert!(message.starts_with("the configuration has a mistake:\n  moffman.yaml:12:"), "{message}");
    assert!(message.contains("some-service-account-343435.json: the key file cannot be read"), "{message}");
}

#[test]
fn the_example_and_the_printed_template_have_the_same_keys_and_load() {
    let keys = |text: &str| {
        let case = Case::new(text);
        case.settings();
        let mut given = Layers::read(&case.sources).unwrap().given_paths();
        given.sort_unstable();
        given
    };
    let mut all: Vec<_> = KEYS.iter().map(|key| key.path.to_owned()).collect();
    all.sort_unstable();
    assert_eq!(keys(&template()), all);
    assert_eq!(keys(EXAMPLE), all);
    assert!(Case::new(EXAMPLE).settings().warnings.is_empty());
}

#[test]
fn json_is_read_too() {
    let settings =
        Case::new(r#"{"general": {"manual_calendar_check_interval": null}, "rest_api": {"port": 0}}"#).settings();
    assert_eq!(settings.general.manual_calendar_check_interval, None);
    assert_eq!(settings.rest_api.port, 0);
}

#[test]
fn an_empty_file_and_empty_values_mean_the_defaults() {
    for file in
        ["", "# nothing\n", "\u{feff}general:\n", "{}", "rest_api: {port: , addr: }\nforms:\n  email:\n    cc: null\n"]
    {
        let settings = Case::new(file).settings();
        assert_eq!((settings.rest_api.addr.as_str(), settings.rest_api.port), ("127.0.0.1", 8080), "{file:?}");
        assert!(settings.forms.letter.email.cc.is_empty(), "{file:?}");
    }
}
