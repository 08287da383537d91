//! Nothing is fetched twice in one invocation, and one token serves all processes.

#![expect(clippy::unwrap_used, reason = "that is how a test fails, also outside of its own function")]

use std::collections::BTreeMap;

use moffman::app::Moffman;
use moffman::domain::reservation::{RequestedReservation, Reservation};
use moffman::reload::ReloadOrder;
use moffman::reserve::ReserveOrder;
use moffman::sweep::{SweepOrder, SweepScope, sweep};
use moffman_simulation::{CALENDARS, Company, Manner, PEOPLE};
use moffman_simulators::{Call, NewEvent};

/// Two of three offices and two of three people are in the spreadsheet.
async fn company() -> Company {
    Company::found(1, &Manner { sheet: true, ..Manner::plain(false) }).await.unwrap()
}

async fn sweep_all(process: &Moffman) {
    let report = sweep(process, &SweepOrder { scope: SweepScope::All, dry_run: false, deadline: None, share: None })
        .await
        .unwrap();
    assert!(report.problems.is_empty(), "{report:#?}");
}

async fn reserve(process: &Moffman, (start, end): (&str, &str), approved: bool, office: &str) {
    let request = RequestedReservation {
        name: "Some User".to_owned(),
        email: None,
        approved,
        start: start.to_owned(),
        end: end.to_owned(),
        request_dt: "11:38:00 2026/06/10".to_owned(),
        office_id: office.to_owned(),
    };
    let order = ReserveOrder { reservation: Reservation::new(request).unwrap(), reopen: false, deadline: None };
    moffman::reserve::place(process, &order).await.unwrap();
}

/// Everybody adds a day everywhere, another one in each calendar.
fn people_add(company: &Company, first: &str) {
    let first: chrono::NaiveDate = first.parse().unwrap();
    for (calendar, day) in CALENDARS.into_iter().zip(first.iter_days()) {
        for (person, _) in PEOPLE {
            company.world.person_adds(calendar, person, NewEvent::new(day, day));
        }
    }
}

/// What was read more than once since `mark`.
fn read_twice(company: &Company, mark: usize) -> Vec<String> {
    let is_read = |call: &Call| {
        call.method == "GET" || ["GetItem", "Query", "BatchGetItem", "Scan", "token"].contains(&call.operation.as_str())
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in company.world.calls_since(mark).iter().filter(|call| is_read(call)) {
        let what = format!("{} {} {:?} {:?}", call.operation, call.path, call.query, call.body);
        *counts.entry(what).or_default() += 1;
    }
    assert!(!counts.is_empty());
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(what, count)| format!("{count} × {what}")).collect()
}

#[tokio::test]
async fn a_sweep_reads_everything_once() {
    let mut company = company().await;
    sweep_all(&company.process("earlier").unwrap()).await;
    for first in ["2026-06-18", "2026-06-22"] {
        people_add(&company, first);
        let process = company.process("later").unwrap();
        for _ in 0..2 {
            let mark = company.world.mark();
            sweep_all(&process).await;
            assert_eq!(read_twice(&company, mark), [""; 0]);
        }
    }
    assert_eq!(company.world.forms().len(), 2 * CALENDARS.len() * PEOPLE.len());
    assert_eq!(company.world.violations(), [""; 0]);
}

#[tokio::test]
async fn the_first_sweep_ever_reads_everything_once() {
    let mut company = company().await;
    let process = company.process("first").unwrap();
    let mark = company.world.mark();
    sweep_all(&process).await;
    assert_eq!(read_twice(&company, mark), [""; 0]);
}

#[tokio::test]
async fn the_first_request_ever_reads_everything_once() {
    let mut company = company().await;
    let process = company.process("first").unwrap();
    let mark = company.world.mark();
    reserve(&process, ("2026-06-18", "2026-06-19"), false, "brno").await;
    assert_eq!(read_twice(&company, mark), [""; 0]);
}

#[tokio::test]
async fn a_request_reads_everything_once() {
    let mut company = company().await;
    sweep_all(&company.process("earlier").unwrap()).await;
    for office in ["prague", "brno"] {
        let process = company.process("later").unwrap();
        for (start, end, approved) in [
            ("2026-06-18", "2026-06-19", false),
            ("2026-06-18", "2026-06-19", true),
            ("2026-06-19", "2026-06-20", true),
        ] {
            let mark = company.world.mark();
            reserve(&process, (start, end), approved, office).await;
            assert_eq!(read_twice(&company, mark), [""; 0], "{office} {start} {approved}");
        }
    }
}

#[tokio::test]
async fn a_reload_reads_everything_once() {
    let mut company = company().await;
    let process = company.process("first").unwrap();
    for _ in 0..2 {
        let mark = company.world.mark();
        moffman::reload::reload(&process, &ReloadOrder::default()).await.unwrap();
        assert_eq!(read_twice(&company, mark), [""; 0]);
    }
}

#[tokio::test]
async fn one_token_serves_all_processes_for_an_hour() {
    let mut company = company().await;
    for minute in 0..11 {
        for name in ["api", "sweeper"] {
            let process = company.process(name).unwrap();
            sweep_all(&process).await;
            reserve(&process, ("2026-06-18", "2026-06-19"), false, "brno").await;
        }
        assert_eq!(company.world.count("token"), 1, "after {minute} times 5 minutes");
        company.time.advance(chrono::Duration::minutes(5));
    }
    sweep_all(&company.process("sweeper").unwrap()).await;
    assert_eq!(company.world.count("token"), 2);
}
