//! Links.

use std::collections::BTreeSet;
use std::path::Path;

use crate::pages::{ROOT, lines, page, pages};

/// The links of a page, such as `../README.md#run`.
fn links(text: &str) -> Vec<&str> {
    let prose = lines(text).filter(|(_, is_code)| !is_code).map(|(line, _)| line);
    let targets = prose.flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
    targets.collect()
}

/// The anchors that GitHub gives the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = lines(text).filter(|(line, is_code)| !is_code && line.starts_with('#'));
    let kept = |c: char| c.is_alphanumeric() || "-_ ".contains(c);
    let anchor = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(|c| !kept(c), "");
    headings.map(|(line, _)| anchor(line).replace(' ', "-")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut inside = 0;
    for from in pages() {
        for link in links(&from.text).into_iter().filter(|link| !link.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(&from.path).parent().unwrap();
            let to = if file.is_empty() { Path::new(&from.path).to_owned() } else { folder.join(file) };
            assert!(Path::new(ROOT).join(&to).exists(), "{}: {link}", from.path);
            let is_there = anchor.is_empty() || anchors(&page(to.to_str().unwrap())).contains(anchor);
            assert!(is_there, "{}: {link}", from.path);
            inside += 1;
        }
    }
    assert!(inside > 20, "{inside}");
}

#[test]
fn every_page_is_linked_to() {
    let pages = pages();
    let linked = |path: &str| {
        let name = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
        pages.iter().filter(|page| page.path != path).flat_map(|page| links(&page.text)).any(|link| link.contains(name))
    };
    let unknown: Vec<_> =
        pages.iter().map(|page| &page.path).filter(|path| *path != "README.md" && !linked(path)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
