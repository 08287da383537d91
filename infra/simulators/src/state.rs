//! Everything the simulated services remember, behind one lock: an effect is atomic and there is one order of events.

use crate::{
    World,
    services::byroapi::IssuedForm,
    services::google::{calendars::Calendars, oauth::Grant, sheets::Spreadsheet},
    services::scheduler::ScheduleStore,
    services::ssm::Parameter,
    wire::connections::Connections,
    world::calls::Call,
    world::director::Director,
    world::faults::FaultRule,
    world::hooks::Hook,
    world::quota::Quota,
    world::tamper::Tamper,
};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// The order and the time of one change to an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChangeStamp {
    /// Counts the changes of the world; sync tokens are made of it.
    pub(crate) change: u64,
    /// Strictly increasing, in milliseconds.
    pub(crate) updated: DateTime<Utc>,
    /// The simulated time, which `updated` may be ahead of.
    pub(crate) now: DateTime<Utc>,
}

/// Where the simulated time comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SimulatedClock {
    Standing(DateTime<Utc>),
    /// The real time.
    Running,
}

pub(crate) type OnHang = Arc<dyn Fn(&World) + Send + Sync>;

/// See the module.
pub(crate) struct WorldState {
    pub(crate) clock: SimulatedClock,
    last_updated: DateTime<Utc>,
    /// Whether the next change comes within the millisecond of the last one.
    pub(crate) is_next_simultaneous: bool,
    pub(crate) change: u64,
    ids: u64,
    pub(crate) google_url: String,
    pub(crate) byroapi_url: String,
    pub(crate) ssm_url: String,
    pub(crate) scheduler_url: String,
    /// RSA, PKCS#1 DER: verifies the service account's assertions.
    pub(crate) public_key: Vec<u8>,
    pub(crate) grants: BTreeMap<String, Grant>,
    pub(crate) calendars: Calendars,
    /// Calendar ids in the service account's calendar list, in the order of subscription.
    pub(crate) subscriptions: Vec<String>,
    pub(crate) page_size: Option<usize>,
    pub(crate) spreadsheets: BTreeMap<String, Spreadsheet>,
    pub(crate) forms: Vec<IssuedForm>,
    /// The templates that Byroapi knows; `None`: any.
    pub(crate) templates: Option<Vec<String>>,
    pub(crate) parameters: BTreeMap<String, Parameter>,
    pub(crate) connections: Connections,
    pub(crate) scheduler: ScheduleStore,
    pub(crate) calls: Vec<Call>,
    pub(crate) quota: Quota,
    pub(crate) rules: Vec<FaultRule>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) director: Option<Arc<dyn Director>>,
    pub(crate) layer: Option<Arc<dyn Tamper>>,
    pub(crate) violations: Vec<String>,
    pub(crate) hanging: usize,
    pub(crate) on_hang: Option<OnHang>,
}

impl WorldState {
    pub(crate) fn new(now: DateTime<Utc>, public_key: Vec<u8>) -> Self {
        Self {
            clock: SimulatedClock::Standing(now.trunc_subsecs(3)),
            last_updated: DateTime::<Utc>::MIN_UTC,
            is_next_simultaneous: false,
            change: 0,
            ids: 0,
            google_url: String::new(),
            byroapi_url: String::new(),
            ssm_url: String::new(),
            scheduler_url: String::new(),
            public_key,
            grants: BTreeMap::new(),
            calendars: Calendars::default(),
            subscriptions: Vec::new(),
            page_size: None,
            spreadsheets: BTreeMap::new(),
            forms: Vec::new(),
            templates: None,
            parameters: BTreeMap::new(),
            connections: Connections::default(),
            scheduler: ScheduleStore::default(),
            calls: Vec::new(),
            quota: Quota::default(),
            rules: Vec::new(),
            hooks: Vec::new(),
            director: None,
            layer: None,
            violations: Vec::new(),
            hanging: 0,
            on_hang: None,
        }
    }

    /// The simulated time, in whole milliseconds.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self.clock {
            SimulatedClock::Standing(now) => now,
            SimulatedClock::Running => Utc::now().trunc_subsecs(3),
        }
    }

    /// The stamp of the next change.
    pub(crate) fn stamp(&mut self) -> ChangeStamp {
        self.change += 1;
        let now = self.now();
        if std::mem::take(&mut self.is_next_simultaneous) {
            if self.last_updated < now {
                self.violation("a change is to be dated like the last one, which was earlier");
            }
        } else {
            let after_last = self.last_updated.checked_add_signed(Duration::milliseconds(1));
            self.last_updated = after_last.map_or(now, |after| after.max(now));
        }
        ChangeStamp { change: self.change, updated: self.last_updated, now }
    }

    /// An id in the form that Google gives events: 26 characters of base32hex.
    pub(crate) fn new_event_id(&mut self) -> String {
        self.ids += 1;
        let digest = Sha256::digest(self.ids.to_be_bytes());
        digest
            .iter()
            .take(26)
            .map(|byte| char::from(b"0123456789abcdefghijklmnopqrstuv"[usize::from(byte % 32)]))
            .collect()
    }

    pub(crate) fn violation(&mut self, text: impl Into<String>) {
        self.violations.push(text.into());
    }
}
