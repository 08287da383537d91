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

/// The file that a link of the page `from` leads to, from the top folder on, and the anchor in it. A link that begins with a
/// slash is meant from the top folder, too.
fn target<'a>(from: &str, link: &'a str) -> (String, &'a str) {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    if file.is_empty() {
        return (from.to_owned(), anchor);
    }
    let mut path: Vec<&str> = if file.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    path.pop();
    for step in file.split('/').filter(|step| !step.is_empty()) {
        if step == ".." {
            assert!(path.pop().is_some(), "{from}: {link}");
        } else {
            path.push(step);
        }
    }
    (path.join("/"), anchor)
}

fn is_inside(link: &&str) -> bool {
    !link.starts_with("https://")
}

#[test]
fn every_link_leads_somewhere() {
    let mut inside = 0;
    for from in pages() {
        for link in links(&from.text).into_iter().filter(is_inside) {
            let (to, anchor) = target(&from.path, link);
            assert!(Path::new(ROOT).join(&to).exists(), "{}: {link}", from.path);
            assert!(anchor.is_empty() || anchors(&page(&to)).contains(anchor), "{}: {link}", from.path);
            inside += 1;
        }
    }
    assert!(inside > 20, "{inside}");
}

#[test]
fn every_page_is_linked_to() {
    let pages = pages();
    let linked = |path: &str| {
        let others = pages.iter().filter(|page| page.path != path);
        others
            .flat_map(|page| links(&page.text).into_iter().filter(is_inside).map(|link| target(&page.path, link).0))
            .any(|to| to == path)
    };
    let unknown: Vec<_> =
        pages.iter().map(|page| &page.path).filter(|path| *path != "README.md" && !linked(path)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
