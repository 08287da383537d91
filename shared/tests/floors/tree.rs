//! A [`House`] has all modules of the workspace, with the file of each; `paths.rs` has its part that finds definitions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::source::Module;

/// The number of a module.
pub type Id = usize;

/// A module in its place.
#[derive(Debug)]
pub struct Room {
    /// Its file, from the root of the workspace.
    pub file: String,
    /// The module that it is in.
    pub parent: Option<Id>,
    /// The modules in it, by name.
    pub children: BTreeMap<String, Id>,
    /// What is written there.
    pub module: Module,
}

/// Every module that is compiled, but for those of tests.
#[derive(Debug)]
pub struct House {
    root: PathBuf,
    /// The modules.
    pub rooms: Vec<Room>,
    /// The root of each library, by the name that others import it by.
    pub libraries: BTreeMap<String, Id>,
}

/// The workspace, read once for all tests.
pub static HOUSE: LazyLock<House> = LazyLock::new(House::read);

impl House {
    /// Reads the workspace.
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
        let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace's manifest");
        let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).expect("members");
        let mut house = Self { root: root.clone(), rooms: Vec::new(), libraries: BTreeMap::new() };
        for member in members.split('"').skip(1).step_by(2) {
            let sources = root.join(member).join("src");
            if let Some(library) = house.enter(&sources.join("lib.rs"), None) {
                let package = fs::read_to_string(root.join(member).join("Cargo.toml")).expect("a manifest");
                let name = package.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name");
                house.libraries.insert(name.trim_matches('"').replace('-', "_"), library);
            }
            house.enter(&sources.join("main.rs"), None);
            for program in fs::read_dir(sources.join("bin")).into_iter().flatten() {
                house.enter(&program.expect("a file").path(), None);
            }
        }
        house
    }

    /// Reads a file and those of its modules, if it is there.
    fn enter(&mut self, file: &Path, parent: Option<Id>) -> Option<Id> {
        let module = Module::read(&fs::read_to_string(file).ok()?);
        let name = file.strip_prefix(&self.root).expect("a file of the workspace").display().to_string();
        let room = Room { file: name, parent, children: BTreeMap::new(), module };
        Some(self.furnish(room, &folder(file)))
    }

    /// Adds a room and those inside it, whose files lie in this folder.
    fn furnish(&mut self, mut room: Room, folder: &Path) -> Id {
        let id = self.rooms.len();
        let inside = std::mem::take(&mut room.module.inside);
        let files = std::mem::take(&mut room.module.files);
        let file = room.file.clone();
        self.rooms.push(room);
        for (name, module) in inside {
            let room = Room { file: file.clone(), parent: Some(id), children: BTreeMap::new(), module };
            let child = self.furnish(room, &folder.join(&name));
            self.rooms[id].children.insert(name, child);
        }
        for name in files {
            let plain = self.enter(&folder.join(format!("{name}.rs")), Some(id));
            let child = plain.or_else(|| self.enter(&folder.join(&name).join("mod.rs"), Some(id)));
            self.rooms[id].children.insert(name, child.expect("the file of a module"));
        }
        id
    }
}

/// The folder in which the modules of this file lie.
fn folder(file: &Path) -> PathBuf {
    let folder = file.parent().expect("a folder");
    let name = file.file_stem().and_then(|name| name.to_str()).expect("a name");
    let is_root = folder.file_name().is_some_and(|folder| folder == "bin") || ["lib", "main", "mod"].contains(&name);
    if is_root { folder.to_owned() } else { folder.join(name) }
}
