//! A small day, whose cost can be reckoned.

use moffman_bench::{Day, play_day};

#[tokio::test]
async fn an_unchanged_office_costs_a_call_per_sweep_and_an_event_what_it_should() {
    let quiet = play_day(&Day { offices: 3, events: 0 }).await.unwrap();
    // Twelve sweeps; each office is listed in full once; the sheet is read 24 times.
    assert_eq!(quiet.google, 12 * 3 + 3 + 24, "{quiet:?}");
    assert_eq!((quiet.schedules, quiet.invocations, quiet.forms), (3, 12 + 24 + 24, 0), "{quiet:?}");
    let busy = play_day(&Day { offices: 3, events: 2 }).await.unwrap();
    assert_eq!((busy.google - quiet.google, busy.forms), (2, 2), "{busy:?}");
    assert!(busy.busiest_minute() < 30, "{busy:?}");
    assert!(busy.to_string().starts_with("| 3 | 2 | 3 | 60 | "), "{busy}");
}
