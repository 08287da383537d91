//! The world that a newcomer meets: offices, people who enter their days by hand, what callers have reserved, and something
//! of all that may need a person.

mod cast;
mod habits;

pub use cast::{DemoOffice, DemoUser, DemoWorld};

use crate::world::event::{NewEvent, Recurrence, When};
use crate::world::faults::{Fault, Matcher};
use crate::world::handle::World;
use crate::world::scenery::CalendarOptions;
use cast::{ALICE, BRNO, DEMO, EVA, JAN, KAREL, LONDON, LUCIE, MARTA, OLIVER, OSTRAVA, PETRA, PRAGUE};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use habits::HABITS;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How many weeks are reserved: the last one, this one and those that follow.
const WEEKS: u64 = 5;

/// Fills a world with offices, people and their plans for the weeks around `today`.
pub fn demo(world: &World, today: NaiveDate) -> DemoWorld {
    fill_spreadsheet(world);
    for office in DEMO.offices {
        let access_role = if office.is_shared { "writer" } else { "none" };
        let (time_zone, access_role) = (office.time_zone.to_owned(), access_role.to_owned());
        world.add_calendar(office.calendar_id, CalendarOptions { time_zone, access_role, subscribed: false });
    }
    let monday = monday(today);
    reserve(world, earlier(monday, 7));
    let enters = |office: DemoOffice, person: DemoUser, event: NewEvent| {
        world.person_adds(office.calendar_id, person.email, event);
    };
    let weekly = Recurrence::weekly().times(3);
    enters(PRAGUE, LUCIE, days(monday, 0, 2).titled("Planning").repeating(weekly));
    enters(BRNO, KAREL, days(monday, 1, 4).titled("Karel in Brno"));
    enters(OSTRAVA, ALICE, days(monday, 1, 2).titled("Visiting Ostrava"));
    enters(LONDON, ALICE, days(monday, 3, 5).titled("Workshop"));
    enters(LONDON, OLIVER, days(monday, 0, 3).titled("Office"));
    DEMO
}

/// People enter days whose forms will need a person: after nine sweeps, each an hour or more after the one before and the
/// last one eight hours after it, one form is refused for the ninth time, one was refused until nobody knows whether it was
/// issued, and one was in doubt so often that it is held.
pub fn demo_trouble(world: &World, today: NaiveDate) {
    let monday = monday(today);
    let refused = || Fault::status(500, "no blank PDF");
    for (office, person, first) in [(BRNO, KAREL, 8), (LONDON, OLIVER, 8), (PRAGUE, MARTA, 9)] {
        world.person_adds(office.calendar_id, person.email, days(monday, first, first + 1).titled("Office"));
    }
    let form_of = |person: DemoUser| Matcher::operation("form").containing(person.email);
    world.fail(form_of(KAREL), refused()).times(9);
    world.fail(form_of(OLIVER), refused()).times(8);
    world.fail(form_of(OLIVER), Fault::DropAfterEffect);
    world.fail(form_of(MARTA), Fault::DropAfterEffect).times(3);
}

/// People enter days that no sweep has seen yet.
pub fn demo_news(world: &World) {
    let day = |number: u64| workday(world.now().date_naive(), number);
    let one_day = |number: u64| NewEvent::new(day(number), later(day(number), 1));
    let (prague, brno) = (PRAGUE.calendar_id, BRNO.calendar_id);
    world.person_adds(prague, EVA.email, one_day(2).titled("Eva in the office"));
    world.person_adds(prague, JAN.email, days(day(4), 0, 2).titled("Project meeting"));
    let weekly = Recurrence::weekly().times(2);
    world.person_adds(brno, PETRA.email, one_day(1).titled("Every week").repeating(weekly));
    let at = |hour: &str| When::in_zone(&format!("{}T{hour}:00:00", day(3)), BRNO.time_zone);
    world.person_adds(brno, JAN.email, NewEvent::new(at("09"), at("12")).titled("Visit"));
    world.person_adds(brno, "guest@example.org", one_day(3).titled("Not registered by one of ours"));
}

/// Puts reservations into the calendars from `first_monday` on, as the service account inserted them.
fn reserve(world: &World, first_monday: NaiveDate) {
    for (number, habit) in HABITS.iter().enumerate() {
        for week in 0..WEEKS {
            let is_pending = habit.pending_in.is_some_and(|pending| pending + 1 == week);
            let (title, colour) =
                if is_pending { (format!("({})", habit.name), "4") } else { (habit.name.to_owned(), "5") };
            let event = days(later(first_monday, 7 * week), habit.first, habit.end).titled(&title);
            let event = event.with("colorId", json!(colour)).private("event_processed", &(!is_pending).to_string());
            let digest = Sha256::digest(format!("{number} {week}"));
            let id = digest.iter().take(16).fold(0, |id, byte| (id << 8) | u128::from(*byte));
            world.add_inserted(habit.office.calendar_id, &format!("{id:032x}"), event);
        }
    }
}

/// Both lists, each with a row that is of no use.
fn fill_spreadsheet(world: &World) {
    let mut offices = vec![cells(["Office", "Calendar"])];
    offices.extend(DEMO.offices.map(|office| cells([office.name, office.calendar_id])));
    offices.push(cells(["Olomouc"]));
    world.set_sheet(DEMO.spreadsheet_id, "Offices", offices);
    let mut users = vec![cells(["E-mail", "First name", "Last name", "Number"])];
    users.extend(DEMO.users.map(|user| cells([user.email, user.first_name, user.last_name, user.employee_number])));
    users.push(cells(["", "Radek", "Sample", "1009"]));
    world.set_sheet(DEMO.spreadsheet_id, "Manual users", users);
}

fn cells<const N: usize>(texts: [&str; N]) -> Vec<Value> {
    texts.map(Value::from).to_vec()
}

fn monday(today: NaiveDate) -> NaiveDate {
    today.week(Weekday::Mon).first_day()
}

/// The working day that comes as the `number`-th after today.
fn workday(today: NaiveDate, number: u64) -> NaiveDate {
    let days = today.iter_days().skip(1);
    let mut working = days.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    usize::try_from(number).ok().and_then(|number| working.nth(number.saturating_sub(1))).unwrap_or(today)
}

fn earlier(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

fn days(from: NaiveDate, first: u64, end: u64) -> NewEvent {
    NewEvent::new(later(from, first), later(from, end))
}
