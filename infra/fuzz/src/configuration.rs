//! A configuration file with environment variables and options: read to the end, or refused with every mistake named.
//!
//! The input is the file. A line `#MOFFMAN_SECTION__KEY=value` is also a variable, and `#--section--key=value` an option; to
//! YAML both are comments.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moffman::byroapi::{Byroapi, ByroapiOptions};
use moffman::clock::Clock;
use moffman::config::{ConfigErrors, Origin, Place, Settings, Sources, load};
use moffman::domain::approval_form;
use moffman::domain::date_range::DateRange;

use crate::sample;

/// The longest line about one mistake, in characters.
const LONGEST_LINE: usize = 2_000;

pub(crate) fn check(input: &[u8]) {
    let file = tempfile::NamedTempFile::with_suffix(".yaml");
    // A full disk is no finding.
    let Some(file) = file.ok().filter(|file| fs::write(file.path(), input).is_ok()) else {
        return;
    };
    for place in [Place::Local, Place::Aws] {
        let sources = sources(file.path(), input, place);
        match load(&sources) {
            Ok(settings) => usable(&settings, place),
            Err(errors) => readable(&errors, input),
        }
    }
}

fn sources(file: &Path, input: &[u8], place: Place) -> Sources {
    let text = String::from_utf8_lossy(input);
    let given = text.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (options, environment) = given.partition(|(name, _)| name.starts_with("--"));
    Sources { file: Some(file.to_owned()), environment, options, place }
}

/// What was accepted can be worked with.
fn usable(settings: &Settings, place: Place) {
    let colours = &settings.calendar.colors;
    assert!([colours.approved, colours.unapproved].iter().all(|colour| (1..=11).contains(colour)), "{colours:?}");
    let sheets = [&settings.manual_users.google_config, &settings.offices.google_config];
    let reloads = sheets.into_iter().flatten().filter_map(|sheet| sheet.update_interval);
    for interval in reloads.chain(settings.general.manual_calendar_check_interval) {
        let whole = interval.as_secs() % 60 == 0 && interval.subsec_nanos() == 0;
        assert!(interval > Duration::ZERO && (whole || place == Place::Local), "{interval:?}");
    }
    let now: DateTime<Utc> = DateTime::from_timestamp_nanos(1_781_000_000_000_000_000);
    let range = &settings.calendar.checking_range;
    assert!(range.min.apply(now).is_some() && range.max.apply(now).is_some(), "{range:?}");
    forms_can_be_sent(settings, now);
}

fn forms_can_be_sent(settings: &Settings, now: DateTime<Utc>) {
    let Some((_, url)) = settings.forms.target() else {
        return;
    };
    let forms = &settings.forms;
    let days = sample::days().filter_map(|day| DateRange::new(day, day).ok());
    for user in &settings.manual_users.user_list {
        assert!(forms.missing_names(user).is_empty(), "{user:?}");
        for days in days.clone() {
            let form = approval_form::fill(&forms.letter, user, days, now);
            assert_eq!(form["form_data"]["user_id"], user.email.as_str());
        }
    }
    let authorization = forms.authorization.as_ref();
    let (timeout, transport, clock) = (forms.timeout, sample::transport(), Clock::system());
    let client = Byroapi::new(ByroapiOptions { url, authorization, timeout, transport, clock });
    assert!(client.is_ok(), "{client:?}");
}

/// A person can find each mistake.
fn readable(errors: &ConfigErrors, input: &[u8]) {
    assert!(!errors.mistakes().is_empty());
    let lines = u64::try_from(input.split(|byte| *byte == b'\n' || *byte == b'\r').count()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for mistake in errors.mistakes() {
        text.clear();
        let written = write!(text, "{mistake}");
        assert!(written.is_ok() && !mistake.message.is_empty(), "{mistake:?}");
        assert!(text.chars().count() <= LONGEST_LINE && !text.contains('\n'), "{text}");
        if let Origin::File { line, .. } = mistake.origin {
            assert!(line <= lines, "{text}");
        }
    }
}
