//! The part of [`House`] that finds the file that defines what a path names: through modules, `use` lines and
//! re-exports.

use std::collections::BTreeMap;

use crate::source::Import;
use crate::tree::{House, Id};

/// More re-exports than any name passes.
const MOST_STEPS: usize = 32;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// A module.
    Module(Id),
    /// Something that this module defines.
    Definition(Id),
}

impl House {
    /// For each file those that it imports, and one name that it takes from each.
    pub fn imports(&self) -> BTreeMap<&str, BTreeMap<&str, String>> {
        let mut imports: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for (id, room) in self.rooms.iter().enumerate() {
            let of_room = imports.entry(&room.file).or_default();
            for path in room.module.all_paths() {
                let (Some(End::Module(end) | End::Definition(end)), Some(name)) =
                    (self.follow(id, path, MOST_STEPS), path.last())
                else {
                    continue;
                };
                let file = self.rooms[end].file.as_str();
                if file != room.file {
                    of_room.entry(file).or_insert_with(|| name.clone());
                }
            }
        }
        imports
    }

    /// The imports and paths of a room that leave the workspace: among others into the crates that it uses.
    pub fn leads_out(&self, id: Id) -> impl Iterator<Item = &[String]> {
        self.rooms[id].module.all_paths().filter(move |path| self.follow(id, path, MOST_STEPS).is_none())
    }

    /// Follows a path that is written in a module; `None` where it leaves the workspace.
    fn follow(&self, from: Id, path: &[String], steps: usize) -> Option<End> {
        let (first, rest) = path.split_first()?;
        let begin = match first.as_str() {
            "crate" => End::Module(self.root(from)),
            "self" => End::Module(from),
            "super" => End::Module(self.rooms[from].parent?),
            name => self.look_up(from, name, steps).or_else(|| self.libraries.get(name).copied().map(End::Module))?,
        };
        self.walk(begin, rest, steps)
    }

    fn walk(&self, begin: End, rest: &[String], steps: usize) -> Option<End> {
        let (End::Module(module), Some((next, rest))) = (begin, rest.split_first()) else { return Some(begin) };
        let end = match next.as_str() {
            "super" => End::Module(self.rooms[module].parent?),
            name => self.look_up(module, name, steps)?,
        };
        self.walk(end, rest, steps)
    }

    /// What a name means in a module.
    fn look_up(&self, module: Id, name: &str, steps: usize) -> Option<End> {
        let room = &self.rooms[module];
        if let Some(child) = room.children.get(name) {
            return Some(End::Module(*child));
        }
        if room.module.types.iter().chain(&room.module.others).any(|defined| defined == name) {
            return Some(End::Definition(module));
        }
        let steps = steps.checked_sub(1)?;
        let is_meant = |import: &&Import| import.name == name && import.path.first().is_none_or(|first| first != name);
        if let Some(import) = room.module.imports.iter().find(is_meant) {
            return self.follow(module, &import.path, steps);
        }
        let everything = room.module.imports.iter().filter(|import| import.name == "*");
        everything
            .filter_map(|import| self.follow(module, &import.path, steps))
            .find_map(|end| self.walk(end, &[name.to_owned()], steps).filter(|found| *found != end))
    }

    fn root(&self, id: Id) -> Id {
        self.rooms[id].parent.map_or(id, |parent| self.root(parent))
    }
}
