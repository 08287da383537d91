//! The checks find a few planted bugs within a few seeds; `make simulate-bugs` looks for all of them with fresh ones.

#![expect(clippy::panic, reason = "that is how a test fails")]

use std::path::Path;
use std::process::Command;

use moffman_simulation::bugs::Layer;
use moffman_simulation::simulate_with;

fn assert_found(name: &str) {
    let layer = Layer::named(name).unwrap_or_else(|| panic!("no layer is called {name}"));
    let finds = |seed: &u64| {
        let outcome = simulate_with(*seed, Some(layer)).unwrap_or_else(|trouble| panic!("seed {seed}: {trouble}"));
        !outcome.breaches.is_empty()
    };
    assert!((0..30).any(|seed| finds(&seed)), "{name} is not found. {}", layer.breaks);
}

#[test]
fn a_form_that_is_sent_twice_is_found() {
    assert_found("form-twice");
}

#[test]
fn an_approval_of_any_version_is_found() {
    assert_found("any-version-changed");
}

#[test]
fn a_lease_that_never_ends_is_found() {
    assert_found("lease-endless");
}

#[test]
fn a_form_that_is_sent_without_being_announced_is_found() {
    assert_found("sending-unannounced");
}

#[test]
fn every_patch_fits_the_sources() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for patch in std::fs::read_dir(project.join("infra/simulation/bugs")).unwrap() {
        let git = ["apply".into(), "--check".into(), patch.unwrap().path().into_os_string()];
        let checked = Command::new("git").arg("-C").arg(&project).args(git).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}
