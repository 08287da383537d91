//! Plants bugs in a copy of the sources: `bugs/NAME.patch`, whose first line says what it breaks.
//!
//! The copy is under `target`. Only changed files are written, so that a build compiles no more than the patch changes.
//! The copy has a version and a program name of its own, because cargo takes equal packages in one target directory for
//! the same one.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use moffman_testbed::Trouble;

const PATCHES: &str = "infra/simulation/bugs";
const COPY: &str = "target/planted";
const PROGRAM: &str = "planted";
const VERSION: &str = "0.0.0-planted";

/// A bug in the sources.
#[derive(Clone, Debug)]
pub struct Patch {
    /// The name of the patch.
    pub name: String,
    /// What it breaks, in a sentence.
    pub breaks: String,
    file: PathBuf,
}

/// All patches, by name. The current directory must be the project's, as for [`Patch::build`].
pub fn patches() -> Result<Vec<Patch>, Trouble> {
    let mut patches = Vec::new();
    for entry in fs::read_dir(PATCHES).map_err(|error| format!("{PATCHES}: {error}"))? {
        let file = entry?.path();
        if file.extension() == Some(OsStr::new("patch")) {
            let breaks = fs::read_to_string(&file)?.lines().next().unwrap_or_default().to_owned();
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            patches.push(Patch { name, breaks, file });
        }
    }
    patches.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(patches)
}

impl Patch {
    /// Builds the simulation with this bug, with the same profile as the running one, and answers the path of the
    /// program.
    pub fn build(&self) -> Result<PathBuf, Trouble> {
        copy_sources()?;
        let file = self.file.display();
        let applied = Command::new("git").args(["apply", "--directory", COPY]).arg(&self.file).output()?;
        succeeded(&applied, &format!("{file} does not apply any more"))?;
        let program = std::env::current_exe()?;
        let folder = program.parent().ok_or("this program is nowhere")?;
        let target = folder.parent().ok_or("this program is in no target directory")?;
        let profile = folder.file_name().filter(|name| *name != "debug").unwrap_or(OsStr::new("dev"));
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["build", "--quiet", "--offline", "--package", "moffman-simulation", "--bin", PROGRAM]);
        cargo.arg("--manifest-path").arg(Path::new(COPY).join("Cargo.toml"));
        cargo.arg("--target-dir").arg(target).arg("--profile").arg(profile);
        // The variables that `cargo run` sets for this program would make build scripts run again.
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_program(name)) {
            cargo.env_remove(name);
        }
        succeeded(&cargo.output()?, &format!("with {file} the sources do not compile"))?;
        Ok(folder.join(PROGRAM))
    }
}

fn is_about_this_program(variable: &OsStr) -> bool {
    let variable = variable.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "LD_LIBRARY_PATH"].iter().any(|start| variable.starts_with(start))
}

fn succeeded(output: &Output, trouble: &str) -> Result<(), Trouble> {
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{trouble}:\n{}", String::from_utf8_lossy(&output.stderr)).into())
}

/// Makes the copy equal to the working tree, with every file that git does not ignore.
fn copy_sources() -> Result<(), Trouble> {
    let listed = Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output()?;
    succeeded(&listed, "git does not list the sources")?;
    let listed = String::from_utf8(listed.stdout)?;
    let mut names: HashSet<&Path> = HashSet::new();
    for name in listed.split_terminator('\0') {
        let content = match fs::read(name) {
            Ok(content) => renamed(name, content),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{name}: {error}").into()),
        };
        names.insert(Path::new(name));
        let copy = Path::new(COPY).join(name);
        if fs::read(&copy).is_ok_and(|present| present == content) {
            continue;
        }
        fs::create_dir_all(copy.parent().unwrap_or(Path::new(COPY)))?;
        fs::write(&copy, content)?;
    }
    remove_others(Path::new(COPY), &names)
}

/// Removes the files of the copy that the sources do not have.
fn remove_others(folder: &Path, names: &HashSet<&Path>) -> Result<(), Trouble> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, names)?;
        } else if !path.strip_prefix(COPY).is_ok_and(|name| names.contains(name)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The content of a source in the copy. The version is not changed in the lock file, because cargo does that itself.
fn renamed(name: &str, content: Vec<u8>) -> Vec<u8> {
    let (old, new) = match name {
        "Cargo.toml" => ("version = \"", format!("version = \"{VERSION}\"")),
        "infra/simulation/Cargo.toml" => ("name = \"simulate\"", format!("name = \"{PROGRAM}\"")),
        _ => return content,
    };
    let text = String::from_utf8_lossy(&content);
    let replaced = |line| if str::starts_with(line, old) { new.as_str() } else { line };
    text.lines().map(replaced).collect::<Vec<_>>().join("\n").into_bytes()
}
