//! One world with Google and DynamoDB, and as many processes of ours on it as a test wants.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use moffman::app::Moffman;
use moffman::clock::Clock;
use moffman::config::{Place, Sources};
use moffman::directory::{DirectoryError, KnownOffice, Roster};
use moffman::domain::email::{Email, PersonKey};
use moffman::domain::office::Office;
use moffman::google::Budget;
use moffman::reload::{ReloadOrder, ReloadReport, reload};
use moffman::store::Store;
use moffman_simulators::World;
use moffman_testbed::{Testbed, WorldTime};
use serde_json::{Value, json};

pub const SHEET: &str = "sheet-1";
pub const BOTH_IN_ONE_SHEET: &str = "
offices: {google_config: sheet-1}
manual_users: {google_config: sheet-1}
";

pub struct Context {
    pub world: World,
    pub store: Store,
    pub dynamodb: Client,
    testbed: Testbed,
}

/// A process of ours: its own memory on the common store.
pub struct Process {
    pub app: Moffman,
}

impl Context {
    pub async fn new() -> Self {
        let testbed = Testbed::with_dynamodb_apart("2026-06-10T08:00:00Z".parse().unwrap()).await.unwrap();
        let (store, dynamodb) = (testbed.store.clone(), testbed.store.client().clone());
        let context = Self { world: testbed.world.clone(), store, dynamodb, testbed };
        context.set_offices(&[&["Prague", "prague@example.com"], &["Brno", "brno@example.com"]]);
        context.set_users(&[&["anna@example.com", "Anna", "Nova", "1"], &["Bob Kral", "bob@example.com"]]);
        context
    }

    /// A process with this configuration.
    pub fn process(&self, yaml: &str) -> Process {
        let file = Some(self.testbed.file("moffman.yaml", yaml).unwrap());
        let options = vec![("--google-api--endpoint".to_owned(), self.world.google_url())];
        let sources = Sources { file, environment: Vec::new(), options, place: Place::Local };
        let time = WorldTime::going_on(self.world.clone());
        let app = Moffman::new(self.testbed.surroundings(&sources, time).unwrap()).unwrap();
        Process { app }
    }

    /// The world's time as our processes have it.
    pub fn clock(&self) -> Clock {
        Clock::new(WorldTime::going_on(self.world.clone()))
    }

    /// A process with one spreadsheet for offices and users.
    pub fn usual_process(&self) -> Process {
        self.process(BOTH_IN_ONE_SHEET)
    }

    pub fn set_offices(&self, rows: &[&[&str]]) {
        self.world.set_sheet(SHEET, "Offices", table(&["Name", "Calendar"], rows));
    }

    pub fn set_users(&self, rows: &[&[&str]]) {
        self.world.set_sheet(SHEET, "Manual users", table(&["User"], rows));
    }

    /// How often the spreadsheet was read.
    pub fn sheet_reads(&self) -> usize {
        self.world.count("spreadsheets.values.batchGet")
    }

    /// All items of the directory, by sort key.
    pub async fn items(&self) -> HashMap<String, HashMap<String, AttributeValue>> {
        let query = self.dynamodb.query().table_name("moffman").key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S("directory".to_owned()));
        let items: Vec<_> = query.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
        items.into_iter().map(|item| (item["sk"].as_s().unwrap().clone(), item)).collect()
    }

    /// DynamoDB loses an item.
    pub async fn lose(&self, sort: &str) {
        let delete = self.dynamodb.delete_item().table_name("moffman");
        let delete = delete.key("pk", AttributeValue::S("directory".to_owned()));
        delete.key("sk", AttributeValue::S(sort.to_owned())).send().await.unwrap();
    }

    /// Somebody writes nonsense into a chunk.
    pub async fn damage(&self, sort: &str) {
        let put = self.dynamodb.put_item().table_name("moffman");
        let put =
            put.item("pk", AttributeValue::S("directory".to_owned())).item("sk", AttributeValue::S(sort.to_owned()));
        put.item("data", AttributeValue::B(Blob::new("nonsense"))).send().await.unwrap();
    }

    /// DynamoDB refuses everything from now on.
    pub async fn lose_table(&self) {
        self.dynamodb.delete_table().table_name("moffman").send().await.unwrap();
    }

    pub fn after(&self, seconds: i64) {
        self.world.advance(chrono::Duration::seconds(seconds));
    }

    /// All was well with the simulated services.
    pub fn finish(self) {
        assert_eq!(self.world.finish(), Ok(()));
    }
}

impl Process {
    pub async fn office(&self, name: &str) -> Result<Office, DirectoryError> {
        self.app.directory.office(&Budget::default(), name).await
    }

    /// The calendar of an office that is known.
    pub async fn calendar(&self, name: &str) -> String {
        self.office(name).await.unwrap().calendar_id.into()
    }

    pub async fn offices(&self) -> Result<Arc<[KnownOffice]>, DirectoryError> {
        self.app.directory.offices(&Budget::default()).await
    }

    pub async fn roster(&self) -> Result<Arc<Roster>, DirectoryError> {
        self.app.directory.roster(&Budget::default()).await
    }

    pub async fn reload(&self) -> ReloadReport {
        self.try_reload().await.unwrap()
    }

    pub async fn try_reload(&self) -> Result<ReloadReport, moffman::reload::ReloadError> {
        reload(&self.app, &ReloadOrder::default()).await
    }
}

/// The person with this address.
pub fn person(address: &str) -> PersonKey {
    Email::parse(address).unwrap().key()
}

fn table(header: &[&str], rows: &[&[&str]]) -> Vec<Vec<Value>> {
    let cells = |row: &&[&str]| row.iter().map(|cell| json!(cell)).collect();
    std::iter::once(&header).chain(rows).map(cells).collect()
}
