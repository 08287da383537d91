//! The tree.

use std::path::Path;

use crate::pages::{ROOT, page, pages, pieces_of_code, section};

#[test]
fn everything_in_the_layout_is_there() {
    let page = page("README.md");
    let lines = section(&page, "Layout").into_iter().filter(|line| !line.starts_with("```") && !line.is_empty());
    let places: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(places.len() > 5, "{places:?}");
    for place in places {
        assert!(Path::new(ROOT).join(place).exists(), "{place}");
    }
}

/// What a person makes is not there yet.
const MADE: [&str; 1] = ["infra/config/moffman.yaml"];

#[test]
fn every_file_and_folder_that_a_page_names_is_there() {
    let mut named = 0;
    for page in pages() {
        let words = pieces_of_code(&page.text).into_iter().flat_map(|code| code.split([' ', '"', '=']));
        let places = words.filter(|word| ["functions/", "infra/", "shared/"].iter().any(|top| word.starts_with(top)));
        for place in places.filter(|place| !MADE.contains(place)) {
            assert!(Path::new(ROOT).join(place).exists(), "{}: {place}", page.path);
            named += 1;
        }
    }
    assert!(named > 20, "{named}");
}
