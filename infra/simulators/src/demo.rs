//! The world that a newcomer meets: two offices, three persons, the events that they have added by hand, and what callers
//! have reserved.

use crate::world::event::{NewEvent, Recurrence, When};
use crate::world::handle::World;
use crate::world::scenery::CalendarOptions;
use chrono::{Days, NaiveDate, Weekday};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// An office of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOffice {
    /// The name that callers of the REST API use.
    pub name: &'static str,
    /// Its Google calendar.
    pub calendar_id: &'static str,
}

/// A person who may register by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// The address under which the person adds events.
    pub email: &'static str,
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    employee_number: &'static str,
}

/// What [`demo`] has put into a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoWorld {
    /// The spreadsheet with both lists.
    pub spreadsheet_id: &'static str,
    /// The range with the offices: name, calendar id.
    pub offices_range: &'static str,
    /// The range with the persons: address, first name, last name, employee number.
    pub users_range: &'static str,
    /// The offices in the spreadsheet.
    pub offices: [DemoOffice; 2],
    /// The persons in the spreadsheet.
    pub users: [DemoUser; 3],
}

const DEMO: DemoWorld = DemoWorld {
    spreadsheet_id: "demo-spreadsheet",
    offices_range: "Offices!A2:B",
    users_range: "Manual users!A2:D",
    offices: [
        DemoOffice { name: "Prague", calendar_id: "prague-office@group.calendar.example.com" },
        DemoOffice { name: "Brno", calendar_id: "brno-office@group.calendar.example.com" },
    ],
    users: [
        DemoUser {
            email: "eva.novakova@example.com",
            first_name: "Eva",
            last_name: "Nováková",
            employee_number: "1001",
        },
        DemoUser { email: "jan.dvorak@example.com", first_name: "Jan", last_name: "Dvořák", employee_number: "1002" },
        DemoUser { email: "petra.mala@example.com", first_name: "Petra", last_name: "Malá", employee_number: "1003" },
    ],
};

/// What a caller has reserved for somebody. The days are counted from this week's Monday.
struct DemoReservation {
    name: &'static str,
    first: u64,
    /// The day after the last one.
    end: u64,
    is_approved: bool,
}

const IN_PRAGUE: [DemoReservation; 6] = [
    approved("Bob Example", 0, 3),
    approved("Cora Example", 0, 1),
    pending("Dan Example", 1, 2),
    approved("Cora Example", 3, 5),
    approved("Bob Example", 7, 9),
    pending("Dan Example", 8, 10),
];

const IN_BRNO: [DemoReservation; 4] = [
    approved("Dan Example", 0, 1),
    pending("Dan Example", 2, 5),
    approved("Cora Example", 7, 9),
    pending("Bob Example", 10, 11),
];

const fn approved(name: &'static str, first: u64, end: u64) -> DemoReservation {
    DemoReservation { name, first, end, is_approved: true }
}

const fn pending(name: &'static str, first: u64, end: u64) -> DemoReservation {
    DemoReservation { name, first, end, is_approved: false }
}

/// Fills a world with sample data around its present time.
pub fn demo(world: &World) -> DemoWorld {
    fill_spreadsheet(world);
    for office in DEMO.offices {
        let options = CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() };
        world.add_calendar(office.calendar_id, options);
    }
    let [prague, brno] = DEMO.offices.map(|office| office.calendar_id);
    let [eva, jan, petra] = DEMO.users.map(|user| user.email);
    let today = world.now().date_naive();
    world.person_adds(prague, eva, days(today, 2, 3).titled("Eva in the office"));
    world.person_adds(prague, jan, days(today, 5, 7).titled("Project meeting"));
    let weekly = Recurrence::weekly().times(3);
    world.person_adds(brno, petra, days(today, 1, 2).titled("Every week").repeating(weekly));
    let morning = format!("{}T09:00:00", day(today, 4));
    let noon = format!("{}T12:00:00", day(today, 4));
    let (start, end) = (When::in_zone(&morning, "Europe/Prague"), When::in_zone(&noon, "Europe/Prague"));
    world.person_adds(brno, jan, NewEvent::new(start, end).titled("Visit"));
    world.person_adds(brno, "guest@example.org", days(today, 3, 4).titled("Not registered by one of ours"));
    reserve(world, prague, &IN_PRAGUE);
    reserve(world, brno, &IN_BRNO);
    DEMO
}

/// Puts reservations into a calendar, as the service account inserted them.
fn reserve(world: &World, calendar: &str, reservations: &[DemoReservation]) {
    let monday = world.now().date_naive().week(Weekday::Mon).first_day();
    for (number, reservation) in reservations.iter().enumerate() {
        let DemoReservation { name, first, end, is_approved } = *reservation;
        let (title, colour) = if is_approved { (name.to_owned(), "5") } else { (format!("({name})"), "4") };
        let event = days(monday, first, end).titled(&title).with("colorId", json!(colour));
        let digest = Sha256::digest(format!("{calendar} {number}"));
        let id = digest.iter().take(16).fold(0, |id, byte| (id << 8) | u128::from(*byte));
        world.add_inserted(calendar, &format!("{id:032x}"), event.private("event_processed", &is_approved.to_string()));
    }
}

fn fill_spreadsheet(world: &World) {
    let mut offices = vec![cells(["Office", "Calendar"])];
    offices.extend(DEMO.offices.map(|office| cells([office.name, office.calendar_id])));
    world.set_sheet(DEMO.spreadsheet_id, "Offices", offices);
    let mut users = vec![cells(["E-mail", "First name", "Last name", "Number"])];
    users.extend(DEMO.users.map(|user| cells([user.email, user.first_name, user.last_name, user.employee_number])));
    world.set_sheet(DEMO.spreadsheet_id, "Manual users", users);
}

fn cells<const N: usize>(texts: [&str; N]) -> Vec<Value> {
    texts.map(Value::from).to_vec()
}

fn day(today: NaiveDate, later: u64) -> NaiveDate {
    today.checked_add_days(Days::new(later)).unwrap_or(today)
}

fn days(today: NaiveDate, first: u64, end: u64) -> NewEvent {
    NewEvent::new(day(today, first), day(today, end))
}
