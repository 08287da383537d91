//! A page of a listing as Google sends it: every event is judged, and what is work can be done.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::domain::approval_form;
use moffman::domain::event::Event;
use moffman::domain::manual_user::ManualUser;
use moffman::domain::sweep_plan::{Found, LeaveReason, Rules, Verdict, Window, judge};
use moffman::google::EventsPage;

use crate::sample;

pub(crate) fn check(input: &[u8]) {
    let now: DateTime<Utc> = DateTime::from_timestamp_nanos(1_781_000_000_000_000_000);
    // As the client decodes an answer.
    let Some(page) = EventsPage::read(&String::from_utf8_lossy(input), &"prague@example.com".into(), now) else {
        return;
    };
    let user = sample::anna();
    let users = HashMap::from([(user.email.key(), user)]);
    let window = Window { from: now - TimeDelta::weeks(1), to: now + TimeDelta::weeks(2) };
    for timed_events in [true, false] {
        for reissue in [true, false] {
            let rules = Rules { users: &users, window, timed_events, reissue };
            for event in &page.events {
                judged(event, &rules);
            }
            planned(&page, &rules);
        }
    }
    page.events.iter().for_each(kept);
}

/// What is work is work as long as it is open, and none once it was done.
fn judged(event: &Event, rules: &Rules<'_>) {
    let (new, open) = (judge(event, rules, false), judge(event, rules, true));
    assert_eq!((new, open), (judge(event, rules, false), judge(event, rules, true)));
    if let Verdict::Work(_, days) = new {
        assert_eq!(open, new);
        assert_eq!(Some(days), event.days);
        let mut done = event.clone();
        done.marks.processed = Some("true".to_owned());
        done.marks.approved_event = Some(event.id.clone());
        done.marks.approved_dates = Some(days);
        assert_eq!(judge(&done, rules, false), Verdict::Leave(LeaveReason::Approved));
        for user in rules.users.values() {
            form_is_filled(&done, user);
        }
    }
}

fn form_is_filled(event: &Event, user: &ManualUser) {
    let settings = sample::settings();
    let Some((days, updated)) = event.days.zip(event.updated) else {
        return;
    };
    let form = approval_form::fill(&settings.forms.letter, user, days, updated);
    assert_eq!(form["form_data"]["user_id"], user.email.as_str());
    assert!(form.to_string().len() < 4_096, "{form}");
}

/// Each event is found once, and listing a page twice changes nothing.
fn planned(page: &EventsPage, rules: &Rules<'_>) {
    let mut found = Found::default();
    for event in &page.events {
        found.add(event.clone(), rules, false);
    }
    let once = found.clone();
    for event in &page.events {
        found.add(event.clone(), rules, false);
    }
    assert_eq!(found, once);
    assert!(found.done.is_empty());
    let mut ids: Vec<_> = page.events.iter().map(|event| &*event.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(found.work.len() + found.left.len() + found.odd.len(), ids.len());
}

/// An event that is written down reads back the same.
fn kept(event: &Event) {
    let text = serde_json::to_string(event).unwrap_or_default();
    assert_eq!(serde_json::from_str::<Event>(&text).ok().as_ref(), Some(event), "{text}");
    assert!(!event.id.is_empty());
}
