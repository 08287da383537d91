//! One name means one thing.

use std::collections::BTreeMap;

use crate::tree::HOUSE;

#[test]
fn each_type_has_a_name_of_its_own() {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for room in &HOUSE.rooms {
        for name in &room.module.types {
            places.entry(name).or_default().push(&room.file);
        }
    }
    let doubled: Vec<_> = places.into_iter().filter(|(_, files)| files.len() > 1).collect();
    let told = doubled.iter().map(|(name, files)| format!("{name}: {}", files.join(", "))).collect::<Vec<_>>();
    assert!(told.is_empty(), "{} names of types mean more than one thing:\n{}", told.len(), told.join("\n"));
}
