//! The lines of the log.

use std::fs;
use std::path::Path;

use crate::pages::{ROOT, page, section};

/// The text of all sources below a folder.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { sources(&path) } else { fs::read_to_string(path).unwrap() }).collect()
}

#[test]
fn the_log_has_every_line_that_is_explained() {
    let folders = ["functions/api/src", "functions/sweeper/src", "infra/local/src", "shared/src"];
    let sources: String = folders.iter().map(|folder| sources(&Path::new(ROOT).join(folder))).collect();
    let page = page("infra/deploy/README.md");
    let rows = section(&page, "Operations").into_iter().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|');
        let (lines, level) = (cells.next()?, cells.next()?.trim());
        Some((lines, ["DEBUG", "INFO", "WARN", "ERROR"].into_iter().find(|known| *known == level)?))
    });
    let mut explained = 0;
    for (lines, level) in rows {
        for line in lines.split('`').skip(1).step_by(2) {
            assert!(sources.contains(line.trim_end_matches('…').trim_end()), "{level} {line}");
            explained += 1;
        }
    }
    assert!(explained > 15, "{explained}");
}
