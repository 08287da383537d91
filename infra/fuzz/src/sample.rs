//! What the targets need around their input: settings with forms, a person, some days.

#![expect(clippy::expect_used, reason = "sample data that is wrong is a mistake in this file and ends the run")]

use std::sync::LazyLock;

use chrono::NaiveDate;
use moffman::config::{Place, Settings, Sources, load};
use moffman::domain::email::Email;
use moffman::domain::manual_user::{Details, ManualUser};
use moffman::transport::Transport;

/// The address of the person whose events are approved.
pub(crate) const ANNA: &str = "anna@example.com";

/// Settings with forms on.
pub(crate) fn settings() -> &'static Settings {
    static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
        load(&sources("http://byroapi.example.com/form", &[])).expect("the sample settings are right")
    });
    &SETTINGS
}

/// Where settings with forms come from: the URL of the form service, and more options.
pub(crate) fn sources(form_url: &str, more: &[(&str, &str)]) -> Sources {
    let forms = [
        ("--forms--template", "Attendance"),
        ("--forms--url", form_url),
        ("--forms--email--from", "{admin@example.com: Moffman}"),
        ("--forms--email--to", "forms@example.com"),
    ];
    let options = forms.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { file: None, environment: Vec::new(), options, place: Place::Local }
}

/// Connections; nobody is called.
pub(crate) fn transport() -> &'static Transport {
    static TRANSPORT: LazyLock<Transport> = LazyLock::new(|| Transport::new().expect("TLS can be set up"));
    &TRANSPORT
}

/// A person whose events are approved, with all that a template may use.
pub(crate) fn anna() -> ManualUser {
    let email = Email::parse(ANNA).expect("the sample address is one");
    let (first_name, last_name) = ("Anna".to_owned(), "Nová".to_owned());
    ManualUser::with_details(email, Details { first_name, last_name, employee_number: "007".to_owned() })
}

/// Days at both ends of what can be written, and others that are special.
pub(crate) fn days() -> impl Iterator<Item = NaiveDate> + Clone {
    let days = ["0000-01-01", "0001-01-01", "1970-01-01", "2024-02-29", "2026-06-18", "2027-01-01", "9999-12-30"];
    days.into_iter().map(|day| day.parse().expect("the sample days are days"))
}
