//! Fills in the request that makes Byroapi issue an approval form.
//!
//! Only the form has a last day: everywhere else a range of days ends with the first day that is not included.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};

use super::date_format::DateFormat;
use super::date_range::DateRange;
use super::letter::{Letter, Recipients};
use super::manual_user::ManualUser;
use super::template::Placeholder;

/// The longest file extension, in characters, as in `.xhtml`.
const LONGEST_EXTENSION: usize = 5;

/// The request for the form of `user` for `days`; `updated` is when the event last changed.
///
/// The body is the one that Byroapi 0.2 takes at `/api/v1/form`.
pub fn fill(letter: &Letter, user: &ManualUser, days: DateRange, updated: DateTime<Utc>) -> Value {
    let last_day = letter.end_date_corrective.apply_date(days.end()).unwrap_or(days.end());
    let dates = [days.start(), last_day, date_approved(updated, days.start())];
    let [date_from, date_to, date_approved] = written(&letter.date_format, dates);
    let [from_attachment, to_attachment, approved_attachment] = written(&letter.attachment_date_format, dates);
    let value = |placeholder: Placeholder| match placeholder {
        Placeholder::Id => user.email.as_str(),
        Placeholder::FirstName | Placeholder::LastName | Placeholder::EmployeeNumber => {
            user.detail(placeholder).unwrap_or_default()
        }
        Placeholder::UserName => &user.name,
        Placeholder::DateFrom => &date_from,
        Placeholder::DateTo => &date_to,
        Placeholder::DateApproved => &date_approved,
        Placeholder::DateFromAttachment => &from_attachment,
        Placeholder::DateToAttachment => &to_attachment,
        Placeholder::DateApprovedAttachment => &approved_attachment,
    };
    let email = &letter.email;
    let attachment = email.attachments.as_ref().map(|name| attachment_name(&name.render(&value)));
    json!({
        "template": letter.template,
        "form_data": {
            "user_id": user.email.as_str(),
            "date_from": &date_from,
            "date_to": &date_to,
            "date_approved": &date_approved,
        },
        "result": {
            "download": false,
            "email": {
                "from": people(&email.from),
                "to": people(&email.to),
                "cc": copies(&email.cc, letter.cc_to_creator.then_some(user)),
                "subject": email.subject.render(&value),
                "contents": email.contents.render(&value),
                "attachments": attachment,
            },
        },
    })
}

/// The day of the event's last change. A change after the start of the first day is moved back by whole days until it is
/// before that start.
fn date_approved(updated: DateTime<Utc>, start: NaiveDate) -> NaiveDate {
    let late = updated - start.and_time(NaiveTime::MIN).and_utc();
    if late <= Duration::zero() {
        return updated.date_naive();
    }
    (updated - Duration::days(late.num_days() + 1)).date_naive()
}

fn written(format: &DateFormat, dates: [NaiveDate; 3]) -> [String; 3] {
    dates.map(|date| format.format(date))
}

/// A file name for the attached form: the extension stays, and in the rest `.` and `/` become `-`.
fn attachment_name(name: &str) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && is_extension(extension) => (stem, Some(extension)),
        _ => (name, None),
    };
    let stem = stem.replace(['.', '/'], "-");
    extension.map_or_else(|| stem.clone(), |extension| format!("{stem}.{extension}"))
}

fn is_extension(text: &str) -> bool {
    (1..=LONGEST_EXTENSION).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn people(recipients: &Recipients) -> Value {
    match recipients {
        Recipients::Address(address) => json!(address),
        Recipients::Named(entries) => Value::Object(entries.iter().map(|(a, n)| (a.clone(), json!(n))).collect()),
    }
}

/// The recipients of a copy, with the event's creator if one is given. A single address has no name, and becomes its own name
/// when the creator is added.
fn copies(cc: &Recipients, creator: Option<&ManualUser>) -> Value {
    let Some(creator) = creator else {
        return people(cc);
    };
    let mut all: Map<String, Value> = match cc {
        Recipients::Address(address) => Map::from_iter([(address.clone(), json!(address))]),
        Recipients::Named(entries) => entries.iter().map(|(a, n)| (a.clone(), json!(n))).collect(),
    };
    all.insert(creator.email.as_str().to_owned(), json!(creator.name));
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date_range::parse_date;

    #[test]
    fn the_approval_always_precedes_the_first_day() {
        for (updated, start, approved) in [
            ("2026-06-10T08:00:00Z", "2026-06-18", "2026-06-10"),
            ("2026-06-18T00:00:00.000Z", "2026-06-18", "2026-06-18"),
            ("2026-06-18T00:00:00.001Z", "2026-06-18", "2026-06-17"),
            ("2026-06-20T12:00:00Z", "2026-06-18", "2026-06-17"),
            ("2026-06-28T10:00:00Z", "2026-06-12", "2026-06-11"),
        ] {
            let day = date_approved(updated.parse().unwrap(), parse_date(start).unwrap());
            assert_eq!(day.to_string(), approved, "updated {updated}, start {start}");
        }
    }

    #[test]
    fn only_a_short_ending_with_a_letter_is_an_extension() {
        for (given, name) in [
            ("form.pdf", "form.pdf"),
            ("18.06.2026/form.v2.pdf", "18-06-2026-form-v2.pdf"),
            ("x_18.06.2026", "x_18-06-2026"),
            (".pdf", "-pdf"),
            ("form.", "form-"),
            ("form.mp4", "form.mp4"),
            ("form.toolong", "form-toolong"),
            ("form.p f", "form-p f"),
            ("", ""),
        ] {
            assert_eq!(attachment_name(given), name, "{given:?}");
        }
    }
}
