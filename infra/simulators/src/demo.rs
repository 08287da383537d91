//! The world that a newcomer meets: two offices, three persons who register by hand, and what they have registered.

use crate::{CalendarOptions, NewEvent, Recurrence, When, World};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

/// An office of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOffice {
    /// The name that callers of the REST API use.
    pub name: String,
    /// Its Google calendar.
    pub calendar_id: String,
}

/// A person who may register by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// The address under which the person adds events.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Employee number.
    pub employee_number: String,
}

/// What [`demo`] has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoWorld {
    /// The spreadsheet with both lists.
    pub spreadsheet_id: String,
    /// Its range with the offices: name, calendar id.
    pub offices_range: String,
    /// Its range with the persons: address, first name, last name, employee number.
    pub users_range: String,
    /// The offices in the spreadsheet.
    pub offices: Vec<DemoOffice>,
    /// The persons in the spreadsheet.
    pub users: Vec<DemoUser>,
}

/// Fills a world with sample data around its present time.
pub fn demo(world: &World) -> DemoWorld {
    let offices =
        [("Prague", "prague-office@group.calendar.example.com"), ("Brno", "brno-office@group.calendar.example.com")];
    let users = [
        ("eva.novakova@example.com", "Eva", "Nováková", "1001"),
        ("jan.dvorak@example.com", "Jan", "Dvořák", "1002"),
        ("petra.mala@example.com", "Petra", "Malá", "1003"),
    ];
    let demo = DemoWorld {
        spreadsheet_id: "demo-spreadsheet".to_owned(),
        offices_range: "Offices!A2:B".to_owned(),
        users_range: "Manual users!A2:D".to_owned(),
        offices: offices.map(|(name, id)| DemoOffice { name: name.to_owned(), calendar_id: id.to_owned() }).to_vec(),
        users: users.map(user).to_vec(),
    };
    for office in &demo.offices {
        let options = CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() };
        world.add_calendar(&office.calendar_id, options);
    }
    fill_spreadsheet(world, &demo);
    let [(_, prague), (_, brno)] = offices;
    let [(eva, ..), (jan, ..), (petra, ..)] = users;
    let today = world.now().date_naive();
    add(world, prague, eva, days(today, 2, 3).titled("Eva in the office"));
    add(world, prague, jan, days(today, 5, 7).titled("Project meeting"));
    let weekly = Recurrence::weekly().times(3);
    add(world, brno, petra, days(today, 1, 2).titled("Every week").repeating(weekly));
    let morning = format!("{}T09:00:00", day(today, 4));
    let noon = format!("{}T12:00:00", day(today, 4));
    let (start, end) = (When::in_zone(&morning, "Europe/Prague"), When::in_zone(&noon, "Europe/Prague"));
    add(world, brno, jan, NewEvent::new(start, end).titled("Visit"));
    add(world, brno, "guest@example.org", days(today, 3, 4).titled("Not registered by one of ours"));
    demo
}

fn user((email, first, last, number): (&str, &str, &str, &str)) -> DemoUser {
    DemoUser {
        email: email.to_owned(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        employee_number: number.to_owned(),
    }
}

fn fill_spreadsheet(world: &World, demo: &DemoWorld) {
    let heading = |names: &[&str]| names.iter().map(|name| json!(name)).collect::<Vec<Value>>();
    let mut offices = vec![heading(&["Office", "Calendar"])];
    offices.extend(demo.offices.iter().map(|office| vec![json!(office.name), json!(office.calendar_id)]));
    world.set_sheet(&demo.spreadsheet_id, "Offices", offices);
    let mut users = vec![heading(&["E-mail", "First name", "Last name", "Number"])];
    users.extend(demo.users.iter().map(|user| {
        [&user.email, &user.first_name, &user.last_name, &user.employee_number].map(|cell| json!(cell)).to_vec()
    }));
    world.set_sheet(&demo.spreadsheet_id, "Manual users", users);
}

fn day(today: NaiveDate, later: u64) -> NaiveDate {
    today.checked_add_days(Days::new(later)).unwrap_or(today)
}

fn days(today: NaiveDate, first: u64, end: u64) -> NewEvent {
    NewEvent::new(day(today, first), day(today, end))
}

fn add(world: &World, calendar: &str, creator: &str, event: NewEvent) {
    world.person_adds(calendar, creator, event);
}
