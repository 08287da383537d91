//! Schedule expressions: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// When a schedule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// Again and again, every so many minutes.
    Rate(i64),
    /// Once, in the schedule's own time zone.
    At(NaiveDateTime),
    /// At certain minutes, hours and days; checked, but this simulator never fires it.
    Cron,
}

impl Expression {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        match kind {
            "rate" => rate(inner),
            "at" => NaiveDateTime::parse_from_str(inner, "%Y-%m-%dT%H:%M:%S").ok().map(Self::At),
            "cron" => is_cron(inner).then_some(Self::Cron),
            _ => None,
        }
    }

    /// Whether `StartDate` and `EndDate` have a meaning.
    pub(crate) fn is_recurring(self) -> bool {
        !matches!(self, Self::At(_))
    }

    /// Whether it fires in the minute that begins at `minute`, if it fired first at `start`.
    pub(crate) fn fires_in(self, minute: DateTime<Utc>, start: DateTime<Utc>) -> bool {
        let within = |at: DateTime<Utc>| at >= minute && at < minute + TimeDelta::minutes(1);
        match self {
            Self::Rate(every) => {
                let (every, passed) = (every * 60, (minute - start).num_seconds());
                // The number of intervals until the first time at or after the beginning of the minute.
                let count = if passed <= 0 { 0 } else { (passed + every - 1) / every };
                within(start + TimeDelta::seconds(count * every))
            }
            Self::At(at) => within(at.and_utc()),
            Self::Cron => false,
        }
    }
}

fn rate(inner: &str) -> Option<Expression> {
    let (value, unit) = inner.split_once(' ')?;
    let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) && !value.starts_with('0');
    let value = value.parse::<i64>().ok().filter(|_| is_plain)?;
    let minutes = match (unit, value == 1) {
        ("minute", true) | ("minutes", false) => 1,
        ("hour", true) | ("hours", false) => 60,
        ("day", true) | ("days", false) => 24 * 60,
        _ => return None,
    };
    value.checked_mul(minutes).map(Expression::Rate)
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Whether this is minutes, hours, day of the month, month, day of the week and year, with `?` for one of the days.
fn is_cron(inner: &str) -> bool {
    let fields: Vec<&str> = inner.split(' ').collect();
    let [minutes, hours, day, month, weekday, year] = fields[..] else {
        return false;
    };
    let days = match (day, weekday) {
        ("?", "?") => false,
        ("?", weekday) => is_field(weekday, 1, 7, WEEKDAYS) || is_special_weekday(weekday),
        (day, "?") => is_field(day, 1, 31, &[]) || is_special_day(day),
        _ => false,
    };
    days && is_field(minutes, 0, 59, &[])
        && is_field(hours, 0, 23, &[])
        && is_field(month, 1, 12, MONTHS)
        && is_field(year, 1970, 2199, &[])
}

/// Whether this is `*`, or values, ranges and steps, separated by commas.
fn is_field(text: &str, least: u32, most: u32, names: &[&str]) -> bool {
    let value = |text: &str| {
        let number = text.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number));
        number || names.iter().any(|name| name.eq_ignore_ascii_case(text))
    };
    let range = |text: &str| match text.split_once('-') {
        Some((from, to)) => value(from) && value(to),
        None => text == "*" || value(text),
    };
    text.split(',').all(|part| match part.split_once('/') {
        Some((from, step)) => range(from) && step.parse::<u32>().is_ok_and(|step| step > 0),
        None => range(part),
    })
}

/// Whether this means the last day of the month, or the working day nearest to a day.
fn is_special_day(text: &str) -> bool {
    text == "L" || text == "LW" || text.strip_suffix('W').is_some_and(|day| is_field(day, 1, 31, &[]))
}

/// Whether this means the last or the n-th of a weekday in the month.
fn is_special_weekday(text: &str) -> bool {
    let last = text.strip_suffix('L').is_some_and(|day| day.is_empty() || is_field(day, 1, 7, WEEKDAYS));
    let nth = text.split_once('#').is_some_and(|(day, n)| is_field(day, 1, 7, WEEKDAYS) && is_field(n, 1, 5, &[]));
    last || nth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_documented() {
        for (text, minutes) in
            [("rate(1 minute)", 1), ("rate(5 minutes)", 5), ("rate(1 hour)", 60), ("rate(2 days)", 2_880)]
        {
            assert_eq!(Expression::parse(text), Some(Expression::Rate(minutes)), "{text}");
        }
        for text in [
            "cron(15 10 ? * 6L 2022-2026)",
            "cron(0/15 * * * ? *)",
            "cron(0 18 ? * MON-FRI *)",
            "cron(0 10 L * ? *)",
            "cron(0 10 ? JAN,JUL 2#1 *)",
        ] {
            assert_eq!(Expression::parse(text), Some(Expression::Cron), "{text}");
        }
        assert!(matches!(Expression::parse("at(2026-06-15T08:00:00)"), Some(Expression::At(_))));
        for wrong in [
            "rate(0 minutes)",
            "rate(1 minutes)",
            "rate(2 minute)",
            "rate(5 seconds)",
            "rate(1.5 hours)",
            "rate(-1 minutes)",
            "rate(5minutes)",
            "rate (5 minutes)",
            "rate(05 minutes)",
            "every 5 minutes",
            "",
            "cron(0 10 * * * *)",
            "cron(0 10 ? * ? *)",
            "cron(60 10 * * ? *)",
            "cron(0 10 * * ?)",
            "at(2026-06-15 08:00)",
            "at(2026-02-30T08:00:00)",
        ] {
            assert_eq!(Expression::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_rate_fires_at_its_start_and_then_evenly() {
        let start: DateTime<Utc> = "2026-06-15T08:02:00Z".parse().unwrap();
        let rate = Expression::Rate(5);
        let fires: Vec<i64> =
            (-10..12).filter(|minute| rate.fires_in(start + TimeDelta::minutes(*minute), start)).collect();
        assert_eq!(fires, [0, 5, 10]);
    }
}
