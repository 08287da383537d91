//! The stage of a story: a stack with its schedule group, one function, and a configuration that changes.

use aws_sdk_scheduler::Client;
use chrono::TimeDelta;
use moffman::app::Moffman;
use moffman::config::{Place, Sources};
use moffman::schedules::{AlignError, AlignOrder, Alignment, align};
use moffman_simulators::{CalendarOptions, World};
use moffman_testbed::{Testbed, WorldTime, scheduler};
use serde_json::{Value, json};

pub const GROUP: &str = "moffman-sweeps";
pub const FUNCTION: &str = "arn:aws:lambda:eu-central-1:000000000000:function:moffman-sweeper";
const ROLE: &str = "arn:aws:iam::000000000000:role/moffman-scheduler";
const QUEUE: &str = "arn:aws:sqs:eu-central-1:000000000000:moffman-undelivered";

pub struct Context {
    pub world: World,
    pub time: WorldTime,
    pub client: Client,
    testbed: Testbed,
}

/// Runs a story on Monday, 15 June 2026, 08:00:30 UTC, in a stack that was just deployed.
pub async fn run_test(story: impl AsyncFnOnce(&Context)) {
    let testbed = Testbed::with_dynamodb_apart("2026-06-15T08:00:30Z".parse().unwrap()).await.unwrap();
    let world = testbed.world.clone();
    world.add_schedule_group(GROUP);
    let fixed = json!({
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": FUNCTION, "RoleArn": ROLE, "Input": r#"{"task":"maintain"}"#},
    });
    world.put_schedule(GROUP, "maintain", fixed);
    let client = scheduler(world.scheduler_url(), &testbed.transport);
    let context = Context { time: WorldTime::new(world.clone()), world, client, testbed };
    story(&context).await;
    context.world.finish().unwrap();
}

/// The usual configuration: two offices, a sweep every two hours.
pub fn usual() -> Value {
    with_offices(2)
}

/// The usual configuration with so many offices.
pub fn with_offices(count: usize) -> Value {
    let offices: Vec<Value> = (0..count).map(|n| json!({"name": format!("office {n}"), "id": calendar(n)})).collect();
    json!({
        "offices": {"office_list": offices},
        "aws": {"schedule_group": GROUP, "scheduler_role_arn": ROLE, "dead_letter_queue_arn": QUEUE},
    })
}

/// A configuration with one value changed; the path has slashes.
pub fn with(mut configuration: Value, path: &str, value: Value) -> Value {
    let mut place = &mut configuration;
    for name in path.split('/') {
        place = &mut place[name];
    }
    *place = value;
    configuration
}

pub fn calendar(n: usize) -> String {
    format!("office-{n}@group.calendar.google.com")
}

impl Context {
    /// A process of the function with this configuration.
    pub fn process(&self, configuration: &Value) -> Moffman {
        let file = Some(self.testbed.file("moffman.yaml", &configuration.to_string()).unwrap());
        let environment = [
            ("MOFFMAN_GOOGLE_API__SERVICE_ACCOUNT_KEY_PARAMETER", "/moffman/key".to_owned()),
            ("MOFFMAN_GOOGLE_API__ENDPOINT", self.world.google_url()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let sources = Sources { file, environment, options: Vec::new(), place: Place::Aws };
        let surroundings = self.testbed.surroundings(&sources, self.time.clone());
        Moffman::new(surroundings.unwrap_or_else(|errors| panic!("{errors}"))).unwrap()
    }

    /// Aligns the schedules to this configuration.
    pub async fn align(&self, configuration: &Value) -> Alignment {
        self.try_align(configuration).await.unwrap()
    }

    pub async fn try_align(&self, configuration: &Value) -> Result<Alignment, AlignError> {
        align(&self.process(configuration), &self.order(false)).await
    }

    /// What aligning would do.
    pub async fn diff(&self, configuration: &Value) -> Alignment {
        align(&self.process(configuration), &self.order(true)).await.unwrap()
    }

    /// How many schedules were written or deleted so far.
    pub fn writes(&self) -> usize {
        let world = &self.world;
        world.count("CreateSchedule") + world.count("UpdateSchedule") + world.count("DeleteSchedule")
    }

    /// The schedules of the group but for the fixed one.
    pub fn schedules(&self) -> Vec<String> {
        self.world.schedules(GROUP).into_iter().filter(|name| name != "maintain").collect()
    }

    pub fn schedule(&self, name: &str) -> Value {
        self.world.schedule(GROUP, name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    pub fn add_calendars(&self, count: usize) {
        for n in 0..count {
            self.world.add_calendar(&calendar(n), CalendarOptions::default());
        }
    }

    pub fn advance(&self, minutes: i64) {
        self.time.advance(TimeDelta::minutes(minutes));
    }

    pub fn order(&self, dry_run: bool) -> AlignOrder {
        AlignOrder { client: self.client.clone(), function: FUNCTION.to_owned(), dry_run, deadline: None }
    }
}
