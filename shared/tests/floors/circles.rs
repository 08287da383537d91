//! No file imports another that imports it, straight or through others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::tree::HOUSE;

type Imports<'a> = BTreeMap<&'a str, BTreeMap<&'a str, String>>;

#[test]
fn no_file_imports_another_that_imports_it() {
    let imports = HOUSE.imports();
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for file in imports.keys() {
        if let Some(circle) = shortest_circle(&imports, file)
            && told.insert(circle.iter().copied().collect::<BTreeSet<_>>())
        {
            circles.push(drawn(&imports, &circle));
        }
    }
    assert!(circles.is_empty(), "{} circles of imports:\n{}", circles.len(), circles.join("\n"));
}

/// The files of the shortest way from a file back to itself.
fn shortest_circle<'a>(imports: &Imports<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for imported in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if *imported == start {
                let mut circle = vec![file];
                while let Some(before) = circle.last().and_then(|last| came_from.get(last)) {
                    circle.push(before);
                }
                circle.reverse();
                return Some(circle);
            }
            if !came_from.contains_key(imported) {
                came_from.insert(imported, file);
                next.push_back(imported);
            }
        }
    }
    None
}

fn drawn(imports: &Imports, circle: &[&str]) -> String {
    let next = circle.iter().cycle().skip(1);
    let steps = circle.iter().zip(next).map(|(file, next)| format!("{file} imports {} of", imports[file][next]));
    format!("{} {}", steps.collect::<Vec<_>>().join(" "), circle.first().copied().unwrap_or_default())
}

#[test]
fn a_circle_is_found_through_others() {
    let one = |name: &'static str| BTreeMap::from([(name, "Name".to_owned())]);
    let imports =
        BTreeMap::from([("a.rs", one("b.rs")), ("b.rs", one("c.rs")), ("c.rs", one("a.rs")), ("d.rs", one("a.rs"))]);
    assert_eq!(shortest_circle(&imports, "a.rs"), Some(vec!["a.rs", "b.rs", "c.rs"]));
    assert_eq!(shortest_circle(&imports, "d.rs"), None);
}
