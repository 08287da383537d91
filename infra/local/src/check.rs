//! Checks a configuration file without starting anything.

use std::path::PathBuf;

use moffman::config::{self, ConfigErrors, Place, Settings, Sources};
use moffman::schedules::Timetable;

use crate::Output;

/// Stands for what the deployment template gives the functions besides the file; any value will do.
const STACK: [(&str, &str); 1] = [("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PARAMETER", "/given/by/the/stack")];

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// The configuration has mistakes; the message names them all.
    #[error(transparent)]
    Mistakes(#[from] ConfigErrors),
    /// The functions could not read the parameter.
    #[error(
        "forms.authorization_parameter is given in the file: give it as the template's parameter \
         FormsAuthorizationParameter, which also lets the functions read it"
    )]
    AuthorizationParameter,
}

/// Reads the file as the service in `place` would and says what it found.
pub(crate) fn check(
    file: PathBuf,
    place: Place,
    environment: Vec<(String, String)>,
    output: &Output,
) -> Result<(), CheckError> {
    let name = file.display().to_string();
    let environment = match place {
        Place::Local => environment,
        Place::Aws => STACK.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let settings = config::load(&Sources { file: Some(file), environment, options: Vec::new(), place })?;
    if place == Place::Aws && settings.forms.authorization_parameter.is_some() {
        return Err(CheckError::AuthorizationParameter);
    }
    output.line(format!("{name} can be used: {}", summary(&settings)));
    if settings.offices.office_list.is_empty() && settings.offices.google_config.is_none() {
        output.line("warning: there are no offices, neither in a list nor in a sheet");
    }
    for warning in &settings.warnings {
        output.line(format!("warning: {warning}"));
    }
    if place == Place::Aws {
        let (timetable, offices) = (Timetable::of(&settings), &settings.offices.office_list);
        for warning in timetable.warning(offices).into_iter().chain(in_clear(&settings)) {
            output.line(format!("warning: {warning}"));
        }
        output.line(format!("template parameter SweepSilence: {}", timetable.silence(offices)));
    }
    Ok(())
}

fn summary(settings: &Settings) -> String {
    let sheet = |sheet: bool| if sheet { " and a sheet" } else { "" };
    let (offices, users) = (&settings.offices, &settings.manual_users);
    let sweeps = match settings.general.manual_calendar_check_interval {
        Some(interval) => format!("a sweep every {} seconds", interval.as_secs_f64()),
        None => "sweeps only when ordered".to_owned(),
    };
    format!(
        "offices: {}{}; manual users: {}{}; forms {}; {sweeps}",
        offices.office_list.len(),
        sheet(offices.google_config.is_some()),
        users.user_list.len(),
        sheet(users.google_config.is_some()),
        if settings.forms.target().is_some() { "on" } else { "off" },
    )
}

/// What everybody between AWS and the form service can read.
fn in_clear(settings: &Settings) -> Option<String> {
    let (_, url) = settings.forms.target()?;
    let is_plain = url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    is_plain.then(|| {
        "forms.url is http: outside a VPC the names, addresses and days in forms and the Authorization header travel in \
         clear"
            .to_owned()
    })
}
