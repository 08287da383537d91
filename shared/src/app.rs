//! What the verbs work with, put together once per process.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Duration, NaiveTime, Utc};
use secrecy::SecretString;

use crate::agenda::Agenda;
use crate::byroapi::{Byroapi, ByroapiError, ByroapiOptions};
use crate::clock::{Clock, Randomness};
use crate::config::{OnChange, Settings, TimedEvents};
use crate::directory::{Directory, DirectorySources, Range};
use crate::domain::digest::digest;
use crate::domain::email::PersonKey;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;
use crate::domain::quota::Share;
use crate::domain::reservation::Colours;
use crate::domain::sweep_plan::{Rules, Window};
use crate::google::pace::Pace;
use crate::google::{GoogleClient, GoogleError, GoogleKey, GoogleOptions, KeyError};
use crate::store::Store;
use crate::transport::Transport;

/// The service: settings, clients, store and directory. Shared by all requests of a process.
#[derive(Clone, Debug)]
pub struct Moffman {
    /// The checked configuration.
    pub settings: Arc<Settings>,
    /// Where time comes from.
    pub clock: Clock,
    /// Where jitter and claim ids come from.
    pub randomness: Randomness,
    /// Google Calendar and Sheets.
    pub google: GoogleClient,
    /// The form service, when forms are configured.
    pub byroapi: Option<Byroapi>,
    /// DynamoDB.
    pub store: Store,
    /// Offices and manual users.
    pub directory: Directory,
    /// What calendars have, for people who look at them.
    pub agenda: Agenda,
    /// The pace of all sweeps of this process that have no share of their own.
    pub pace: Pace,
    /// Whether the process is to stop.
    pub stop: Stop,
}

/// A wish to stop: what is claimed is finished, nothing more is begun.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, nothing more is begun.
    pub fn want(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether nothing more is to be begun.
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the service needs from the place where it runs.
#[derive(Debug)]
pub struct Surroundings {
    /// The checked configuration.
    pub settings: Settings,
    /// The service account's key.
    pub google_key: GoogleKey,
    /// Sent as the `Authorization` header to Byroapi.
    pub forms_authorization: Option<SecretString>,
    /// The table.
    pub store: Store,
    /// Connections.
    pub transport: Transport,
    /// Where time comes from.
    pub clock: Clock,
    /// Where jitter and claim ids come from.
    pub randomness: Randomness,
}

/// Why the service cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// The key is no service-account key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Forms cannot be sent.
    #[error(transparent)]
    Byroapi(#[from] ByroapiError),
}

impl Moffman {
    /// Puts the service together; calls nobody.
    pub fn new(surroundings: Surroundings) -> Result<Self, AssemblyError> {
        let Surroundings { settings, google_key, forms_authorization, store, transport, clock, randomness } =
            surroundings;
        let google = GoogleClient::new(GoogleOptions {
            key: google_key,
            endpoint: settings.google_api.endpoint.as_deref(),
            transport: &transport,
            store: store.clone(),
            clock: clock.clone(),
            randomness: randomness.clone(),
        })?;
        let byroapi = settings.forms.target().map(|(_, url)| {
            Byroapi::new(ByroapiOptions {
                url,
                authorization: forms_authorization.as_ref(),
                timeout: settings.forms.timeout,
                transport: &transport,
                clock: clock.clone(),
            })
        });
        Ok(Self {
            agenda: Agenda::new(google.clone(), store.clone(), clock.clone()),
            directory: Directory::new(directory_sources(&settings), store.clone(), google.clone(), clock.clone()),
            pace: Pace::new(clock.clone(), Share::WHOLE),
            stop: Stop::default(),
            settings: Arc::new(settings),
            clock,
            randomness,
            google,
            byroapi: byroapi.transpose()?,
            store,
        })
    }

    /// The colours of pending and approved events.
    pub fn colours(&self) -> Colours {
        let colors = &self.settings.calendar.colors;
        Colours { unapproved: colors.unapproved, approved: colors.approved }
    }

    /// By what a sweep that begins at `now` would decide, given the manual users.
    pub(crate) fn rules<'a>(&self, users: &'a HashMap<PersonKey, ManualUser>, now: DateTime<Utc>) -> Rules<'a> {
        Rules {
            users,
            window: self.window(now),
            timed_events: self.settings.calendar.timed_events == TimedEvents::Accept,
            reissue: self.settings.manual_users.on_change == OnChange::Reissue,
        }
    }

    /// `calendar.checking_range` around today, 00:00 UTC.
    pub(crate) fn window(&self, now: DateTime<Utc>) -> Window {
        let range = &self.settings.calendar.checking_range;
        let today = now.date_naive().and_time(NaiveTime::MIN).and_utc();
        Window {
            from: range.min.apply(today).unwrap_or(DateTime::<Utc>::MIN_UTC),
            to: range.max.apply(today).unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// Tells the operator whom an office's calendar has to be shared with, if that may help; callers are not told about our
    /// inside.
    pub(crate) fn explain(&self, office: &Office, error: &GoogleError) {
        if error.concerns_sharing() {
            let digest = digest(office.calendar_id.key());
            let account = self.google.service_account_email();
            tracing::warn!(
                office.digest = digest,
                account,
                "the calendar is not shared with this account as it should be"
            );
        }
    }

    /// How long a sweep waits for the answer to a form.
    pub(crate) fn form_timeout(&self) -> Duration {
        Duration::from_std(self.settings.forms.timeout).unwrap_or(Duration::MAX)
    }
}

/// Where the configuration says that offices and manual users come from.
pub fn directory_sources(settings: &Settings) -> DirectorySources {
    let forms = &settings.forms;
    let needed = forms.target().map(|_| forms.letter.email.needed_names()).unwrap_or_default();
    let (offices, users) = (&settings.offices, &settings.manual_users);
    let office_range = offices.google_config.as_ref();
    let user_range = users.google_config.as_ref();
    DirectorySources {
        offices: offices.office_list.clone(),
        users: users.user_list.clone(),
        office_range: office_range.map(|source| Range::new(&source.sheet_id, &source.range, &[])),
        user_range: user_range.map(|source| Range::new(&source.sheet_id, &source.range, &needed)),
        needed,
    }
}
