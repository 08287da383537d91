//! The service with simulated Google and Byroapi, for a first look.
//!
//! The simulated world is new at each start, so what an earlier demo remembered would be wrong. The demo therefore has
//! tables of its own, which the next demo deletes, and the state of a real configuration stays as it is.

mod narrator;
mod settings;

use std::io;
use std::time::Duration;

use chrono::{DateTime, Days, Utc};
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
    later: JoinHandle<()>,
    started: DateTime<Utc>,
}

impl Demo {
    /// How the names of the demo's tables begin.
    pub(crate) const TABLES: &str = "moffman-demo-";

    /// Starts the simulated services with sample data, and with calendars for the offices of the configuration.
    pub(crate) async fn start(settings: &Settings, output: &Output) -> io::Result<Self> {
        let clock = Clock::system();
        let started = clock.now();
        let world = World::start(started).await?;
        let cast = moffman_simulators::demo(&world);
        let offices = cast.offices.into_iter();
        let mut calendars: Vec<_> = offices
            .map(|office| NamedCalendar { office: office.name.to_owned(), id: office.calendar_id.to_owned() })
            .collect();
        for office in &settings.offices.office_list {
            world.add_calendar(office.calendar_id.as_str(), CalendarOptions::default());
            let id = office.calendar_id.as_str().to_lowercase();
            calendars.push(NamedCalendar { office: office.name.clone(), id });
        }
        world.follow_real_time();
        Narrator::new(&world, calendars, &cast, output.clone()).follow(&world);
        let adds = (cast.offices[0], cast.users[2]);
        Ok(Self {
            later: tokio::spawn(somebody_adds(world.clone(), adds, clock, output.clone())),
            world,
            cast,
            output: output.clone(),
            started,
        })
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
        self.later.abort();
    }
}

impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demo").field("cast", &self.cast).finish_non_exhaustive()
    }
}

/// Adds an event, which shows that the next sweep finds what people do meanwhile.
async fn somebody_adds(world: World, (office, person): (DemoOffice, DemoUser), clock: Clock, output: Output) {
    clock.pause(LATER).await;
    let day = clock.now().date_naive() + Days::new(3);
    let event = NewEvent::new(day, day + Days::new(1)).titled("Workshop");
    output.line(format_args!(
        "in the calendar  {}: {} {} enters \"Workshop\", {day}, by hand",
        office.name, person.first_name, person.last_name
    ));
    world.person_adds(office.calendar_id, person.email, event);
}
