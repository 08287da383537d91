//! The commands that the pages name in passing; `make docs` runs those that stand in blocks.

use crate::process::Process;

const PAGES: [&str; 4] = [
    include_str!("../../../../CONTRIBUTING.md"),
    include_str!("../../../../README.md"),
    include_str!("../../../config/README.md"),
    include_str!("../../../deploy/README.md"),
];

/// What follows the program's name in a command, for a command of this program.
fn arguments(code: &str) -> Option<Vec<&str>> {
    let mut words = code.split_whitespace();
    words.next().filter(|program| program.rsplit('/').next() == Some("moffman"))?;
    Some(words.collect())
}

#[test]
fn every_command_that_a_page_names_is_understood() {
    let prose = PAGES.iter().flat_map(|page| page.lines());
    let commands: Vec<_> = prose
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter_map(arguments)
        .filter(|a| !a.is_empty())
        .collect();
    assert!(commands.len() > 6, "{commands:?}");
    let directory = tempfile::tempdir().unwrap();
    for command in commands {
        let mut asked = command.clone();
        asked.push("--help");
        let ended = Process::start(directory.path(), &asked).end();
        assert_eq!(ended.code, Some(0), "{command:?}: {ended:?}");
    }
}
