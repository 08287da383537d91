//! The spreadsheet of a schedule, which people break and mend.

use moffman_simulators::World;
use serde_json::{Value, json};

use crate::cast::{CALENDARS, PEOPLE, office};

/// The id of the spreadsheet.
pub const ID: &str = "directory";

/// What somebody has made of the spreadsheet's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All offices and people that are not in the configuration.
    Complete,
    /// The last person is not registered.
    PersonMissing,
    /// The last office is not there.
    OfficeMissing,
    /// Some rows besides are blank, short or repeated.
    Untidy,
    /// Nobody is there.
    NobodyThere,
    /// No row can be used.
    NothingUsable,
}

const ALL: [Rows; 6] =
    [Rows::Complete, Rows::PersonMissing, Rows::OfficeMissing, Rows::Untidy, Rows::NobodyThere, Rows::NothingUsable];

/// Somebody changes the spreadsheet. Answers what was done, for the story.
pub fn act(random: &mut fastrand::Rng, world: &World) -> String {
    match random.u8(..4) {
        0 => {
            world.break_sheet(ID);
            "the spreadsheet cannot be read any more".to_owned()
        }
        1 => {
            world.mend_sheet(ID);
            "the spreadsheet can be read".to_owned()
        }
        _ => {
            let rows = ALL[random.usize(..ALL.len())];
            write(world, rows);
            format!("the spreadsheet's rows are now: {rows:?}")
        }
    }
}

/// Mends the spreadsheet in every way.
pub fn mend(world: &World) {
    world.mend_sheet(ID);
    write(world, Rows::Complete);
}

/// Fills the spreadsheet.
pub fn write(world: &World, rows: Rows) {
    let mut users = vec![json!(["E-mail", "First name", "Last name", "Number"])];
    let mut offices = vec![json!(["Office", "Calendar"])];
    users.extend(PEOPLE.iter().skip(1).enumerate().map(|(number, (address, name))| {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        // A person who fills in a sheet does not care about capitals.
        json!([address.to_uppercase(), first, last, number + 1])
    }));
    offices.extend(CALENDARS.iter().skip(1).map(|id| json!([office(id), id])));
    match rows {
        Rows::Complete => {}
        Rows::PersonMissing => users.truncate(users.len() - 1),
        Rows::OfficeMissing => offices.truncate(offices.len() - 1),
        Rows::Untidy => {
            users.splice(1..1, [json!(["", " "]), json!(["no address"])]);
            users.extend([json!([PEOPLE[1].0, "Somebody", "Else", 9])]);
            offices.splice(1..1, [json!([]), json!(["alone"])]);
        }
        Rows::NobodyThere => users.truncate(1),
        Rows::NothingUsable => {
            users.truncate(1);
            users.push(json!(["no address", "at", "all", 1]));
        }
    }
    world.set_sheet(ID, "Manual users", cells(users));
    world.set_sheet(ID, "Offices", cells(offices));
}

fn cells(rows: Vec<Value>) -> Vec<Vec<Value>> {
    rows.into_iter().filter_map(|row| row.as_array().cloned()).collect()
}
