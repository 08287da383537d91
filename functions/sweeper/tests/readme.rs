//! The sweeper takes what the page says it takes.

use moffman_sweeper::Task;
use serde_json::Value;

#[test]
fn every_event_of_the_table_is_a_task() {
    let page = include_str!("../../README.md");
    let table = page.split("\n## The sweeper's tasks\n").nth(1).unwrap();
    let events = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let tasks: Vec<Task> = events.map(|event| Task::try_from(event.parse::<Value>().unwrap()).unwrap()).collect();
    for name in ["sweep", "reload", "maintain"] {
        assert!(tasks.iter().any(|task| task.name() == name), "{name}");
    }
}
