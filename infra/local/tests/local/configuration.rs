//! What a person who configures the command gets to see.

use std::fs;

use crate::process::{Ended, Process};

fn run(directory: &std::path::Path, arguments: &[&str]) -> Ended {
    Process::start(directory, arguments).end()
}

#[test]
fn the_template_is_a_configuration_that_works() {
    let directory = tempfile::tempdir().unwrap();
    let written = run(directory.path(), &["--get-config-template", "moffman.yaml"]);
    assert_eq!((written.code, written.error().as_str()), (Some(0), ""));
    let template = fs::read_to_string(directory.path().join("moffman.yaml")).unwrap();
    assert!(template.contains("manual_calendar_check_interval: 7200"), "{template}");
    assert!(template.contains("infra/config/README.md"), "{template}");

    let process = Process::start(directory.path(), &["--config", "moffman.yaml"]);
    assert!(process.url().starts_with("http://127.0.0.1:"));
    process.terminate();
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn a_template_replaces_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.yaml");
    fs::write(&file, "general: {}\n").unwrap();
    let refused = run(directory.path(), &["--get-config-template", "mine.yaml"]);
    assert_eq!(refused.code, Some(1));
    assert_eq!(refused.error(), "moffman: mine.yaml: File exists (os error 17)");
    assert_eq!(fs::read_to_string(file).unwrap(), "general: {}\n");
}

#[test]
fn all_mistakes_are_named_before_anything_starts() {
    let directory = tempfile::tempdir().unwrap();
    let text = "general:\n  log_levl: INFO\ncalendar:\n  colors: {approved: 12}\n";
    fs::write(directory.path().join("moffman.yaml"), text).unwrap();
    let arguments = ["--config", "moffman.yaml", "--forms--timeout", "soon"];
    let environment = [("MOFFMAN_FORMS__ON_UNKNOWN_OUTCOME", "panic")];
    let refused = Process::with_environment(directory.path(), &arguments, &environment).end();
    assert_eq!((refused.code, refused.out.len()), (Some(1), 0));
    let error = refused.error();
    for mistake in [
        "moffman: the configuration has 4 mistakes:",
        "moffman.yaml:2:3: general.log_levl: unknown key; did you mean log_level?",
        "moffman.yaml:4:22: calendar.colors.approved: ",
        "environment variable MOFFMAN_FORMS__ON_UNKNOWN_OUTCOME: forms.on_unknown_outcome: ",
        "option --forms--timeout: forms.timeout: ",
        "\ninfra/config/README.md explains every key",
    ] {
        assert!(error.contains(mistake), "{mistake:?} in {error}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was made");
}

#[test]
fn a_file_that_is_missing_and_an_option_that_is_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let missing = run(directory.path(), &["--config", "none.yaml"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.error().contains("none.yaml: cannot be read"), "{missing:?}");
    let unknown = run(directory.path(), &["--general--log-levl", "INFO"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.error().contains("--general--log-level"), "{unknown:?}");
}

#[test]
fn an_interval_that_the_quota_does_not_allow_so_many_offices_is_told_before_it_is_deployed() {
    let directory = tempfile::tempdir().unwrap();
    let checked = |offices: usize| {
        let offices: Vec<_> = (0..offices).map(|n| format!("{{name: o{n}, id: o{n}@example.com}}")).collect();
        let text = format!(
            "general: {{manual_calendar_check_interval: 60}}\noffices: {{office_list: [{}]}}\n",
            offices.join(", ")
        );
        fs::write(directory.path().join("mine.yaml"), text).unwrap();
        run(directory.path(), &["check-config", "--place", "aws", "mine.yaml"]).out.join("\n")
    };
    assert!(!checked(41).contains("cannot be met"));
    let many = checked(200);
    assert!(many.contains("warning: general.manual_calendar_check_interval: 1 minute cannot be met within"), "{many}");
    assert!(many.contains("SweepSilence: 600"), "{many}");
    assert!(many.contains("with 200 offices; the smallest interval that can is 3 minutes"), "{many}");
}

#[test]
fn a_configuration_for_aws_is_checked_before_it_is_deployed() {
    let directory = tempfile::tempdir().unwrap();
    let checked = |text: &str, place: &str| {
        fs::write(directory.path().join("mine.yaml"), text).unwrap();
        run(directory.path(), &["check-config", "--place", place, "mine.yaml"])
    };
    let office = "offices: {office_list: [{name: prague, id: prague@example.com}]}\n";
    let good = checked(&format!("general: {{manual_calendar_check_interval: 90}}\n{office}"), "aws");
    assert_eq!((good.code, good.error().as_str()), (Some(0), ""));
    assert_eq!(
        good.out,
        [
            "mine.yaml can be used: offices: 1; manual users: 0; forms off; a sweep every 120 seconds",
            "warning: general.manual_calendar_check_interval: 90 seconds become 120, because schedules on AWS have whole minutes",
            "template parameter SweepSilence: 300",
        ]
    );
    let empty = checked("general: {manual_calendar_check_interval: null}\n", "aws");
    assert!(empty.out.iter().any(|line| line.contains("there are no offices")), "{empty:?}");
    assert!(empty.out.iter().any(|line| line == "template parameter SweepSilence: 0"), "{empty:?}");
    let bad = checked("general: {log_level: LOUD}\nofices: {}\n", "aws");
    assert_eq!((bad.code, bad.out.len()), (Some(1), 0));
    assert!(bad.error().contains("mine.yaml:1:22: general.log_level"), "{bad:?}");
    assert!(bad.error().contains("mine.yaml:2:1: ofices: unknown key"), "{bad:?}");
    let local_key = format!("google_api: {{service_account_key_path: key.json}}\n{office}");
    for place in ["aws", "local"] {
        let refused = checked(&local_key, place);
        assert_eq!(refused.code, Some(1));
        assert!(refused.error().contains("google_api.service_account_key_path"), "{refused:?}");
    }
    let parameter = checked(&format!("forms: {{authorization_parameter: /byroapi}}\n{office}"), "aws");
    assert!(parameter.error().contains("FormsAuthorizationParameter"), "{parameter:?}");
    let header = checked(&format!("forms: {{authorization: Bearer sesame}}\n{office}"), "aws");
    assert_eq!(header.code, Some(1), "{header:?}");
    assert!(header.error().contains("mine.yaml:1:24: forms.authorization: not for AWS"), "{header:?}");
    assert!(header.error().contains("FormsAuthorizationParameter") && !header.error().contains("sesame"), "{header:?}");
    let forms = |url: &str| {
        format!("forms: {{template: T, email: {{from: a@example.com, to: b@example.com}}, url: \"{url}\"}}\n{office}")
    };
    let basic = checked(&forms("https://anna:sesame@byroapi.example.com/form"), "aws");
    assert_eq!(basic.code, Some(1), "{basic:?}");
    assert!(basic.error().contains("forms.url: a user or a password is not for AWS"), "{basic:?}");
    assert!(basic.error().contains("FormsAuthorizationParameter") && !basic.error().contains("sesame"), "{basic:?}");
    assert_eq!(checked(&forms("https://anna:sesame@byroapi.example.com/form"), "local").code, Some(0));
    let in_clear = |text: &str, place: &str| {
        checked(text, place).out.iter().any(|line| line.starts_with("warning: forms.url is http: outside a VPC"))
    };
    assert!(in_clear(&forms("HTTP://byroapi.example.com/form"), "aws"));
    assert!(!in_clear(&forms("https://byroapi.example.com/form"), "aws") && !in_clear(office, "aws"));
    assert!(!in_clear(&forms("http://byroapi.example.com/form"), "local"));
    let local = checked(&format!("forms: {{authorization: Bearer sesame}}\n{office}"), "local");
    assert_eq!(local.code, Some(0), "{local:?}");
}

#[test]
fn an_endpoint_without_a_key_does_not_start_a_demo() {
    let directory = tempfile::tempdir().unwrap();
    let refused = run(directory.path(), &["--google-api--endpoint", "http://127.0.0.1:1"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.error().contains("google_api.service_account_key_path"), "{refused:?}");
}

#[test]
fn help_and_version_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let help = run(directory.path(), &["--help"]);
    assert_eq!(help.code, Some(0));
    for told in ["--rest-api--api-key <VALUE>", "infra/config/README.md explains every setting"] {
        assert!(help.out.iter().any(|line| line.contains(told)), "{told:?} in {help:?}");
    }
    let version = run(directory.path(), &["--version"]);
    assert_eq!(version.out, [format!("moffman {}", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = run(directory.path(), &["--rest-api--port", &address.port().to_string()]);
    assert_eq!(refused.code, Some(1));
    let error = refused.error();
    assert!(error.starts_with(&format!("moffman: cannot listen on {address}: ")), "{error}");
    assert!(error.contains("rest_api.port"), "{error}");
}
