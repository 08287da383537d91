//! What a test sets up in the services beforehand, and what it looks at afterwards.

use crate::{
    World,
    services::google::calendar::{Pages, SimulatedCalendar},
    services::ssm::Parameter,
};
use chrono_tz::Tz;
use serde_json::Value;

/// How a calendar is shared with the service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarOptions {
    /// IANA zone of the calendar.
    pub time_zone: String,
    /// `owner`, `writer`, `reader`, `freeBusyReader` (listing its events is 403 here), or `none`: not shared, which looks like
    /// an unknown calendar.
    pub access_role: String,
    /// Whether it is in the service account's calendar list from the start. Access does not depend on it.
    pub subscribed: bool,
}

impl Default for CalendarOptions {
    fn default() -> Self {
        Self { time_zone: "UTC".to_owned(), access_role: "writer".to_owned(), subscribed: false }
    }
}

impl World {
    /// Makes a calendar, or replaces it by an empty one. An unknown time zone is a violation and counts as UTC.
    pub fn add_calendar(&self, id: &str, options: CalendarOptions) {
        let mut state = self.lock();
        let time_zone = options.time_zone.parse().unwrap_or_else(|_| {
            state.violation(format!("add_calendar: unknown time zone {}", options.time_zone));
            Tz::UTC
        });
        let stamp = state.stamp();
        let calendar = SimulatedCalendar::new(id, time_zone, options.access_role, stamp);
        if options.subscribed {
            state.subscriptions.push(calendar.id.clone());
        }
        state.calendars.insert(calendar);
    }

    /// Removes a calendar.
    pub fn remove_calendar(&self, id: &str) {
        let mut state = self.lock();
        if let Some(removed) = state.calendars.remove(id) {
            state.subscriptions.retain(|subscribed| *subscribed != removed.id);
        }
    }

    /// Shares a calendar in another way; see [`CalendarOptions::access_role`].
    pub fn set_access_role(&self, calendar: &str, role: &str) {
        self.set(calendar, |calendar| role.clone_into(&mut calendar.access_role));
    }

    /// Every sync token issued for this calendar so far is answered with 410.
    pub fn expire_sync_tokens(&self, calendar: &str) {
        let change = self.lock().stamp().change;
        self.set(calendar, |calendar| calendar.expired_before = change);
    }

    /// Page `page` (the first is 1) of the next listing with a sync token is answered with 410, and so is its token from
    /// then on. Counts as a fault that must be used.
    pub fn expire_sync_token_on_page(&self, calendar: &str, page: u32) {
        self.set(calendar, |calendar| calendar.expire_on_page = Some(page));
    }

    /// From now on, every page of a listing leads to another one.
    pub fn list_for_ever(&self, calendar: &str) {
        self.set(calendar, |calendar| calendar.pages = Pages::Endless);
    }

    /// A PATCH that would revive a deleted event is answered with 403.
    pub fn refuse_revival(&self, calendar: &str) {
        self.set(calendar, |calendar| calendar.refuses_revival = true);
    }

    /// A deleted event is answered with 404, while its id stays taken.
    pub fn hide_deleted(&self, calendar: &str) {
        self.set(calendar, |calendar| calendar.hides_deleted = true);
    }

    /// Listings with a sync token show the details of deleted events, as Google may on the organiser's calendar. Otherwise
    /// they show no more than Google guarantees.
    pub fn show_details_of_deleted(&self, calendar: &str) {
        self.set(calendar, |calendar| calendar.details_of_deleted = true);
    }

    /// At most this many events or schedules are listed per page, whatever a request asks for: Google and AWS may return
    /// fewer, too.
    pub fn set_page_size(&self, events: usize) {
        self.lock().page_size = Some(events.max(1));
    }

    /// The resource of an event, an occurrence or a series as the calendar stores it, deleted ones too.
    pub fn event(&self, calendar: &str, id: &str) -> Option<Value> {
        self.lock().calendars.get(calendar).and_then(|calendar| calendar.find(id)).map(Value::Object)
    }

    /// The single events, series and changed occurrences of a calendar that are not deleted, in the order of their ids.
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        let state = self.lock();
        let events = state.calendars.get(calendar).into_iter().flat_map(|calendar| calendar.events.values());
        events.filter(|event| !event.is_cancelled()).map(|event| Value::Object(event.resource.clone())).collect()
    }

    /// The ids in the service account's calendar list, in lower case, in the order of subscription.
    pub fn subscriptions(&self) -> Vec<String> {
        self.lock().subscriptions.clone()
    }

    /// All access tokens issued so far are refused from now on.
    pub fn revoke_tokens(&self) {
        for grant in self.lock().grants.values_mut() {
            grant.revoked = true;
        }
    }

    /// Fills a tab of a spreadsheet from cell A1 on, replacing what it had. The spreadsheet is made if need be.
    pub fn set_sheet(&self, spreadsheet_id: &str, title: &str, rows: Vec<Vec<Value>>) {
        let mut state = self.lock();
        let spreadsheet = state.spreadsheets.entry(spreadsheet_id.to_owned()).or_default();
        spreadsheet.set_tab(title, rows);
    }

    /// Gives a range of the spreadsheet a name; `place` has the tab and its cells, such as `'Manual users'!A5:D`.
    pub fn name_range(&self, spreadsheet_id: &str, name: &str, place: &str) {
        self.lock().spreadsheets.entry(spreadsheet_id.to_owned()).or_default().set_name(name, place);
    }

    /// Every read of this spreadsheet is answered with 503 until [`World::mend_sheet`].
    pub fn break_sheet(&self, spreadsheet_id: &str) {
        self.lock().spreadsheets.entry(spreadsheet_id.to_owned()).or_default().broken = true;
    }

    /// Ends [`World::break_sheet`].
    pub fn mend_sheet(&self, spreadsheet_id: &str) {
        self.lock().spreadsheets.entry(spreadsheet_id.to_owned()).or_default().broken = false;
    }

    /// Byroapi knows these templates only; before the first call it knows any.
    pub fn allow_templates(&self, names: &[&str]) {
        self.lock().templates = Some(names.iter().map(|name| (*name).to_owned()).collect());
    }

    /// Stores a `SecureString` in SSM.
    pub fn set_secure_parameter(&self, name: &str, value: &str) {
        self.lock().parameters.insert(name.to_owned(), Parameter { value: value.to_owned(), secure: true });
    }

    /// Stores a `String` in SSM.
    pub fn set_parameter(&self, name: &str, value: &str) {
        self.lock().parameters.insert(name.to_owned(), Parameter { value: value.to_owned(), secure: false });
    }

    fn set(&self, id: &str, change: impl FnOnce(&mut SimulatedCalendar)) {
        let mut state = self.lock();
        match state.calendars.get_mut(id) {
            Some(calendar) => change(calendar),
            None => state.violation(format!("no calendar {id}")),
        }
    }
}
