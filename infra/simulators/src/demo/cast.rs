//! The offices of the demo, and the people in it who enter their days by hand. The names say that they are samples.

/// An office of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOffice {
    /// The name that callers of the REST API use.
    pub name: &'static str,
    /// Its Google calendar.
    pub calendar_id: &'static str,
    /// IANA zone of the calendar.
    pub(super) time_zone: &'static str,
    /// Whether its calendar is shared with the service account.
    pub(super) is_shared: bool,
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
    pub(super) employee_number: &'static str,
}

/// What [`demo`](super::demo) has put into a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoWorld {
    /// The spreadsheet with both lists.
    pub spreadsheet_id: &'static str,
    /// The range with the offices: name, calendar id.
    pub offices_range: &'static str,
    /// The range with the persons: address, first name, last name, employee number.
    pub users_range: &'static str,
    /// The offices in the spreadsheet.
    pub offices: [DemoOffice; 5],
    /// The persons in the spreadsheet.
    pub users: [DemoUser; 8],
}

pub(super) const PRAGUE: DemoOffice = office("Prague", "prague-office@group.calendar.example.com", "Europe/Prague");
pub(super) const BRNO: DemoOffice = office("Brno", "brno-office@group.calendar.example.com", "Europe/Prague");
pub(super) const OSTRAVA: DemoOffice = office("Ostrava", "ostrava-office@group.calendar.example.com", "Europe/Prague");
pub(super) const LONDON: DemoOffice = office("London", "london-office@group.calendar.example.com", "Europe/London");
/// Nobody has shared its calendar yet.
const ZLIN: DemoOffice =
    DemoOffice { is_shared: false, ..office("Zlín", "zlin-office@group.calendar.example.com", "Europe/Prague") };

pub(super) const EVA: DemoUser = user("eva.novakova@example.com", "Eva", "Nováková", "1001");
pub(super) const JAN: DemoUser = user("jan.dvorak@example.com", "Jan", "Dvořák", "1002");
pub(super) const PETRA: DemoUser = user("petra.mala@example.com", "Petra", "Malá", "1003");
pub(super) const LUCIE: DemoUser = user("lucie.sample@example.com", "Lucie", "Sample", "1004");
pub(super) const KAREL: DemoUser = user("karel.sample@example.com", "Karel", "Sample", "1005");
pub(super) const ALICE: DemoUser = user("alice.sample@example.com", "Alice", "Sample", "1006");
pub(super) const OLIVER: DemoUser = user("oliver.sample@example.com", "Oliver", "Sample", "1007");
pub(super) const MARTA: DemoUser = user("marta.sample@example.com", "Marta", "Sample", "1008");

pub(super) const DEMO: DemoWorld = DemoWorld {
    spreadsheet_id: "demo-spreadsheet",
    offices_range: "Offices!A2:B",
    users_range: "Manual users!A2:D",
    offices: [PRAGUE, BRNO, OSTRAVA, LONDON, ZLIN],
    users: [EVA, JAN, PETRA, LUCIE, KAREL, ALICE, OLIVER, MARTA],
};

const fn office(name: &'static str, calendar_id: &'static str, time_zone: &'static str) -> DemoOffice {
    DemoOffice { name, calendar_id, time_zone, is_shared: true }
}

const fn user(
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    employee_number: &'static str,
) -> DemoUser {
    DemoUser { email, first_name, last_name, employee_number }
}
