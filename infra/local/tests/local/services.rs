//! A simulated world, and the configuration of a service that uses it.

use std::fs;
use std::path::Path;

use moffman_simulators::World;

/// The calendar of the office Prague.
pub const PRAGUE: &str = "prague@group.calendar.google.com";

/// Writes a key and `moffman.yaml` into `directory`: a service that keeps no state, sweeps only when it is told, takes the key
/// `sesame-open`, and has the settings of `more`.
pub fn configure(directory: &Path, world: &World, more: &str) {
    fs::write(directory.join("key.json"), world.service_account_key()).unwrap();
    let settings = format!(
        "general: {{storage_path: null, manual_calendar_check_interval: null}}\n\
         rest_api: {{api_key: sesame-open}}\n\
         google_api: {{service_account_key_path: key.json, endpoint: '{}'}}\n",
        world.google_url()
    );
    fs::write(directory.join("moffman.yaml"), settings + more).unwrap();
}
