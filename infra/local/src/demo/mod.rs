//! The service with simulated Google and Byroapi, for a first look.
//!
//! The simulated world is new at each start, so what an earlier demo remembered would be wrong. The demo therefore has
//! tables of its own, which the next demo deletes, and the state of a real configuration stays as it is.

mod narrator;
mod past;
mod settings;

use std::io;
use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use moffman::app::Moffman;
use moffman::clock::Clock;
use moffman::config::{Settings, Sources};
use moffman_simulators::{CalendarOptions, DemoOffice, DemoUser, DemoWorld, NewEvent, World};
use secrecy::SecretString;
use tokio::task::JoinHandle;

use crate::Output;
use narrator::{NamedCalendar, Narrator};

/// How long after the start a person adds another event.
const LATER: Duration = Duration::from_secs(20);

/// The simulated services and their people.
pub(crate) struct Demo {
    world: World,
    cast: DemoWorld,
    output: Output,
    started: DateTime<Utc>,
    later: Option<JoinHandle<()>>,
}

impl Demo {
    /// How the names of the demo's tables begin.
    pub(crate) const TABLES: &str = "moffman-demo-";

    /// Starts the simulated services, in the past, with sample data and with calendars for the offices of the configuration.
    pub(crate) async fn start(settings: &Settings, output: &Output) -> io::Result<Self> {
        let started = Clock::system().now();
        let world = World::start(started).await?;
        let cast = past::begin(&world, started);
        for office in &settings.offices.office_list {
            world.add_calendar(office.calendar_id.as_str(), CalendarOptions::default());
        }
        Ok(Self { world, cast, output: output.clone(), started, later: None })
    }

    /// The time that the simulated services are in until the present begins.
    pub(crate) fn clock(&self) -> Clock {
        past::clock(&self.world)
    }

    /// Lets the service, which goes by the demo's clock, work through the past. From then on time is real, and `output`
    /// tells what happens.
    pub(crate) async fn begin_present(&mut self, app: &Moffman) {
        past::live(&self.world, app, self.started).await;
        Narrator::new(&self.world, self.calendars(&app.settings), &self.cast, self.output.clone()).follow(&self.world);
        moffman_simulators::demo_news(&self.world);
        self.world.follow_real_time();
        let adds = (self.cast.offices[0], self.cast.users[2]);
        self.later = Some(tokio::spawn(somebody_adds(self.world.clone(), adds, self.output.clone())));
    }

    /// The calendars of the demo and of the configuration.
    fn calendars(&self, settings: &Settings) -> Vec<NamedCalendar> {
        let own = self.cast.offices.iter().map(|office| (office.name, office.calendar_id));
        let configured = settings.offices.office_list.iter();
        own.chain(configured.map(|office| (office.name.as_str(), office.calendar_id.as_str())))
            .map(|(office, id)| NamedCalendar { office: office.to_owned(), id: id.to_lowercase() })
            .collect()
    }

    /// The key of the simulated Google.
    pub(crate) fn key(&self) -> SecretString {
        self.world.service_account_key().into()
    }

    /// The sources with the demo's settings on top. Whatever a demo can do as configured stays as configured.
    pub(crate) fn overlay(&self, sources: &Sources, settings: &Settings) -> Sources {
        settings::overlay(sources, settings, &self.world, &self.cast)
    }

    /// Prints where the service listens and what to try.
    pub(crate) fn introduce(&self, url: &str, needs_key: bool) {
        let [office, ..] = self.cast.offices.map(|office| office.name);
        let day = self.started.date_naive() + Days::new(7);
        let reservation = |approved: bool| {
            serde_json::json!({
                "user": {"name": "Ada Example", "email": "ada@example.com"},
                "approved": approved,
                "start": day.to_string(),
                "end": (day + Days::new(1)).to_string(),
                "request_dt": self.started.format("%Y-%m-%dT%H:%M:%S").to_string(),
                "office_id": office,
            })
        };
        let key = if needs_key { " -H \"x-api-key: $KEY\"" } else { "" };
        self.output.line(format_args!(
            "\nLook at it in a browser: {url}/\n\n\
             No service-account key is configured: Google and Byroapi are simulated, and nothing leaves this machine.\n\
             Commands to try: register a day, approve it, sweep the calendars now, see who is in this week, which `moffman who`\n\
             shows as a table. functions/README.md has more.\n\n  \
             curl -s{key} {url}/api/v1/reservations -d '{}'\n\n  \
             curl -s{key} {url}/api/v1/reservations -d '{}'\n\n  \
             curl -s{key} -X POST {url}/api/v1/sweeps\n\n  \
             curl -s{key} {url}/api/v1/attendance\n\n\
             What happens:",
            reservation(false),
            reservation(true),
        ));
    }

    /// Stops the person from adding more events.
    pub(crate) fn stop(self) {
        if let Some(later) = self.later {
            later.abort();
        }
    }
}

impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demo").field("cast", &self.cast).finish_non_exhaustive()
    }
}

/// Adds an event, which shows that the next sweep finds what people do meanwhile.
async fn somebody_adds(world: World, (office, person): (DemoOffice, DemoUser), output: Output) {
    tokio::time::sleep(LATER).await;
    let day = world.now().date_naive() + Days::new(3);
    let event = NewEvent::new(day, day + Days::new(1)).titled("Workshop");
    output.line(format_args!(
        "in the calendar  {}: {} {} enters \"Workshop\", {day}, by hand",
        office.name, person.first_name, person.last_name
    ));
    world.person_adds(office.calendar_id, person.email, event);
}
