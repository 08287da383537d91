//! All modules of the workspace, with the file of each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
#[derive(Debug, Default)]
pub struct House {
    /// The modules.
    pub rooms: Vec<Room>,
    /// The root of each library, by the name that others import it by.
    pub libraries: BTreeMap<String, Id>,
}

impl House {
    /// Reads the workspace.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace's manifest");
        let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).expect("members");
        let mut house = Self::default();
        for member in members.split('"').skip(1).step_by(2) {
            let sources = root.join(member).join("src");
            if let Some(library) = house.enter(root, &sources.join("lib.rs"), None) {
                let package = fs::read_to_string(root.join(member).join("Cargo.toml")).expect("a manifest");
                let name = package.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name");
                house.libraries.insert(name.trim_matches('"').replace('-', "_"), library);
            }
            house.enter(root, &sources.join("main.rs"), None);
            for program in fs::read_dir(sources.join("bin")).into_iter().flatten() {
                house.enter(root, &program.expect("a file").path(), None);
            }
        }
        house
    }

    /// Reads a file and those of its modules, if it is there.
    fn enter(&mut self, root: &Path, file: &Path, parent: Option<Id>) -> Option<Id> {
        let module = Module::read(&fs::read_to_string(file).ok()?);
        Some(self.furnish(root, file, folder(file), module, parent))
    }

    fn furnish(&mut self, root: &Path, file: &Path, folder: PathBuf, mut module: Module, parent: Option<Id>) -> Id {
        let id = self.rooms.len();
        let (inside, files) = (std::mem::take(&mut module.inside), std::mem::take(&mut module.files));
        let name = file.strip_prefix(root).expect("a file of the workspace").display().to_string();
        self.rooms.push(Room { file: name, parent, children: BTreeMap::new(), module });
        for (name, module) in inside {
            let child = self.furnish(root, file, folder.join(&name), module, Some(id));
            self.rooms[id].children.insert(name, child);
        }
        for name in files {
            let plain = self.enter(root, &folder.join(format!("{name}.rs")), Some(id));
            let child = plain.or_else(|| self.enter(root, &folder.join(&name).join("mod.rs"), Some(id)));
            let child = child.unwrap_or_else(|| panic!("{}: where is {name}?", file.display()));
            self.rooms[id].children.insert(name, child);
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
