//! Time zones of the IANA database. Their data is part of the program, because the machine may have none.

use chrono::{DateTime, FixedOffset};
use derive_more::Debug;
use tz::TimeZoneRef;

/// A time zone.
///
/// chrono-tz would do as well, but its tables hold an address for every change of a clock. Each process would have to adjust
/// tens of thousands of them before it starts. The data knows no name, so none is shown when it is debugged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[debug("Zone")]
pub struct Zone(&'static TimeZoneRef<'static>);

impl Zone {
    /// The zone of this name, such as `Europe/Prague`, in any capitalisation.
    pub fn named(name: &str) -> Option<Self> {
        tzdb_data::find_tz(name.as_bytes()).map(Self)
    }

    /// The instant as the clocks of this zone show it. `None` if the year is out of reach.
    pub fn local(self, instant: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
        let seconds = self.0.find_local_time_type(instant.timestamp()).ok()?.ut_offset();
        Some(instant.with_timezone(&FixedOffset::east_opt(seconds)?))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone as _, Utc};
    use proptest::prelude::*;

    use super::*;

    fn local(zone: &str, instant: &str) -> String {
        Zone::named(zone).unwrap().local(instant.parse().unwrap()).unwrap().to_rfc3339()
    }

    #[test]
    fn clocks_change_in_spring_and_autumn_in_this_year_and_in_later_ones() {
        for (zone, instant, shown) in [
            ("Europe/Prague", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"),
            ("Europe/Prague", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"),
            ("Europe/Prague", "2126-07-01T12:00:00Z", "2126-07-01T14:00:00+02:00"),
            ("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00:00-05:00"),
            ("Asia/Kathmandu", "2026-01-01T00:00:00+02:00", "2026-01-01T03:45:00+05:45"),
            ("utc", "2026-01-01T00:00:00+02:00", "2025-12-31T22:00:00+00:00"),
        ] {
            assert_eq!(local(zone, instant), shown, "{zone} {instant}");
        }
    }

    #[test]
    fn an_unknown_name_is_no_zone() {
        for name in ["Mars/Olympus", "", "Europe/Prague ", "+02:00"] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_zone_knows_its_clocks_in_all_years_that_can_be_written(
            zone in prop::sample::select(tzdb_data::TZ_NAMES),
            year in 1..=9_998,
            second in 0_i64..31_536_000,
        ) {
            let instant = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap() + TimeDelta::seconds(second);
            let local = Zone::named(zone).unwrap().local(instant.fixed_offset()).unwrap();
            prop_assert!(local == instant && local.offset().local_minus_utc().abs() < 16 * 3_600, "{local}");
        }
    }
}
