//! The part of [`World`] in which a test sets up what the services have, and how they behave, and sees when schedules
//! fire.

use super::event::NewEvent;
use super::handle::World;
use crate::services::google::{
    calendar::{Pages, SimulatedCalendar},
    content::EventDraft,
    oauth,
    sheets::Spreadsheet,
};
use crate::services::scheduler::schedules::{Firing, ScheduleKey};
use crate::services::ssm::Parameter;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

/// How a calendar is shared with the service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarOptions {
    /// IANA zone of the calendar.
    pub time_zone: String,
    /// `owner`, `writer`, `reader`, `freeBusyReader` (listing its events is 403 here), or `none` for a calendar that is not
    /// shared and looks like an unknown one.
    pub access_role: String,
    /// Whether the service account's calendar list has it from the start; access does not depend on that.
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
        let (calendars, chronicle) = state.calendars_and_chronicle();
        let time_zone = options.time_zone.parse().unwrap_or_else(|_| {
            chronicle.violation(format!("add_calendar: unknown time zone {}", options.time_zone));
            Tz::UTC
        });
        let calendar = SimulatedCalendar::new(id, time_zone, options.access_role, chronicle.stamp());
        if options.subscribed {
            calendars.subscriptions.push(calendar.id.clone());
        }
        calendars.insert(calendar);
    }

    /// Puts an event into a calendar that the service account inserted with this id before the story begins.
    pub fn add_inserted(&self, calendar: &str, id: &str, event: NewEvent) {
        self.put_new(calendar, EventDraft { id, creator: oauth::EMAIL, fields: event.fields });
    }

    /// Removes a calendar.
    pub fn remove_calendar(&self, id: &str) {
        self.lock().services.google.calendars.remove(id);
    }

    /// Shares a calendar in another way; see [`CalendarOptions::access_role`].
    pub fn set_access_role(&self, calendar: &str, role: &str) {
        self.set(calendar, |calendar| role.clone_into(&mut calendar.access_role));
    }

    /// All sync tokens of this calendar issued so far are answered with 410.
    pub fn expire_sync_tokens(&self, calendar: &str) {
        let change = self.lock().chronicle.stamp().change;
        self.set(calendar, |calendar| calendar.expired_before = change);
    }

    /// Page `page` of the next listing with a sync token, counted from 1, is answered with 410, and its token is
    /// refused from then on. If that page is never asked for, the test has an unused fault.
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

    /// Listings with a sync token show the details of deleted events, as Google may on the organiser's calendar.
    /// Otherwise they only show what Google guarantees.
    pub fn show_details_of_deleted(&self, calendar: &str) {
        self.set(calendar, |calendar| calendar.details_of_deleted = true);
    }

    /// Allows callers this many units of Google Calendar's quota in any minute, instead of as many as Google does.
    pub fn allow_units(&self, units: u32) {
        self.lock().quota.allow(units);
    }

    /// The most events or schedules listed on a page, whatever a request asks for, because Google and AWS may return
    /// fewer.
    pub fn set_page_size(&self, events: usize) {
        let services = &mut self.lock().services;
        services.google.calendars.page_size = Some(events.max(1));
        services.scheduler.page_size = Some(events.max(1));
    }

    /// All access tokens issued so far are refused from now on.
    pub fn revoke_tokens(&self) {
        self.lock().services.google.tokens.revoke_all();
    }

    /// Fills a tab of a spreadsheet from cell A1 on, replacing what it had. The spreadsheet is made if need be.
    pub fn set_sheet(&self, spreadsheet_id: &str, title: &str, rows: Vec<Vec<Value>>) {
        self.on_spreadsheet(spreadsheet_id, |spreadsheet| spreadsheet.set_tab(title, rows));
    }

    /// Gives a range of the spreadsheet a name; `place` is a tab with cells, such as `'Manual users'!A5:D`.
    pub fn name_range(&self, spreadsheet_id: &str, name: &str, place: &str) {
        self.on_spreadsheet(spreadsheet_id, |spreadsheet| spreadsheet.set_name(name, place));
    }

    /// Every read of this spreadsheet is answered with 503 until [`World::mend_sheet`].
    pub fn break_sheet(&self, spreadsheet_id: &str) {
        self.on_spreadsheet(spreadsheet_id, |spreadsheet| spreadsheet.broken = true);
    }

    /// From now on this spreadsheet can be read again, after [`World::break_sheet`].
    pub fn mend_sheet(&self, spreadsheet_id: &str) {
        self.on_spreadsheet(spreadsheet_id, |spreadsheet| spreadsheet.broken = false);
    }

    /// Byroapi knows only these templates. A test that never calls this may use any.
    pub fn allow_templates(&self, names: &[&str]) {
        self.lock().services.byroapi.templates = Some(names.iter().map(|name| (*name).to_owned()).collect());
    }

    /// Stores a `SecureString` in SSM.
    pub fn set_secure_parameter(&self, name: &str, value: &str) {
        self.store_parameter(name, Parameter { value: value.to_owned(), secure: true });
    }

    /// Stores a `String` in SSM.
    pub fn set_parameter(&self, name: &str, value: &str) {
        self.store_parameter(name, Parameter { value: value.to_owned(), secure: false });
    }

    /// Makes a schedule group.
    pub fn add_schedule_group(&self, name: &str) {
        self.lock().services.scheduler.groups.insert(name.to_owned());
    }

    /// Makes or replaces a schedule as another program or a person would. The content is that of `CreateSchedule`;
    /// wrong content is a violation.
    pub fn put_schedule(&self, group: &str, name: &str, content: Value) {
        let mut state = self.lock();
        let now = state.chronicle.now();
        let body = if let Value::Object(members) = content { members } else { serde_json::Map::new() };
        if let Some(mistake) = state.services.scheduler.put(ScheduleKey::new(group, name), body, now) {
            state.chronicle.violation(format!("put_schedule: {mistake}"));
        }
    }

    /// Deletes a schedule, as another program or a person would.
    pub fn remove_schedule(&self, group: &str, name: &str) {
        self.lock().services.scheduler.schedules.remove(&ScheduleKey::new(group, name));
    }

    /// A schedule as `GetSchedule` answers it.
    pub fn schedule(&self, group: &str, name: &str) -> Option<Value> {
        let key = ScheduleKey::new(group, name);
        let state = self.lock();
        state.services.scheduler.schedules.get(&key).map(|stored| Value::Object(stored.whole(&key)))
    }

    /// The names of a group's schedules.
    pub fn schedules(&self, group: &str) -> Vec<String> {
        let state = self.lock();
        let keys = state.services.scheduler.schedules.keys().filter(|key| key.group == group);
        keys.map(|key| key.name.clone()).collect()
    }

    /// The schedules of a group that fire in the minute of `at`, by name. A schedule without a start fires first when
    /// it is made or changed. Cron expressions never fire here.
    pub fn firings(&self, group: &str, at: DateTime<Utc>) -> Vec<Firing> {
        self.lock().services.scheduler.firings(group, at)
    }

    fn store_parameter(&self, name: &str, parameter: Parameter) {
        self.lock().services.ssm.parameters.insert(name.to_owned(), parameter);
    }

    fn on_spreadsheet(&self, id: &str, change: impl FnOnce(&mut Spreadsheet)) {
        change(self.lock().services.google.spreadsheets.entry(id.to_owned()).or_default());
    }

    fn set(&self, id: &str, change: impl FnOnce(&mut SimulatedCalendar)) {
        let mut state = self.lock();
        let (calendars, chronicle) = state.calendars_and_chronicle();
        match calendars.get_mut(id) {
            Some(calendar) => change(calendar),
            None => chronicle.violation(format!("no calendar {id}")),
        }
    }
}
