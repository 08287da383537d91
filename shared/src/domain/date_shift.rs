//! Moves an instant or a day by a span written as Arrow's `shift` arguments, such as `weeks: -1`.
//!
//! Months are added first and end at the month's last day when the day does not exist there; the rest is exact time.
//! Source: <https://arrow.readthedocs.io/en/latest/guide.html#replace-shift>. Arrow also takes fractions and `weekday`;
//! both are refused here.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use strum::{EnumString, VariantNames};

/// A unit that a shift may be written in; only the plural forms are shift arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum ShiftUnit {
    /// Twelve months.
    Years,
    /// Three months.
    Quarters,
    /// Calendar months.
    Months,
    /// Seven days.
    Weeks,
    /// 24 hours: shifts are made in UTC.
    Days,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
}

impl ShiftUnit {
    /// The name of every unit in the configuration.
    pub const NAMES: &[&str] = Self::VARIANTS;

    /// The months and the seconds of one unit.
    const fn size(self) -> (i64, i64) {
        match self {
            Self::Years => (12, 0),
            Self::Quarters => (3, 0),
            Self::Months => (1, 0),
            Self::Weeks => (0, 604_800),
            Self::Days => (0, 86_400),
            Self::Hours => (0, 3_600),
            Self::Minutes => (0, 60),
            Self::Seconds => (0, 1),
        }
    }
}

/// A span of calendar months and exact seconds; both may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateShift {
    months: i32,
    seconds: i64,
}

impl DateShift {
    /// The sum of these amounts; `None` when no calendar goes that far.
    pub fn new(amounts: impl IntoIterator<Item = (ShiftUnit, i64)>) -> Option<Self> {
        let (mut months, mut seconds) = (0_i64, 0_i64);
        for (unit, amount) in amounts {
            let (unit_months, unit_seconds) = unit.size();
            months = months.checked_add(amount.checked_mul(unit_months)?)?;
            seconds = seconds.checked_add(amount.checked_mul(unit_seconds)?)?;
        }
        TimeDelta::try_seconds(seconds)?;
        Some(Self { months: i32::try_from(months).ok()?, seconds })
    }

    /// The instant moved by this span; `None` when no calendar goes that far.
    pub fn apply(self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let months = Months::new(self.months.unsigned_abs());
        let moved =
            if self.months < 0 { instant.checked_sub_months(months)? } else { instant.checked_add_months(months)? };
        moved.checked_add_signed(TimeDelta::try_seconds(self.seconds)?)
    }

    /// The day on which `date`, 00:00 UTC, lands; `None` when no calendar goes that far.
    pub fn apply_date(self, date: NaiveDate) -> Option<NaiveDate> {
        self.apply(date.and_time(NaiveTime::MIN).and_utc()).map(|instant| instant.date_naive())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shifted(date: &str, amounts: &[(ShiftUnit, i64)]) -> String {
        let shift = DateShift::new(amounts.iter().copied()).unwrap();
        shift.apply_date(date.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn shifts_are_those_of_arrow() {
        use ShiftUnit::{Days, Hours, Months, Quarters, Weeks, Years};
        let cases: [(_, &[_], _); 8] = [
            ("2026-01-31", &[(Months, 1)], "2026-02-28"),
            ("2024-02-29", &[(Years, 1)], "2025-02-28"),
            ("2026-01-31", &[(Quarters, 1), (Weeks, 1), (Days, -1)], "2026-05-06"),
            ("2026-01-31", &[(Years, 1), (Months, 1), (Days, 1)], "2027-03-01"),
            ("2026-06-18", &[(Weeks, -1)], "2026-06-11"),
            ("2026-06-18", &[(Days, -1)], "2026-06-17"),
            ("2026-06-18", &[(Hours, -1)], "2026-06-17"),
            ("2026-06-18", &[], "2026-06-18"),
        ];
        for (date, amounts, expected) in cases {
            assert_eq!(shifted(date, amounts), expected, "{date} {amounts:?}");
        }
    }

    #[test]
    fn an_instant_keeps_its_time_of_day() {
        let shift = DateShift::new([(ShiftUnit::Months, -1), (ShiftUnit::Minutes, 5)]).unwrap();
        let instant = "2026-03-31T23:58:01.5Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(shift.apply(instant).unwrap().to_rfc3339(), "2026-03-01T00:03:01.500+00:00");
    }

    #[test]
    fn singular_names_are_no_units() {
        assert_eq!("weeks".parse(), Ok(ShiftUnit::Weeks));
        assert!("week".parse::<ShiftUnit>().is_err());
        assert!("weekday".parse::<ShiftUnit>().is_err());
    }

    proptest! {
        #[test]
        fn a_shift_of_any_size_never_panics(unit in 0_usize..8, amount: i64, day in -700_000_i32..2_900_000) {
            let unit: ShiftUnit = ShiftUnit::NAMES[unit].parse().unwrap();
            let date = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
            if let Some(shift) = DateShift::new([(unit, amount)]) {
                let _ = shift.apply_date(date);
            }
        }
    }
}
