//! What was deployed: offices in a spreadsheet, a table, a schedule group with the schedule of the template.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use moffman::app::Moffman;
use moffman::config::{Place, Sources};
use moffman_simulators::{CalendarOptions, Call, Cue, Director, PendingDecision, Service, World};
use moffman_testbed::{Testbed, Trouble, WorldTime, scheduler};
use serde_json::{Value, json};

pub(super) const GROUP: &str = "moffman-sweeps";
pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-central-1:000000000000:function:moffman-sweeper";
const ROLE: &str = "arn:aws:iam::000000000000:role/moffman-scheduler";
/// The person who adds days by hand.
pub(super) const PERSON: &str = "ada@example.com";
const SHEET: &str = "offices";
/// How many calls are under way at once: a sweep reads six calendars side by side.
const AT_ONCE: i32 = 6;

/// The simulated services, and what every invocation needs.
pub(super) struct Deployment {
    pub(super) world: World,
    pub(super) scheduler: aws_sdk_scheduler::Client,
    testbed: Testbed,
    settings: PathBuf,
}

impl Deployment {
    /// Deploys the service at this time. From then on calls take time.
    pub(super) async fn new(now: DateTime<Utc>, offices: usize) -> Result<Self, Trouble> {
        let testbed = Testbed::start(now).await?;
        let world = testbed.world.clone();
        let mut rows = vec![vec![json!("Office"), json!("Calendar")]];
        for n in 0..offices {
            world.add_calendar(&calendar(n), CalendarOptions { subscribed: true, ..CalendarOptions::default() });
            rows.push(vec![json!(format!("Office {n}")), json!(calendar(n))]);
        }
        world.set_sheet(SHEET, "Offices", rows);
        let settings = testbed.file("moffman.json", &configuration(&world).to_string())?;
        make_group(&world);
        world.direct(Arc::new(Latency(world.clone())));
        let scheduler = scheduler(world.scheduler_url(), &testbed.transport);
        Ok(Self { world, scheduler, testbed, settings })
    }

    /// A function that has just started and remembers nothing, which costs the most.
    pub(super) fn process(&self) -> Result<Moffman, Trouble> {
        let key = ("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PARAMETER".to_owned(), "/moffman/key".to_owned());
        let file = Some(self.settings.clone());
        let sources = Sources { file, environment: vec![key], options: Vec::new(), place: Place::Aws };
        Ok(Moffman::new(self.testbed.surroundings(&sources, WorldTime::going_on(self.world.clone()))?)?)
    }
}

/// The calendar of an office.
pub(super) fn calendar(n: usize) -> String {
    format!("office-{n}@group.calendar.google.com")
}

fn configuration(world: &World) -> Value {
    json!({
        "google_api": {"endpoint": world.google_url()},
        "offices": {"google_config": {"sheet_id": SHEET, "update_interval": 3600}},
        "manual_users": {"user_list": [{"id": PERSON, "name": "Ada Example"}]},
        "forms": {
            "template": "Attendance",
            "url": world.byroapi_url(),
            "email": {"from": "admin@example.com", "to": "forms@example.com"},
        },
        "aws": {"schedule_group": GROUP, "scheduler_role_arn": ROLE},
    })
}

/// Makes what the template deploys: the schedule group and its fixed schedule.
fn make_group(world: &World) {
    world.add_schedule_group(GROUP);
    let hourly = json!({
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": FUNCTION, "RoleArn": ROLE, "Input": r#"{"task":"maintain"}"#},
    });
    world.put_schedule(GROUP, "maintain", hourly);
}

/// Lets the simulated time of an invocation go on with every call. Time is set back between invocations, because they are
/// played one after the other although they overlap in a real day.
struct Latency(World);

impl Director for Latency {
    fn before_effect(&self, _: &Call) -> PendingDecision<Cue> {
        Box::pin(std::future::ready(Cue::Go))
    }

    fn before_answer(&self, call: &Call, _: u16) -> PendingDecision<()> {
        self.0.advance(latency(call.service));
        Box::pin(std::future::ready(()))
    }
}

/// How long an answer typically takes, divided by the number of calls that are made side by side.
fn latency(service: Service) -> TimeDelta {
    match service {
        Service::Google | Service::Sheets | Service::Token => TimeDelta::milliseconds(200) / AT_ONCE,
        Service::DynamoDb => TimeDelta::milliseconds(10) / AT_ONCE,
        Service::Byroapi => TimeDelta::seconds(1),
        Service::Ssm | Service::Scheduler => TimeDelta::milliseconds(50),
    }
}
