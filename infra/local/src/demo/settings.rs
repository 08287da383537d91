//! The settings of the demo, which lead to the simulated services and show something soon.

use std::time::Duration;

use moffman::config::{Settings, Sources};
use moffman_simulators::{DemoWorld, World};
use serde_json::json;

/// The `general.manual_calendar_check_interval` that means that nobody chose one.
const DEFAULT_INTERVAL: Duration = Duration::from_hours(2);
/// Options that would lead out of the simulated world, so the demo replaces them.
const REPLACED: [&str; 4] =
    ["--google-api--", "--manual-users--google-config", "--offices--google-config", "--forms--url"];

/// The sources with the demo's options on top. `settings` has their content without these options.
pub(super) fn overlay(sources: &Sources, settings: &Settings, world: &World, demo: &DemoWorld) -> Sources {
    let own = sources.options.iter().filter(|(name, _)| !REPLACED.iter().any(|replaced| name.starts_with(replaced)));
    let mut options: Vec<(String, String)> = own.cloned().collect();
    let mut set = |name: &str, value: &str| {
        options.retain(|(own, _)| own != name);
        options.push((name.to_owned(), value.to_owned()));
    };
    set("--google-api--endpoint", &world.google_url());
    for (section, range) in [("offices", demo.offices_range), ("manual-users", demo.users_range)] {
        set(&format!("--{section}--google-config--sheet-id"), demo.spreadsheet_id);
        set(&format!("--{section}--google-config--range"), range);
        set(&format!("--{section}--google-config--update-interval"), "60");
    }
    if settings.general.manual_calendar_check_interval == Some(DEFAULT_INTERVAL) {
        set("--general--manual-calendar-check-interval", "15");
    }
    set("--forms--url", &world.byroapi_url());
    let email = &settings.forms.letter.email;
    if email.from.is_empty() {
        set("--forms--email--from", &json!({"moffman@example.com": "Moffman"}).to_string());
    }
    if email.to.is_empty() {
        set("--forms--email--to", &json!({"attendance@example.com": "Attendance"}).to_string());
    }
    if settings.forms.letter.template.is_none() {
        set("--forms--template", "Attendance");
        set("--forms--email--subject", "Attendance of {user_name}");
        set("--forms--email--contents", "{user_name} is in the office from {date_from} to {date_to}.");
        set("--forms--email--attachments", "attendance_{user_name}_{date_from_attachment}.pdf");
    }
    Sources { options, ..sources.clone() }
}

#[cfg(test)]
mod tests {
    use moffman::config::{Place, load};

    use super::*;

    async fn laid_over(options: &[(&str, &str)]) -> Settings {
        let world = World::start("2026-06-10T08:00:00Z".parse().unwrap()).await.unwrap();
        let demo = moffman_simulators::demo(&world, world.now().date_naive());
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let sources = Sources { file: None, environment: Vec::new(), options: options.collect(), place: Place::Local };
        let settings = load(&sources).unwrap();
        let settings = load(&overlay(&sources, &settings, &world, &demo)).unwrap();
        assert_eq!(settings.google_api.endpoint, Some(world.google_url()));
        assert_eq!(settings.forms.target().unwrap().1, world.byroapi_url());
        let sheet = settings.offices.google_config.as_ref().unwrap();
        assert_eq!(sheet.sheet_id, demo.spreadsheet_id);
        settings
    }

    #[tokio::test]
    async fn without_a_configuration_forms_are_on_and_sweeps_are_frequent() {
        let settings = laid_over(&[]).await;
        let interval = settings.general.manual_calendar_check_interval;
        assert_eq!(interval, Some(Duration::from_secs(15)));
        assert_eq!(settings.forms.target().unwrap().0, "Attendance");
        assert!(!settings.forms.letter.email.to.is_empty());
    }

    #[tokio::test]
    async fn a_configuration_keeps_what_a_demo_can_do_and_never_leaves_the_machine() {
        let settings = laid_over(&[
            ("--general--manual-calendar-check-interval", "3"),
            ("--offices--google-config", "of-the-real-office"),
            ("--manual-users--google-config--min-update-interval", "5"),
            ("--manual-users--google-config--sheet-id", "of-real-people"),
            ("--forms--template", "Mine"),
            ("--forms--url", "https://byroapi.example.com/api/v1/form"),
            ("--forms--email--from", "me@example.com"),
            ("--forms--email--to", "you@example.com"),
            ("--rest-api--port", "0"),
        ])
        .await;
        assert_eq!(settings.general.manual_calendar_check_interval, Some(Duration::from_secs(3)));
        assert_eq!(settings.forms.target().unwrap().0, "Mine");
        assert_eq!(settings.forms.letter.email.from.iter().next(), Some(("me@example.com", None)));
        assert_eq!(settings.rest_api.port, 0);
    }
}
