//! The stage of a story: two offices in Prague and Brno, three people, and what they and the workflow do.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use moffman::app::{Moffman, Surroundings};
use moffman::clock::Randomness;
use moffman::config::{Place, Sources};
use moffman::domain;
use moffman::domain::form::{AskingEvent, Claim, ClaimId, Happening};
use moffman::domain::reservation::{InvalidRequest, RequestedReservation, Reservation};
use moffman::domain::revision::Revision;
use moffman::forms::{self, Filter, ListOrder, ShownForm, ShownState};
use moffman::reserve::{Placed, ReserveError, ReserveOrder, place};
use moffman::store::Store;
use moffman::store::calendar::Recorded;
use moffman::store::form::FormItem;
use moffman::store::item::kept;
use moffman::store::open_record::OpenRecord;
use moffman::store::write::{Condition, Write, Written};
use moffman::sweep::{SweepError, SweepOrder, SweepReport, SweepScope, sweep};
use moffman_simulators::{CalendarOptions, NewEvent, World};
use moffman_testbed::{Testbed, WorldTime};
use serde_json::{Value, json};

use crate::table::{self, Traffic};

pub const PRAGUE: &str = "prague@group.calendar.google.com";
pub const BRNO: &str = "brno@group.calendar.google.com";
pub const ANNA: &str = "Anna@example.com";
pub const BORIS: &str = "boris@example.com";
/// Not a manual user.
pub const CYRIL: &str = "cyril@example.com";
/// Brno is no office.
pub const ONLY_PRAGUE: &str = r#"{"offices.office_list": "[{name: prague, id: prague@group.calendar.google.com}]"}"#;

const SETTINGS: &str = r#"
manual_users:
  user_list:
    - {id: Anna@example.com, first_name: Anna, last_name: Nová, employee_number: "007"}
    - {id: boris@example.com, first_name: Boris, last_name: Malý, employee_number: "A 12"}
offices:
  office_list:
    - {name: prague, id: prague@group.calendar.google.com}
    - {name: brno, id: brno@group.calendar.google.com}
forms:
  template: Attendance
  url: "{byroapi}"
  email:
    from: {admin@example.com: Moffman}
    to: forms@example.com
    subject: "{user_name} {date_from} - {date_to}"
    contents: "{first_name} {last_name} ({employee_number}), approved {date_approved}"
    attachments: "{last_name}_{date_from_attachment}.pdf"
"#;

/// Runs a story with the usual settings, on Monday, 15 June 2026, 08:00 UTC.
pub async fn run_test(story: impl AsyncFnOnce(&mut Context)) {
    run_test_with("{}", story).await;
}

/// Runs a story with the settings of `overrides`, JSON with dotted keys, in place of those of the usual settings.
pub async fn run_test_with(overrides: &str, story: impl AsyncFnOnce(&mut Context)) {
    run_test_at("2026-06-15T08:00:00Z", overrides, story).await;
}

/// Runs a story that begins at another time.
pub async fn run_test_at(now: &str, overrides: &str, story: impl AsyncFnOnce(&mut Context)) {
    let mut context = Context::start(instant(now), overrides).await;
    // Boxed: stories are long.
    Box::pin(story(&mut context)).await;
    context.finish();
}

pub struct Context {
    pub world: World,
    pub app: Moffman,
    pub dynamodb: Traffic,
    pub time: WorldTime,
    forms_expected: usize,
    testbed: Testbed,
    seed: u64,
}

impl Context {
    async fn start(now: DateTime<Utc>, overrides: &str) -> Self {
        // With DynamoDB apart, the world's log has only what others are asked.
        let mut testbed = Testbed::with_dynamodb_apart(now).await.unwrap();
        let world = testbed.world.clone();
        world.add_calendar(PRAGUE, CalendarOptions::default());
        world.add_calendar(BRNO, CalendarOptions::default());
        let (store, dynamodb) = table::watched(&testbed);
        testbed.store = store;
        let time = WorldTime::going_on(world.clone());
        let app = assemble(&testbed, &time, overrides, 1);
        Self { world, app, dynamodb, time, forms_expected: 0, testbed, seed: 1 }
    }

    /// Another process with the same table; with the settings of `overrides` in place of those of the usual settings.
    pub fn another_process(&mut self, overrides: &str) -> Moffman {
        self.seed += 1;
        assemble(&self.testbed, &self.time, overrides, self.seed)
    }

    /// From now on, the story is about another process with other settings.
    pub fn restart(&mut self, overrides: &str) {
        self.app = self.another_process(overrides);
    }

    /// A person adds days to a calendar by hand, without a title.
    pub fn person_adds(&self, calendar: &str, person: &str, (start, end): (&str, &str)) -> String {
        self.world.person_adds(calendar, person, NewEvent::new(start, end))
    }

    /// Sweeps everything.
    pub async fn sweep(&self) -> SweepReport {
        self.try_sweep().await.unwrap()
    }

    pub async fn try_sweep(&self) -> Result<SweepReport, SweepError> {
        sweep(&self.app, &everything()).await
    }

    /// Sweeps everything, and has time to record what it finds and none to work on it.
    pub async fn sweep_without_time(&self) -> SweepReport {
        let deadline = Some(self.app.clock.moment() + std::time::Duration::from_secs(10));
        sweep(&self.app, &SweepOrder { deadline, ..everything() }).await.unwrap()
    }

    /// The plan of one office, as a person would read it.
    pub async fn plan(&self, office: &str) -> Vec<String> {
        let order =
            SweepOrder { scope: SweepScope::Office(office.to_owned()), dry_run: true, deadline: None, share: None };
        let report = sweep(&self.app, &order).await.unwrap();
        report.plans.unwrap_or_default().into_iter().flat_map(|office| office.plan).collect()
    }

    /// Time goes by.
    pub fn advance(&self, by: chrono::Duration) {
        self.time.advance(by);
    }

    /// The next form that Byroapi accepted and no one asked for yet.
    pub fn expect_form(&mut self) -> Value {
        let form = self.world.forms().get(self.forms_expected).map(|form| form.body.clone());
        self.forms_expected += 1;
        form.expect("a form was issued")
    }

    /// The next form is for these days.
    pub fn expect_form_for(&mut self, person: &str, from: &str, to: &str) {
        let form = self.expect_form();
        let data = &form["form_data"];
        assert_eq!(
            (data["user_id"].as_str(), data["date_from"].as_str(), data["date_to"].as_str()),
            (Some(person), Some(from), Some(to)),
            "{form:#}"
        );
    }

    pub fn expect_no_form(&self) {
        assert_eq!(self.world.forms().len(), self.forms_expected, "{:#?}", self.world.forms());
    }

    /// The event, whatever its state.
    pub fn event(&self, calendar: &str, id: &str) -> Value {
        self.world.event(calendar, id).unwrap_or_else(|| panic!("no event {id} in {calendar}"))
    }

    /// The event is approved under this name for these days, given as Google writes them.
    pub fn expect_approved(&self, (calendar, id): (&str, &str), name: &str, (start, end): (&str, &str)) {
        let event = self.event(calendar, id);
        let private = &event["extendedProperties"]["private"];
        assert_eq!(event["status"], "confirmed", "{event:#}");
        assert_eq!(event["summary"], name, "{event:#}");
        assert_eq!(event["colorId"], "5", "{event:#}");
        assert_eq!(private["event_processed"], "true", "{event:#}");
        assert_eq!(private["moffman_event"], id, "{event:#}");
        assert_eq!(private["moffman_dates"], format!("{start}/{end}"), "{event:#}");
    }

    /// The event is as a person left it.
    pub fn expect_untouched(&self, calendar: &str, id: &str) {
        let event = self.event(calendar, id);
        assert!(event["extendedProperties"].is_null(), "{event:#}");
        assert!(event["colorId"].is_null(), "{event:#}");
    }

    /// What is still to be done in a calendar.
    pub async fn open(&self, calendar: &str) -> Vec<OpenRecord> {
        open(&self.testbed.store, calendar).await
    }

    /// How far a calendar was read.
    pub async fn token(&self, calendar: &str) -> Option<String> {
        let cursor = self.testbed.store.calendar(&calendar.into()).read().await.unwrap().cursor;
        cursor.map(|cursor| cursor.sync_token.clone())
    }

    /// From now on, the record of an open event makes no sense to anybody.
    pub async fn spoil(&self, calendar: &str, event: &str) {
        let key = [("pk", format!("calendar#{calendar}")), ("sk", format!("open#{event}"))];
        let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
        let update =
            self.testbed.store.client().update_item().table_name(self.testbed.store.table()).set_key(Some(key.into()));
        let spoilt = update
            .update_expression("SET days = :days, revision = :revision")
            .condition_expression("attribute_exists(sk)")
            .expression_attribute_values(":days", AttributeValue::S("some day".to_owned()))
            .expression_attribute_values(":revision", AttributeValue::S("spoilt".to_owned()));
        spoilt.send().await.unwrap();
    }

    /// All forms in these states; in any, if none is named.
    pub async fn forms(&self, states: &[ShownState]) -> Vec<ShownForm> {
        let filter = Filter { office: None, states: states.to_vec() };
        let page = forms::list(&self.app, &page_of(&filter, None, forms::MOST_ON_A_PAGE)).await.unwrap();
        assert_eq!(page.next, None);
        page.forms
    }

    /// The only form there is.
    pub async fn the_form(&self) -> ShownForm {
        let [form] = <[ShownForm; 1]>::try_from(self.forms(&[]).await).unwrap();
        form
    }

    /// Another sweep has just announced that it sends the form that this record asks for.
    pub async fn somebody_sends(&self, record: &OpenRecord) {
        let claim = Claim::new(ClaimId("other".to_owned()), self.world.now() + chrono::Duration::seconds(75));
        let event = AskingEvent { calendar: PRAGUE.into(), event: record.event.id.clone() };
        let (now, key) = (self.world.now(), record.form());
        let read = self.testbed.store.person(&key.person).form(key.days, now).await.unwrap();
        let sending = Happening::Sending { claim, event, dated: now };
        let form = domain::form::Form::after(read.as_ref().map(|item| &item.form), &sending, now).changed().unwrap();
        let item = kept(read.as_ref(), FormItem { key: key.clone(), form }, Revision("other".to_owned()));
        let write = Write::put(FormItem::key_of(&key), &item, Condition::None).unwrap();
        assert!(matches!(self.testbed.store.write(&[write]).await.unwrap(), Written::Done));
    }

    pub async fn reserve(&self, request: &RequestedReservation) -> Result<Placed, ReserveError> {
        place(&self.app, &ReserveOrder { reservation: reservation(request).unwrap(), reopen: false, deadline: None })
            .await
    }

    fn finish(&self) {
        self.expect_no_form();
        self.world.finish().unwrap();
    }
}

/// Another sweep, from its start to its end.
pub fn sweep_meanwhile(app: &Moffman) -> SweepReport {
    meanwhile(async { sweep(app, &everything()).await.unwrap() })
}

/// What another sweep listed in Prague, before there was a record of it, and only now writes down.
pub fn record_meanwhile(app: &Moffman, listed: &OpenRecord) {
    let record = kept(None, listed.clone(), Revision(app.randomness.id()));
    let recorded = meanwhile(async { app.store.calendar(&PRAGUE.into()).open(record, None, app.clock.now()).await });
    assert!(matches!(recorded.unwrap(), Recorded::Written(_) | Recorded::Seen(_)), "nobody else has recorded it");
}

/// The only form there is.
pub fn the_form_meanwhile(app: &Moffman) -> ShownForm {
    let page = meanwhile(async { forms::list(app, &page_of(&Filter::default(), None, 2)).await }).unwrap();
    let [form] = <[ShownForm; 1]>::try_from(page.forms).unwrap();
    form
}

/// What is open in Prague.
pub fn open_meanwhile(app: &Moffman) -> Vec<OpenRecord> {
    meanwhile(open(&app.store, PRAGUE))
}

async fn open(store: &Store, calendar: &str) -> Vec<OpenRecord> {
    let open = store.calendar(&calendar.into()).read().await.unwrap().open;
    open.iter().map(|record| (**record).clone()).collect()
}

/// Does something on a thread of its own: a hook cannot wait for it on the test's.
pub fn meanwhile<T: Send>(what: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(what)
        });
        thread.join().unwrap()
    })
}

/// Sweeps until the service hangs, and is killed there.
pub async fn sweep_until_it_hangs(ctx: &Context) {
    sweep_until_it_hangs_in(&ctx.world, &ctx.app).await;
}

/// The process sweeps until the service hangs, and is killed there.
pub async fn sweep_until_it_hangs_in(world: &World, app: &Moffman) {
    let (hangs, mut hanging) = tokio::sync::watch::channel(false);
    world.when_hanging(move |_| {
        hangs.send_replace(true);
    });
    let order = everything();
    tokio::select! {
        _ = sweep(app, &order) => panic!("something hangs"),
        _ = hanging.wait_for(|hangs| *hangs) => {}
    }
    world.when_hanging(|_| {});
}

/// Anna adds the Thursday of this week in Prague.
pub fn thursday(ctx: &Context) -> String {
    ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"))
}

/// Anna's Thursday, which a sweep has recorded without having time to work on it.
pub async fn recorded_thursday(ctx: &Context) -> String {
    let event = thursday(ctx);
    ctx.sweep_without_time().await;
    event
}

/// The days from Thursday of this week on, each with the day after it.
pub fn days(ctx: &Context) -> impl Iterator<Item = (String, String)> {
    let first = ctx.world.now().date_naive() + chrono::Days::new(3);
    first.iter_days().map(|day| (day.to_string(), (day + chrono::Days::new(1)).to_string()))
}

/// A sweep of all offices without a deadline.
pub fn everything() -> SweepOrder {
    SweepOrder { scope: SweepScope::All, dry_run: false, deadline: None, share: None }
}

/// The page of forms that `filter` wants which begins at `page`.
pub fn page_of(filter: &Filter, page: Option<&str>, limit: usize) -> ListOrder {
    ListOrder { filter: filter.clone(), page: page.map(str::to_owned), limit, deadline: None }
}

pub fn reservation(request: &RequestedReservation) -> Result<Reservation, Vec<InvalidRequest>> {
    Reservation::new(request.clone())
}

/// A request of the workflow for one day in Prague, not approved.
pub fn request() -> RequestedReservation {
    RequestedReservation {
        name: "Some User".to_owned(),
        email: Some("user@example.com".to_owned()),
        approved: false,
        start: "2022-06-28".to_owned(),
        end: "2022-06-29".to_owned(),
        request_dt: "11:38:00 2020/06/25".to_owned(),
        office_id: "prague".to_owned(),
    }
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn assemble(testbed: &Testbed, time: &WorldTime, overrides: &str, seed: u64) -> Moffman {
    let settings = SETTINGS.replace("{byroapi}", &testbed.world.byroapi_url());
    let file = Some(testbed.file("moffman.yaml", &settings).unwrap());
    let mut options = vec![("--google-api--endpoint".to_owned(), testbed.world.google_url())];
    options.extend(flat(overrides));
    let sources = Sources { file, environment: Vec::new(), options, place: Place::Local };
    let surroundings = testbed.surroundings(&sources, time.clone()).unwrap_or_else(|errors| panic!("{errors}"));
    Moffman::new(Surroundings { randomness: Randomness::from_seed(seed), ..surroundings }).unwrap()
}

/// `{"forms.timeout": 3}` as command-line options.
fn flat(overrides: &str) -> Vec<(String, String)> {
    let members: serde_json::Map<String, Value> = serde_json::from_str(overrides).unwrap();
    let name = |key: String| format!("--{}", key.replace('.', "--").replace('_', "-"));
    let text = |value: Value| value.as_str().map_or_else(|| json!(value).to_string(), str::to_owned);
    members.into_iter().map(|(key, value)| (name(key), text(value))).collect()
}
