//! The walks of the library's README pass functions that are where it says.

use std::fs;
use std::path::Path;

use crate::tree::HOUSE;

#[test]
fn every_step_of_the_walks_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut steps = 0;
    for line in include_str!("../../README.md").lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
        let mut code = line.split('`').skip(1).step_by(2);
        let file = code.next().expect("a file");
        let source = fs::read_to_string(root.join(file)).expect(file);
        let mut functions = code.peekable();
        assert!(functions.peek().is_some() || source.contains("calendar.timed_events"), "{file}: no function is named");
        for function in functions {
            assert!(
                source.contains(&format!("fn {function}(")) || source.contains(&format!("fn {function}<")),
                "{line}"
            );
        }
        steps += 1;
    }
    assert!(steps > 20, "{steps}");
}

#[test]
fn the_table_of_floors_has_every_room() {
    let readme = include_str!("../../README.md");
    for room in HOUSE.rooms.iter().filter_map(|room| crate::floors::room(&room.file).map(str::to_owned)) {
        assert!(readme.contains(&format!("`{room}`")), "{room} is not in the table of floors");
    }
}
